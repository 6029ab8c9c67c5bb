/** A state's resources as a tree of modules, with the drift of each branch counted. */
import type { StateResource } from "../../api";
import type { Drift, Severity } from "../../api/types";
import { mostDangerousFirst } from "../../shared/severity";

export interface Leaf {
  readonly resource: StateResource;
  readonly drifts: readonly Drift[];
}

export interface Branch {
  /** The module's own part of the address; empty for the root. */
  readonly name: string;
  readonly branches: readonly Branch[];
  readonly leaves: readonly Leaf[];
  readonly resources: number;
  readonly drifts: number;
  /** Of the gravest drift below; null without any. */
  readonly severity: Severity | null;
}

interface Growing {
  readonly name: string;
  readonly branches: Map<string, Growing>;
  readonly leaves: Leaf[];
}

const MODULE = /^module\.[^.[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\./;

/** Returns the tree; drifts that are over are not counted. */
export function treeOf(resources: readonly StateResource[], drifts: readonly Drift[]): Branch {
  const byAddress = new Map<string, Drift[]>();
  for (const drift of drifts) {
    if (drift.resource_address === null || drift.status === "resolved") continue;
    byAddress.set(drift.resource_address, [...(byAddress.get(drift.resource_address) ?? []), drift]);
  }
  const root: Growing = { name: "", branches: new Map(), leaves: [] };
  for (const resource of resources) {
    branchOf(root, resource.address).leaves.push({ resource, drifts: byAddress.get(resource.address) ?? [] });
  }
  return grown(root);
}

/** The address within its module: what a leaf is called. */
export function ownName(address: string): string {
  return modulesOf(address).rest;
}

function branchOf(root: Growing, address: string): Growing {
  let branch = root;
  for (const name of modulesOf(address).modules) {
    const next = branch.branches.get(name) ?? { name, branches: new Map<string, Growing>(), leaves: [] };
    branch.branches.set(name, next);
    branch = next;
  }
  return branch;
}

function modulesOf(address: string): { readonly modules: readonly string[]; readonly rest: string } {
  const modules: string[] = [];
  let rest = address;
  for (let found = MODULE.exec(rest); found !== null; found = MODULE.exec(rest)) {
    modules.push(found[0].slice(0, -1));
    rest = rest.slice(found[0].length);
  }
  return { modules, rest };
}

function grown({ name, branches, leaves }: Growing): Branch {
  const below = [...branches.values()].map(grown).sort((a, b) => a.name.localeCompare(b.name));
  const drifts = leaves.flatMap((leaf) => leaf.drifts);
  const severities = [
    ...drifts.map(({ severity }) => ({ severity })),
    ...below.flatMap(({ severity }) => (severity === null ? [] : [{ severity }])),
  ].sort(mostDangerousFirst);
  return {
    name,
    branches: below,
    leaves,
    resources: leaves.length + below.reduce((sum, branch) => sum + branch.resources, 0),
    drifts: drifts.length + below.reduce((sum, branch) => sum + branch.drifts, 0),
    severity: severities[0]?.severity ?? null,
  };
}
