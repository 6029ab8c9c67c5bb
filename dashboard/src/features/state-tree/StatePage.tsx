/** What Terraform manages: each state's resources by module, with their drift, and one resource's dependencies. */
import { useEffect, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useTerraformResources, useTerraformState } from "../../api";
import type { StateResource, TerraformState } from "../../api";
import { QueryState } from "../../shared/ui/QueryState";
import { When } from "../../shared/ui/When";
import { useLiveData } from "../overview/live-data";
import { ResourcePanel } from "./ResourcePanel";
import { ModuleTree } from "./ModuleTree";
import { placeOf } from "./place";
import { treeOf } from "./tree";
import "./state-tree.css";

const RESOURCES_A_PART = 1000;
/** The most resources that the page loads; it says so where there are more. */
const MOST = 10_000;
const NONE: readonly StateResource[] = [];

export default function StatePage() {
  const { drifts } = useLiveData();
  const [query, setQuery] = useSearchParams();
  const states = useTerraformState({ limit: 1000 });
  const resources = useTerraformResources({ limit: RESOURCES_A_PART });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = resources;
  const items = useMemo(() => resources.data?.items ?? [], [resources.data]);
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && items.length < MOST) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, items.length]);
  const byState = useMemo(() => groupByState(items), [items]);
  const chosen = items.find(
    ({ address, state }) =>
      address === query.get("address") && placeOf(state) === (query.get("state") ?? placeOf(state)),
  );
  const choose = (address: string, state: string): void => {
    setQuery({ address, state });
  };
  return (
    <>
      <h2 className="tf-page-title">State</h2>
      <QueryState query={states} empty={states.data?.items.length === 0} nothing="No state is indexed yet.">
        <div className="tf-columns">
          <div className="tf-stack">
            {(states.data?.items ?? []).map((state) => (
              <StateView
                key={placeOf(state)}
                state={state}
                resources={byState.get(placeOf(state)) ?? NONE}
                drifts={drifts}
                chosen={chosen}
                onChoose={(address) => {
                  choose(address, placeOf(state));
                }}
              />
            ))}
            {hasNextPage && items.length >= MOST && (
              <p className="tf-quiet">Only the first {items.length} resources are shown.</p>
            )}
          </div>
          <div className="tf-side">
            {chosen === undefined ? (
              <p className="tf-quiet">Choose a resource to see its attributes and what depends on it.</p>
            ) : (
              <ResourcePanel
                key={`${placeOf(chosen.state)} ${chosen.address}`}
                resource={chosen}
                drifts={drifts}
                onChoose={(address) => {
                  choose(address, placeOf(chosen.state));
                }}
              />
            )}
          </div>
        </div>
      </QueryState>
    </>
  );
}

function groupByState(resources: readonly StateResource[]): ReadonlyMap<string, readonly StateResource[]> {
  const groups = new Map<string, StateResource[]>();
  for (const resource of resources) {
    const place = placeOf(resource.state);
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [resource]);
    else group.push(resource);
  }
  return groups;
}

interface StateViewProps {
  readonly state: TerraformState;
  readonly resources: readonly StateResource[];
  readonly drifts: Parameters<typeof treeOf>[1];
  readonly chosen: StateResource | undefined;
  readonly onChoose: (address: string) => void;
}

function StateView({ state, resources, drifts, chosen, onChoose }: StateViewProps) {
  const tree = useMemo(() => {
    const place = placeOf(state);
    return treeOf(
      resources,
      drifts.filter((drift) => drift.state === null || placeOf(drift.state) === place),
    );
  }, [state, resources, drifts]);
  return (
    <section className="tf-panel" data-state={placeOf(state)}>
      <h3>{placeOf(state)}</h3>
      <p className="tf-quiet">
        serial {state.serial} · {state.resource_count} resources
        {state.terraform_version !== null && ` · Terraform ${state.terraform_version}`} · indexed{" "}
        <When at={state.indexed_at} />
      </p>
      <ModuleTree branch={tree} chosen={chosen?.address ?? null} onChoose={onChoose} />
    </section>
  );
}
