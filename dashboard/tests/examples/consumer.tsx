/** An app on the packed hooks, with two of everything, which shows what each of them says. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import {
  useAcknowledge,
  useDrift,
  useDriftAlerts,
  useDrifts,
  useEvents,
  useGraph,
  useSSE,
  useSSEEventHandler,
  useStats,
  useTerraformState,
  useTimeline,
  useWebSocket,
} from "tfdrift-hooks";

function Lists() {
  const open = useDrifts({ filters: { status: "open" }, limit: 2 });
  const events = useEvents({ filters: { type: "drift" } });
  const stats = useStats();
  const sessions = useTimeline();
  const states = useTerraformState();
  const graph = useGraph({ key: "nothing.tfstate" });
  return (
    <section>
      <ul aria-label="open drifts">
        {open.data?.items.map(({ id, resource_id }) => (
          <li key={id}>{resource_id}</li>
        ))}
      </ul>
      {open.hasNextPage && <button onClick={() => void open.fetchNextPage()}>More</button>}
      <p>events: {events.data?.items.length}</p>
      <p>open by the figures: {stats.data?.by_status.open ?? 0}</p>
      <p>sessions: {sessions.data?.items.length}</p>
      <p>states: {states.data?.total}</p>
      <p>graph: {graph.error?.name === "RestError" && "code" in graph.error && graph.error.code}</p>
    </section>
  );
}

function Detail({ id }: { readonly id: string }) {
  const drift = useDrift(id);
  const acknowledge = useAcknowledge();
  return (
    <section>
      <p>status: {drift.data?.status}</p>
      <p>history: {drift.data?.history.map(({ transition }) => transition).join()}</p>
      <button
        onClick={() => {
          acknowledge.mutate({ id, by: "oncall", note: "known" });
        }}
      >
        Acknowledge
      </button>
    </section>
  );
}

function Live({ name }: { readonly name: string }) {
  const { isConnected, events, error } = useSSE({ types: ["drift"] });
  const { driftAlerts } = useDriftAlerts();
  const [handled, setHandled] = useState(0);
  useSSEEventHandler(
    () => {
      setHandled((count) => count + 1);
    },
    { types: ["drift"] },
  );
  return (
    <section aria-label={name}>
      <p>stream: {isConnected ? "on" : "off"}</p>
      <p>error: {error?.message}</p>
      <p>alerts: {driftAlerts.map(({ resource_id }) => resource_id).join()}</p>
      <p>
        kept: {events.length}, handled: {handled}
      </p>
    </section>
  );
}

function Socket({ name }: { readonly name: string }) {
  const [seen, setSeen] = useState<readonly string[]>([]);
  const [states, setStates] = useState("");
  const { isConnected, subscribe, unsubscribe, sendMessage } = useWebSocket({
    onMessage: (message) => {
      if (message.type === "drift") setSeen((all) => [...all, message.payload.resource_id]);
    },
  });
  useEffect(() => {
    subscribe("drifts");
    return () => {
      unsubscribe();
    };
  }, [subscribe, unsubscribe]);
  const ask = async () => {
    const { payload } = await sendMessage({ type: "query", query: "drifts", params: { limit: 1 } });
    setStates(JSON.stringify(payload).slice(0, 17));
  };
  return (
    <section aria-label={name}>
      <p>socket: {isConnected ? "on" : "off"}</p>
      <p>seen: {seen.join()}</p>
      <button onClick={() => void ask()}>Ask</button>
      <p>answer: {states}</p>
    </section>
  );
}

function App({ id }: { readonly id: string | null }) {
  const [isThere, setThere] = useState(true);
  return (
    <>
      <button
        onClick={() => {
          setThere(false);
        }}
      >
        Leave
      </button>
      {isThere && (
        <>
          <Lists />
          <Lists />
          {id !== null && <Detail id={id} />}
          <Live name="live 1" />
          <Live name="live 2" />
          <Socket name="socket 1" />
          <Socket name="socket 2" />
        </>
      )}
    </>
  );
}

const root = document.getElementById("root");
if (root) {
  const id = new URLSearchParams(location.search).get("drift");
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <App id={id} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
