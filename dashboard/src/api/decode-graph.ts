/** Turns a graph's elements into the API's types. */
import { decodeStateReference } from "./decode";
import { child, flag, objects, knownSeverity, text, texts, whole } from "./fields";
import type { GraphEdge, GraphNode, ResourceGraph } from "./rest-types";
import type { JsonObject } from "./types";

/** Reads a state's graph, or a part of it. */
export function decodeGraph(from: JsonObject): ResourceGraph {
  const nodes = objects(from, "nodes").map((node) => ({ data: graphNode(child(node, "data") ?? {}) }));
  return {
    state: decodeStateReference(child(from, "state")),
    nodes,
    edges: objects(from, "edges").map((edge) => ({ data: graphEdge(child(edge, "data") ?? {}) })),
    total_resources: whole(from, "total_resources") ?? nodes.length,
    truncated: flag(from, "truncated") ?? false,
  };
}

function graphNode(from: JsonObject): GraphNode {
  const id = text(from, "id") ?? "";
  const status = text(from, "status");
  return {
    id,
    label: text(from, "label") ?? id,
    kind: from.kind === "call" ? "call" : "resource",
    resource_type: text(from, "resource_type"),
    resource_id: text(from, "resource_id"),
    module: text(from, "module"),
    distance: whole(from, "distance"),
    status: status === "open" || status === "acknowledged" ? status : null,
    severity: knownSeverity(from),
    drift_ids: texts(from, "drift_ids"),
    account_id: text(from, "account_id"),
    region: text(from, "region"),
    event_source: text(from, "event_source"),
    event_name: text(from, "event_name"),
    timestamp: text(from, "timestamp"),
    principal: text(from, "principal"),
    user_name: text(from, "user_name"),
    origin: text(from, "origin"),
    source_ip: text(from, "source_ip"),
  };
}

function graphEdge(from: JsonObject): GraphEdge {
  return {
    id: text(from, "id") ?? "",
    source: text(from, "source") ?? "",
    target: text(from, "target") ?? "",
    kind: from.kind === "caused" ? "caused" : "depends_on",
  };
}
