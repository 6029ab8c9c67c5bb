/** A table of any length: only the rows in sight are in the page. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useMemo, useRef } from "react";
import { Link } from "react-router";
import type { Drift } from "../../api/types";
import { SeverityBadge } from "../../shared/ui/SeverityBadge";
import { When } from "../../shared/ui/When";
import { personName } from "../drifts/person";
import type { Group, SortKey } from "./view";

const ROW_PX = 44;
const OVERSCAN = 12;

const COLUMNS: readonly { readonly key: SortKey; readonly label: string }[] = [
  { key: "severity", label: "Severity" },
  { key: "address", label: "Resource" },
  { key: "attribute", label: "Attribute" },
  { key: "principal", label: "Who" },
  { key: "account", label: "Account" },
  { key: "status", label: "Status" },
  { key: "time", label: "When" },
];

type Row =
  | { readonly kind: "group"; readonly key: string; readonly group: Group }
  | { readonly kind: "drift"; readonly key: string; readonly drift: Drift };

interface DriftTableProps {
  readonly drifts: readonly Drift[];
  readonly groups: readonly Group[] | null;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly onSort: (sort: SortKey) => void;
}

export function DriftTable({ drifts, groups, sort, descending, onSort }: DriftTableProps) {
  const rows = useMemo(() => rowsOf(drifts, groups), [drifts, groups]);
  const scroller = useRef<HTMLDivElement>(null);
  // No compiler memoises this component: the warning is about one that would.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  return (
    <div className="tf-table-scroll" ref={scroller} tabIndex={0} role="region" aria-label="Table of drifts">
      <div role="table" aria-label="Drifts" aria-rowcount={rows.length + 1} className="tf-table">
        <div role="rowgroup" className="tf-table-header">
          <div role="row" aria-rowindex={1} className="tf-row">
            {COLUMNS.map(({ key, label }) => (
              <div
                key={key}
                role="columnheader"
                aria-sort={key === sort ? (descending ? "descending" : "ascending") : "none"}
              >
                <button
                  type="button"
                  className="tf-sort"
                  onClick={() => {
                    onSort(key);
                  }}
                >
                  {label}
                  <span aria-hidden="true">{key === sort ? (descending ? " ↓" : " ↑") : ""}</span>
                </button>
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="tf-table-body" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={key}
                role="row"
                aria-rowindex={index + 2}
                className={`tf-row tf-row-${row.kind}`}
                style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
              >
                {row.kind === "group" ? <GroupCell group={row.group} /> : <DriftCells drift={row.drift} />}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function GroupCell({ group }: { readonly group: Group }) {
  return (
    <div role="cell" aria-colspan={COLUMNS.length} className="tf-group">
      <strong>{group.name}</strong> <span className="tf-quiet">({group.drifts.length})</span>
    </div>
  );
}

const DriftCells = memo(function DriftCells({ drift }: { readonly drift: Drift }) {
  const title = drift.resource_address ?? drift.resource_id;
  return (
    <>
      <div role="cell">
        <SeverityBadge severity={drift.severity} />
      </div>
      <div role="cell">
        <Link to={`/drifts/${encodeURIComponent(drift.id)}`} title={title} data-row-drift={drift.id}>
          {title}
        </Link>
      </div>
      <div role="cell" className="tf-mono">
        {drift.attribute ?? drift.change_type ?? "whole resource"}
      </div>
      <div role="cell">{personName(drift.user_identity)}</div>
      <div role="cell">{drift.account_id}</div>
      <div role="cell">{drift.status}</div>
      <div role="cell">
        <When at={drift.timestamp} />
      </div>
    </>
  );
});

function rowsOf(drifts: readonly Drift[], groups: readonly Group[] | null): readonly Row[] {
  const row = (drift: Drift): Row => ({ kind: "drift", key: drift.id, drift });
  if (groups === null) return drifts.map(row);
  return groups.flatMap((group): Row[] => [
    { kind: "group", key: `group:${group.name}:${group.drifts[0]?.id ?? ""}`, group },
    ...group.drifts.map(row),
  ]);
}
