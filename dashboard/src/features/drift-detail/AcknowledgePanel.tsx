/** Taking note of a drift, until a day if wanted, and taking that back. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { RestError, useAcknowledge, useUnacknowledge } from "../../api";
import type { ApiError } from "../../api";
import type { Drift } from "../../api/types";
import { When } from "../../shared/ui/When";

export function AcknowledgePanel({ drift }: { readonly drift: Drift }) {
  if (drift.status === "resolved") return null;
  return (
    <section className="tf-panel">
      <h3>{drift.status === "open" ? "Acknowledge" : "Acknowledged"}</h3>
      {drift.status === "open" ? <AcknowledgeForm id={drift.id} /> : <TakenNote drift={drift} />}
    </section>
  );
}

function AcknowledgeForm({ id }: { readonly id: string }) {
  const acknowledge = useAcknowledge();
  const [by, setBy] = useState("");
  const [note, setNote] = useState("");
  const [until, setUntil] = useState("");
  return (
    <form
      className="tf-form"
      onSubmit={(event) => {
        event.preventDefault();
        acknowledge.mutate({
          id,
          by: by.trim(),
          ...(note.trim() === "" ? {} : { note: note.trim() }),
          ...(until === "" ? {} : { until: new Date(until).toISOString() }),
        });
      }}
    >
      <label>
        Your name
        <input
          className="tf-field"
          required
          autoComplete="username"
          value={by}
          onChange={(event) => {
            setBy(event.target.value);
          }}
        />
      </label>
      <label>
        Note
        <textarea
          className="tf-field"
          rows={2}
          value={note}
          onChange={(event) => {
            setNote(event.target.value);
          }}
        />
      </label>
      <label>
        Until (open again after it)
        <input
          className="tf-field"
          type="datetime-local"
          value={until}
          onChange={(event) => {
            setUntil(event.target.value);
          }}
        />
      </label>
      <Button variant="primary" formAction="submit" loading={acknowledge.isPending}>
        Acknowledge
      </Button>
      {acknowledge.error !== null && <Refused error={acknowledge.error} />}
    </form>
  );
}

function TakenNote({ drift }: { readonly drift: Drift }) {
  const unacknowledge = useUnacknowledge();
  const taken = drift.acknowledgement;
  const by = taken?.by ?? "somebody";
  return (
    <>
      <p>
        By <strong>{by}</strong> <When at={taken?.at ?? null} />
        {taken?.until != null && (
          <>
            , until <When at={taken.until} />
          </>
        )}
      </p>
      {taken?.note != null && <p>{taken.note}</p>}
      <Button
        loading={unacknowledge.isPending}
        onClick={() => {
          unacknowledge.mutate({ id: drift.id, by });
        }}
      >
        Take it back
      </Button>
      {unacknowledge.error !== null && <Refused error={unacknowledge.error} />}
    </>
  );
}

function Refused({ error }: { readonly error: ApiError }) {
  if (error instanceof RestError && error.status === 401) {
    return (
      <Alert type="warning" header="This needs a token">
        The server takes notes from clients with its API token only. Use the API, or have your administrator
        put the dashboard behind a sign-in.
      </Alert>
    );
  }
  return (
    <Alert type="error" header="It was not taken">
      {error.message}
    </Alert>
  );
}
