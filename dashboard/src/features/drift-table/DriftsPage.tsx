/** All drifts that are loaded, as a table to search, sort and group; the address holds what is shown. */
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useLiveData } from "../overview/live-data";
import { DriftTable } from "./DriftTable";
import { FilterBar } from "./FilterBar";
import { SavedViewsBar } from "./SavedViewsBar";
import { GROUPINGS, grouped, readView, shown, writeView } from "./view";
import type { View } from "./view";
import "./drift-table.css";

const NO_GROUP = { value: "", label: "No grouping" };
const GROUP_LABELS = {
  cause: "By cause",
  principal: "By principal",
  module: "By module",
  account: "By account",
};

export default function DriftsPage() {
  const { state, drifts } = useLiveData();
  const [query, setQuery] = useSearchParams();
  const view = useMemo(() => readView(query), [query]);
  const wanted = useMemo(() => shown(drifts, view), [drifts, view]);
  const groups = useMemo(
    () => (view.group === null ? null : grouped(wanted, view.group)),
    [wanted, view.group],
  );
  const change = (changed: Partial<View>): void => {
    setQuery(writeView({ ...view, ...changed }), { replace: true });
  };
  const options = [NO_GROUP, ...GROUPINGS.map((group) => ({ value: group, label: GROUP_LABELS[group] }))];
  return (
    <>
      <div className="tf-table-head">
        <h2 className="tf-page-title">
          Drifts <span className="tf-quiet">({wanted.length})</span>
        </h2>
        <SavedViewsBar
          query={query.toString()}
          onChoose={(chosen) => {
            setQuery(chosen);
          }}
        />
        <Select
          ariaLabel="Grouping"
          options={options}
          selectedOption={options.find(({ value }) => value === (view.group ?? "")) ?? NO_GROUP}
          onChange={({ detail }) => {
            change({ group: GROUPINGS.find((group) => group === detail.selectedOption.value) ?? null });
          }}
        />
      </div>
      <FilterBar
        drifts={drifts}
        conditions={view.conditions}
        onChange={(conditions) => {
          change({ conditions });
        }}
      />
      {state.notLoaded > 0 && <p className="tf-quiet">{state.notLoaded} older open drifts are not loaded.</p>}
      {wanted.length === 0 ? (
        <Nothing
          loading={state.phase === "loading"}
          filtered={view.conditions.length > 0}
          onClear={() => {
            change({ conditions: [] });
          }}
        />
      ) : (
        <DriftTable
          drifts={wanted}
          groups={groups}
          sort={view.sort}
          descending={view.descending}
          onSort={(sort) => {
            change({ sort, descending: sort === view.sort ? !view.descending : sort === "time" });
          }}
        />
      )}
    </>
  );
}

interface NothingProps {
  readonly loading: boolean;
  readonly filtered: boolean;
  readonly onClear: () => void;
}

function Nothing({ loading, filtered, onClear }: NothingProps) {
  if (loading) return <p className="tf-message tf-quiet">Loading the drifts…</p>;
  if (!filtered) return <p className="tf-message tf-quiet">No drift: AWS is what Terraform says.</p>;
  return (
    <div className="tf-message">
      <p>No drift fits to these filters.</p>
      <Button onClick={onClear}>Clear the filters</Button>
    </div>
  );
}
