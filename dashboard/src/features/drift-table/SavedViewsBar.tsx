/** Choosing, keeping and forgetting views. */
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useSavedViews } from "./saved-views";

interface SavedViewsBarProps {
  readonly query: string;
  readonly onChoose: (query: string) => void;
}

export function SavedViewsBar({ query, onChoose }: SavedViewsBarProps) {
  const { views, save, forget } = useSavedViews();
  const [name, setName] = useState("");
  const current = views.find((view) => view.query === query);
  return (
    <div className="tf-saved">
      <Select
        ariaLabel="Saved views"
        placeholder="Saved views"
        empty="No view is saved yet"
        options={views.map((view) => ({ value: view.query, label: view.name }))}
        selectedOption={current === undefined ? null : { value: current.query, label: current.name }}
        onChange={({ detail }) => {
          onChoose(detail.selectedOption.value ?? "");
        }}
      />
      {current === undefined ? (
        <form
          className="tf-saved-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === "") return;
            save({ name: name.trim(), query });
            setName("");
          }}
        >
          <Input
            ariaLabel="Name of this view"
            placeholder="Name this view"
            value={name}
            onChange={({ detail }) => {
              setName(detail.value);
            }}
          />
          <Button formAction="submit" disabled={name.trim() === ""}>
            Save
          </Button>
        </form>
      ) : (
        <Button
          onClick={() => {
            forget(current.name);
          }}
        >
          Forget this view
        </Button>
      )}
    </div>
  );
}
