/** The other hooks on REST, and what they share, against a real server. */
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";
import {
  TFDriftProvider,
  useEvents,
  useGraph,
  useStats,
  useTerraformResource,
  useTerraformResources,
  useTerraformState,
  useTimeline,
} from "../../src/api";
import type { JsonObject } from "../../src/api";
import { cache, failure, loaded, success } from "../support/queries";
import { driftRecord, falcoPayload, listedEvent } from "../support/records";
import { served } from "../support/served";
import { StreamServer } from "../support/stream-server";

const given = served();

const asked = (path: string) => given.server.listed.filter((each) => each.startsWith(path));

describe("the other hooks", () => {
  it("useEvents lists the feed's events, each with its kind's payload, and asks again after a new one", async () => {
    given.server.lists.set("events?type=drift%2Cfalco", [
      listedEvent("falco", falcoPayload()),
      listedEvent("drift", driftRecord()),
    ]);
    const { result } = renderHook(() => useEvents({ filters: { type: ["falco", "drift"] } }), {
      wrapper: cache(),
    });
    await loaded(result);
    const rules = result.current.data?.items.map((entry) =>
      entry.type === "falco" ? entry.payload.rule : entry.payload.id,
    );
    expect(rules).toEqual(["Terminal shell in container", "drift-1"]);
    given.server.send("falco", falcoPayload({ event_id: "falco:2" }));
    await waitFor(() => {
      expect(asked("events")).toHaveLength(2);
    });
  });

  it("useTimeline puts a session together that the end of a part has cut", async () => {
    const session = (at: string, change: JsonObject = {}) => ({
      principal: "arn:aws:iam::111122223333:user/oncall",
      first_at: `2025-01-15T${at}:00Z`,
      last_at: `2025-01-15T${at}:00Z`,
      origins: ["console"],
      source_ips: ["203.0.113.24"],
      severities: { high: 1 },
      resources: [{ account_id: "1", region: "r", resource_type: "aws_vpc", resource_id: "vpc-1" }],
      events: [{ event_id: at, type: "drift", severity: "high", about: {} }],
      continues: false,
      ...change,
    });
    given.server.answers.set("GET timeline", ({ query }) =>
      query.get("cursor") === null
        ? success({ items: [session("10:00", { continues: true })], limit: 1, next_cursor: "c" })
        : success({
            items: [
              session("09:45", { origins: ["cli"], severities: { high: 1, low: 2 } }),
              session("08:00"),
              session("09:50", { principal: null }),
            ],
            limit: 1,
            next_cursor: null,
          }),
    );
    const { result } = renderHook(() => useTimeline({ filters: { account_id: "1" }, limit: 1 }), {
      wrapper: cache(),
    });
    await loaded(result);
    expect(result.current.data?.items).toHaveLength(1);
    act(() => void result.current.fetchNextPage());
    await waitFor(() => {
      expect(result.current.data?.items).toHaveLength(3);
    });
    expect(result.current.data?.items[0]).toMatchObject({
      first_at: "2025-01-15T09:45:00Z",
      last_at: "2025-01-15T10:00:00Z",
      origins: ["console", "cli"],
      severities: { high: 2, low: 2 },
      resources: [{ resource_id: "vpc-1" }],
      events: [{ event_id: "10:00" }, { event_id: "09:45" }],
      continues: false,
    });
    expect(asked("timeline")[1]).toBe("timeline?account_id=1&limit=1&cursor=c");
  });

  it("useTerraformState and useTerraformResources list, and ask again when a state changed", async () => {
    given.server.lists.set("state?", [
      { bucket: "states", key: "prod.tfstate", serial: 43, resource_count: 2 },
    ]);
    given.server.lists.set("state/resources?resource_type=aws_instance", [{ address: "aws_instance.web" }]);
    const { result } = renderHook(
      () => ({
        states: useTerraformState(),
        resources: useTerraformResources({ filters: { resource_type: "aws_instance" } }),
      }),
      { wrapper: cache() },
    );
    await waitFor(() => {
      expect(result.current.states.data?.items[0]).toMatchObject({ key: "prod.tfstate", serial: 43 });
      expect(result.current.resources.data?.items[0]?.address).toBe("aws_instance.web");
    });
    given.server.send("state_change", { resource: "aws_instance.web", action: "removed", serial: 44 });
    await waitFor(() => {
      expect(asked("state?")).toHaveLength(2);
      expect(asked("state/resources")).toHaveLength(2);
    });
  });

  it("useTerraformResource names the address whole, and which state is meant", async () => {
    const address = 'module.net["a/b"].aws_vpc.main';
    given.server.answers.set(`GET state/resource/${encodeURIComponent(address)}`, ({ query }) =>
      query.get("key") === null
        ? failure(409, "ambiguous_address", "2 states have that address")
        : success({ address, attributes: { cidr_block: "10.0.0.0/16" } }),
    );
    const { result } = renderHook(
      () => [useTerraformResource(address), useTerraformResource(address, { key: "prod.tfstate" })],
      { wrapper: cache() },
    );
    await waitFor(() => {
      expect(result.current[0]?.error).toMatchObject({ code: "ambiguous_address" });
      expect(result.current[1]?.data?.attributes).toEqual({ cidr_block: "10.0.0.0/16" });
    });
  });

  it("useGraph reads Cytoscape's elements of a state, of neighbours and of an impact", async () => {
    const elements = {
      state: { key: "prod.tfstate", serial: 43 },
      nodes: [
        { data: { id: "aws_vpc.main", label: "aws_vpc.main", kind: "resource", severity: "high" } },
        { data: { id: "call:1:e", label: "ModifyVpcAttribute by oncall", kind: "call" } },
      ],
      edges: [{ data: { id: "caused", source: "call:1:e", target: "aws_vpc.main", kind: "caused" } }],
      total_resources: 1,
      truncated: false,
    };
    for (const path of ["graph", "graph/neighbours", "graph/impact"]) {
      given.server.answers.set(`GET ${path}`, () => success(elements));
    }
    const { result } = renderHook(
      () => [
        useGraph({ key: "prod.tfstate" }),
        useGraph({ of: "neighbours", address: "aws_vpc.main", direction: "dependents", depth: 2 }),
        useGraph({ of: "impact", address: "aws_vpc.main" }),
        useGraph(null),
      ],
      { wrapper: cache() },
    );
    await waitFor(() => {
      expect(result.current.slice(0, 3).every(({ isSuccess }) => isSuccess)).toBe(true);
    });
    expect(result.current[0]?.data?.nodes.map(({ data }) => [data.id, data.kind, data.severity])).toEqual([
      ["aws_vpc.main", "resource", "high"],
      ["call:1:e", "call", null],
    ]);
    expect(given.server.listed.toSorted()).toEqual([
      "graph/impact?address=aws_vpc.main",
      "graph/neighbours?address=aws_vpc.main&direction=dependents&depth=2",
      "graph?key=prod.tfstate",
    ]);
  });
});

describe("TFDriftProvider", () => {
  it("names another server, for REST and the stream, and the token", async () => {
    const other = await StreamServer.start();
    let authorization: string | undefined;
    other.answers.set("GET stats", ({ headers }) => {
      authorization = headers.authorization;
      return success({ states: 7 });
    });
    const Cache = cache();
    const wrapper = ({ children }: { readonly children: ReactNode }) => (
      <TFDriftProvider baseUrl={`${other.origin}/`} token="secret">
        <Cache>{children}</Cache>
      </TFDriftProvider>
    );
    const { result, unmount } = renderHook(() => useStats(), { wrapper });
    await loaded(result);
    expect(result.current.data?.states).toBe(7);
    expect(authorization).toBe("Bearer secret");
    expect(other.requests).toHaveLength(1);
    expect(given.server.requests).toHaveLength(0);
    unmount();
    await other.stop();
  });
});
