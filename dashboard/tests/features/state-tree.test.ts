/** The state's tree and the graph's layout: every resource once, counted where it lies, drawn where it belongs. */
import { describe, expect, it } from "vitest";
import type { GraphEdge, GraphNode, ResourceGraph, StateResource } from "../../src/api";
import { decodeDrift } from "../../src/api/decode";
import { layout } from "../../src/features/state-tree/layers";
import { ownName, treeOf } from "../../src/features/state-tree/tree";
import type { Branch } from "../../src/features/state-tree/tree";
import { driftRecord } from "../support/records";

function resource(address: string): StateResource {
  return {
    address,
    resource_type: "aws_vpc",
    resource_id: address,
    provider: "aws",
    account_id: null,
    region: null,
    identifiers: [],
    depends_on: [],
    state: null,
    attributes: {},
  };
}

function drift(address: string, severity: string, status = "open") {
  return decodeDrift(
    driftRecord({ id: `${address}-${severity}`, resource_address: address, severity, status }),
  );
}

const DEEP = 'module.net["eu/1"].module.sub[0].aws_vpc.deep["a.b"]';

function at(branch: Branch, ...names: readonly string[]): Branch {
  const found = names.reduce<Branch | undefined>(
    (each, name) => each?.branches.find((below) => below.name === name),
    branch,
  );
  if (found === undefined) throw new Error(`no branch ${names.join(" > ")}`);
  return found;
}

describe("the tree of modules", () => {
  const tree = treeOf(
    [resource("aws_vpc.main"), resource(DEEP), resource('module.net["eu/1"].aws_vpc.near')],
    [drift(DEEP, "low"), drift(DEEP, "high"), drift("aws_vpc.main", "critical", "resolved")],
  );

  it("puts each resource into its module, whatever stands in an index key", () => {
    expect(tree.resources).toBe(3);
    expect(tree.leaves.map(({ resource: { address } }) => address)).toEqual(["aws_vpc.main"]);
    const deep = at(tree, 'module.net["eu/1"]', "module.sub[0]");
    expect(deep.leaves.map(({ resource: { address } }) => ownName(address))).toEqual(['aws_vpc.deep["a.b"]']);
  });

  it("counts the drifts that are not over, and takes the gravest", () => {
    expect([tree.drifts, tree.severity]).toEqual([2, "high"]);
    expect(at(tree, 'module.net["eu/1"]').severity).toBe("high");
    expect(tree.leaves[0]?.drifts).toEqual([]);
  });
});

describe("the layout of a graph", () => {
  function graph(nodes: readonly string[], edges: readonly (readonly [string, string])[]): ResourceGraph {
    return {
      state: null,
      nodes: nodes.map((id) => ({ data: { id, label: id, kind: "resource" } as GraphNode })),
      edges: edges.map(([source, target]) => ({
        data: { id: `${source}>${target}`, source, target, kind: "depends_on" } satisfies GraphEdge,
      })),
      total_resources: nodes.length,
      truncated: false,
    };
  }

  it("puts what a resource depends on to its left and what depends on it to its right", () => {
    const drawn = layout(
      graph(
        ["web", "vpc", "subnet", "alias"],
        [
          ["web", "subnet"],
          ["subnet", "vpc"],
          ["alias", "web"],
        ],
      ),
      "web",
    );
    const order = drawn.nodes.toSorted((a, b) => a.x - b.x).map(({ node }) => node.id);
    expect(order).toEqual(["vpc", "subnet", "web", "alias"]);
    expect(drawn.lines).toHaveLength(3);
  });

  it("lets no two nodes lie upon each other, in cycles too", () => {
    const drawn = layout(
      graph(
        ["a", "b", "c", "d"],
        [
          ["a", "b"],
          ["b", "c"],
          ["c", "a"],
          ["a", "d"],
        ],
      ),
      "a",
    );
    expect(new Set(drawn.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
    for (const { x, y } of drawn.nodes) {
      expect(x).toBeLessThan(drawn.width);
      expect(y).toBeLessThan(drawn.height);
    }
  });

  it("leaves out lines to what is not there", () => {
    expect(layout(graph(["a"], [["a", "gone"]]), "a").lines).toEqual([]);
  });
});
