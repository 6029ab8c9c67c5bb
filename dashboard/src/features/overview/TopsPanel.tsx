/** Whose and which resources' open drifts there are most of, each leading to them. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useMemo } from "react";
import { Link } from "react-router";
import type { Drift } from "../../api/types";
import { personName } from "../drifts/person";
import { tops } from "./tops";

export function TopsPanel({ open }: { readonly open: readonly Drift[] }) {
  const people = useMemo(() => tops(open.map((drift) => personName(drift.user_identity))), [open]);
  const types = useMemo(() => tops(open.map((drift) => drift.resource_type)), [open]);
  if (open.length === 0) return null;
  return (
    <Container header={<Header variant="h2">Most open drifts</Header>}>
      <div className="tf-tops">
        <TopList heading="By principal" field="principal" entries={people} />
        <TopList heading="By resource type" field="type" entries={types} />
      </div>
    </Container>
  );
}

interface TopListProps {
  readonly heading: string;
  readonly field: string;
  readonly entries: readonly (readonly [string, number])[];
}

function TopList({ heading, field, entries }: TopListProps) {
  return (
    <div>
      <h3>{heading}</h3>
      <ol>
        {entries.map(([name, count]) => (
          <li key={name}>
            <Link to={`/drifts?${new URLSearchParams({ [field]: name }).toString()}`} title={name}>
              {name}
            </Link>
            <span>{count}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
