/** The hooks on REST against a real server: typed answers, parts by cursor, and the stream that keeps them current. */
import { QueryClient } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  RestError,
  SignInExpiredError,
  TFDriftProvider,
  useAcknowledge,
  useDrift,
  useDrifts,
  useEvents,
  useGraph,
  useStats,
  useTerraformResource,
  useTerraformResources,
  useTerraformState,
  useTimeline,
  useUnacknowledge,
} from "../../src/api";
import type { JsonObject } from "../../src/api";
import { cache, failure, part, success } from "../support/queries";
import { driftRecord, falcoPayload, listedEvent } from "../support/records";
import { StreamServer } from "../support/stream-server";
import { visit } from "../support/visit";

let server: StreamServer;

beforeEach(async () => {
  server = await StreamServer.start();
  visit(server);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

const asked = (path: string) => server.listed.filter((each) => each.startsWith(path));
const idsOf = (list: { readonly items: readonly { readonly id: string }[] } | undefined) =>
  list?.items.map(({ id }) => id);

async function loaded(result: { readonly current: { readonly isSuccess: boolean } }) {
  await waitFor(() => {
    expect(result.current.isSuccess).toBe(true);
  });
}

describe("useDrifts", () => {
  it("asks with its filters, and for the next part with the cursor of the last", async () => {
    server.answers.set("GET drifts", ({ query }) =>
      query.get("cursor") === null
        ? part([driftRecord({ id: "b" })], { total: 10_000, total_is_exact: false, next_cursor: "c1" })
        : part([driftRecord({ id: "a" })], { total: null, total_is_exact: false }),
    );
    const { result } = renderHook(
      () => useDrifts({ filters: { severity: ["high", "critical"], status: "open" }, limit: 1 }),
      { wrapper: cache() },
    );
    await loaded(result);
    expect(result.current.data).toMatchObject({ total: 10_000, total_is_exact: false });
    expect(result.current.hasNextPage).toBe(true);

    act(() => void result.current.fetchNextPage());

    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["b", "a"]);
    });
    expect(result.current.hasNextPage).toBe(false);
    expect(asked("drifts")).toEqual([
      "drifts?severity=critical%2Chigh&status=open&limit=1",
      "drifts?severity=critical%2Chigh&status=open&limit=1&cursor=c1",
    ]);
  });

  it("is one question for equal filters, in however many components", async () => {
    const { result } = renderHook(
      () => [
        useDrifts({ filters: { severity: ["high", "critical"] } }),
        useDrifts({ filters: { severity: ["critical", "high"] } }),
      ],
      { wrapper: cache() },
    );
    await waitFor(() => {
      expect(result.current.every(({ isSuccess }) => isSuccess)).toBe(true);
    });
    expect(asked("drifts")).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });

  it("tells a refusal by its code and does not ask again", async () => {
    server.answers.set("GET drifts", () => failure(400, "invalid_since", "since: no time"));
    const { result } = renderHook(() => useDrifts(), { wrapper: cache() });
    await waitFor(() => {
      expect(result.current.isError).toBe(true);
    });
    expect(result.current.error).toBeInstanceOf(RestError);
    expect(result.current.error).toMatchObject({
      status: 400,
      code: "invalid_since",
      message: "since: no time",
    });
    expect(asked("drifts")).toHaveLength(1);
  });

  it("asks again after a fault of the server", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const answers = [failure(503, "unavailable", "busy"), part([driftRecord()])];
    server.answers.set("GET drifts", () => answers.shift() ?? part([]));
    const { result } = renderHook(() => useDrifts(), { wrapper: cache() });
    await loaded(result);
    expect(idsOf(result.current.data)).toEqual(["drift-1"]);
  });

  it("tells an expired sign-in", async () => {
    server.signedOut = true;
    const { result } = renderHook(() => useDrifts(), { wrapper: cache() });
    await waitFor(() => {
      expect(result.current.error).toBeInstanceOf(SignInExpiredError);
    });
  });

  it("breaks the request off when nobody wants the answer any more", async () => {
    let aborted = false;
    server.beforeList = () =>
      new Promise((resolve) => {
        server.onAbort = () => {
          aborted = true;
          resolve();
        };
      });
    const { unmount } = renderHook(() => useDrifts(), { wrapper: cache() });
    await waitFor(() => {
      expect(asked("drifts")).toHaveLength(1);
    });
    unmount();
    await waitFor(() => {
      expect(aborted).toBe(true);
    });
  });
});

describe("the stream", () => {
  const useOpenDrifts = () => useDrifts({ filters: { status: "open" } });

  it("puts a new drift into the lists that it fits and takes an ended one out, without a question", async () => {
    const old = driftRecord({ id: "old", timestamp: "2025-01-15T09:00:00Z" });
    server.lists.set("drifts?status=open", [old]);
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);

    server.send("drift", driftRecord({ id: "new", transition: "opened" }));
    server.send("drift", driftRecord({ id: "other", status: "acknowledged" }));
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["new", "old"]);
    });
    expect(result.current.data?.total).toBe(2);

    server.send("drift", driftRecord({ id: "old", status: "resolved", transition: "resolved" }));
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["new"]);
    });
    expect(result.current.data?.total).toBe(1);
    expect(asked("drifts")).toHaveLength(1);
  });

  it("brings what happens while a list is asked for", async () => {
    server.lists.set("drifts?status=open", [driftRecord({ id: "a" }), driftRecord({ id: "b" })]);
    server.beforeList = async () => {
      server.beforeList = () => undefined;
      server.send("drift", driftRecord({ id: "b", status: "resolved" }));
      server.send("drift", driftRecord({ id: "c", transition: "opened" }));
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["c", "a"]);
    });
    expect(asked("drifts")).toHaveLength(1);
  });

  it("has the figures asked for again once, however many events come at once", async () => {
    let open = 0;
    server.answers.set("GET stats", () => success({ by_status: { open }, at_least: ["by_status.open"] }));
    const { result } = renderHook(() => useStats(), { wrapper: cache() });
    await loaded(result);
    expect(result.current.data).toMatchObject({ by_status: { open: 0 }, at_least: ["by_status.open"] });

    open = 500;
    for (let n = 1; n <= 500; n += 1) server.send("drift", driftRecord({ id: `drift-${n}` }));

    await waitFor(() => {
      expect(result.current.data?.by_status.open).toBe(500);
    });
    expect(asked("stats")).toHaveLength(2);
  });

  it("has everything asked for again after a gap", async () => {
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);
    server.lists.set("drifts?status=open", [driftRecord()]);
    server.send("gap", { reason: "expired" });
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["drift-1"]);
    });
  });

  it("is not waited for when it cannot be had, and what came before it is asked for again", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    server.refusals.push(503);
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);
    expect(result.current.data?.items).toEqual([]);
    server.lists.set("drifts?status=open", [driftRecord()]);
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["drift-1"]);
    });
    expect(server.requests).toHaveLength(2);
  });

  it("has what failed asked for again when it is back", async () => {
    server.answers.set("GET drifts", () => failure(400, "invalid_status", "status"));
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await waitFor(() => {
      expect(result.current.isError).toBe(true);
    });
    server.answers.clear();
    server.drop();
    await loaded(result);
  });

  it("is left with the last hook, strict mode included, and what it missed then is asked for again", async () => {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
    const Cache = cache(client);
    const wrapper = ({ children }: { readonly children: ReactNode }) => (
      <StrictMode>
        <Cache>{children}</Cache>
      </StrictMode>
    );
    const first = renderHook(useOpenDrifts, { wrapper });
    await loaded(first.result);
    expect(server.requests).toHaveLength(1);
    first.unmount();
    await waitFor(() => {
      expect(server.openStreams).toBe(0);
    });
    server.lists.set("drifts?status=open", [driftRecord()]);
    const second = renderHook(useOpenDrifts, { wrapper });
    await waitFor(() => {
      expect(idsOf(second.result.current.data)).toEqual(["drift-1"]);
    });
  });
});

describe("useDrift", () => {
  it("reads a drift with its history, follows it, and asks for the history again", async () => {
    let history = [{ transition: "opened", status: "open", at: "2025-01-15T10:00:00Z" }];
    server.answers.set("GET drifts/a%2Fb", () => success(driftRecord({ id: "a/b", history })));
    const { result } = renderHook(() => useDrift("a/b"), { wrapper: cache() });
    await loaded(result);
    expect(result.current.data?.history).toHaveLength(1);

    history = [...history, { transition: "resolved", status: "resolved", at: "2025-01-15T11:00:00Z" }];
    server.send("drift", driftRecord({ id: "a/b", status: "resolved" }));

    await waitFor(() => {
      expect(result.current.data?.status).toBe("resolved");
    });
    expect(result.current.data?.history.length).toBeGreaterThan(0);
    await waitFor(() => {
      expect(result.current.data?.history).toHaveLength(2);
    });
  });

  it("tells what happened around it", async () => {
    const related = {
      event_id: "falco:1",
      type: "falco",
      severity: "critical",
      about: { rule: "Terminal shell", priority: null, odd: {} },
      relation: ["time", "principal", "unheard of"],
    };
    server.answers.set("GET drifts/a", () =>
      success(driftRecord({ id: "a", related_events: [related], related_events_truncated: ["time"] })),
    );
    const { result } = renderHook(() => useDrift("a"), { wrapper: cache() });
    await loaded(result);
    expect(result.current.data?.related_events).toMatchObject([
      { type: "falco", about: { rule: "Terminal shell", priority: null }, relation: ["principal", "time"] },
    ]);
    expect(result.current.data?.related_events_truncated).toEqual(["time"]);
  });

  it("asks nothing for null", async () => {
    const { result } = renderHook(() => useDrift(null), { wrapper: cache() });
    await waitFor(() => {
      expect(server.openStreams).toBe(1);
    });
    expect(result.current.fetchStatus).toBe("idle");
    expect(server.listed).toEqual([]);
  });
});

describe("useAcknowledge and useUnacknowledge", () => {
  it("say who takes note, and every list shows it at once", async () => {
    server.lists.set("drifts?status=open", [driftRecord()]);
    let body = {};
    server.answers.set("POST drifts/drift-1/acknowledge", (request) => {
      body = request.body;
      return success(driftRecord({ status: "acknowledged", history: [] }));
    });
    server.answers.set("POST drifts/drift-1/unacknowledge", () => success(driftRecord({ history: [] })));
    const { result } = renderHook(
      () => ({
        drifts: useDrifts({ filters: { status: "open" } }),
        acknowledge: useAcknowledge(),
        unacknowledge: useUnacknowledge(),
      }),
      { wrapper: cache() },
    );
    await waitFor(() => {
      expect(idsOf(result.current.drifts.data)).toEqual(["drift-1"]);
    });

    await act(() => result.current.acknowledge.mutateAsync({ id: "drift-1", by: "oncall", note: "known" }));
    expect(body).toEqual({ by: "oncall", note: "known" });
    await waitFor(() => {
      expect(result.current.drifts.data?.items).toEqual([]);
    });

    await act(() => result.current.unacknowledge.mutateAsync({ id: "drift-1", by: "oncall" }));
    await waitFor(() => {
      expect(idsOf(result.current.drifts.data)).toEqual(["drift-1"]);
    });
    expect(asked("drifts?")).toHaveLength(1);
  });

  it("fail with the server's code", async () => {
    server.answers.set("POST drifts/drift-1/acknowledge", () => failure(409, "drift_is_over", "over"));
    const { result } = renderHook(() => useAcknowledge(), { wrapper: cache() });
    act(() => {
      result.current.mutate({ id: "drift-1", by: "oncall" });
    });
    await waitFor(() => {
      expect(result.current.error).toMatchObject({ status: 409, code: "drift_is_over" });
    });
  });
});

describe("the other hooks", () => {
  it("useEvents lists the feed's events, each with its kind's payload, and asks again after a new one", async () => {
    server.lists.set("events?type=drift%2Cfalco", [
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
    server.send("falco", falcoPayload({ event_id: "falco:2" }));
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
    server.answers.set("GET timeline", ({ query }) =>
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
    server.lists.set("state?", [{ bucket: "states", key: "prod.tfstate", serial: 43, resource_count: 2 }]);
    server.lists.set("state/resources?resource_type=aws_instance", [{ address: "aws_instance.web" }]);
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
    server.send("state_change", { resource: "aws_instance.web", action: "removed", serial: 44 });
    await waitFor(() => {
      expect(asked("state?")).toHaveLength(2);
      expect(asked("state/resources")).toHaveLength(2);
    });
  });

  it("useTerraformResource names the address whole, and which state is meant", async () => {
    const address = 'module.net["a/b"].aws_vpc.main';
    server.answers.set(`GET state/resource/${encodeURIComponent(address)}`, ({ query }) =>
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
      server.answers.set(`GET ${path}`, () => success(elements));
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
    expect(server.listed.toSorted()).toEqual([
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
    expect(server.requests).toHaveLength(0);
    unmount();
    await other.stop();
  });
});
