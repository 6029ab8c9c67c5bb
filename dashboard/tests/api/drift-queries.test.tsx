/** The hooks on drifts against a real server: typed answers, parts by cursor, and notes on them. */
import { act, renderHook, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import {
  RestError,
  SignInExpiredError,
  useAcknowledge,
  useDrift,
  useDrifts,
  useUnacknowledge,
} from "../../src/api";
import { cache, failure, idsOf, loaded, part, success } from "../support/queries";
import { driftRecord } from "../support/records";
import { served } from "../support/served";

const given = served();

const asked = (path: string) => given.server.listed.filter((each) => each.startsWith(path));

describe("useDrifts", () => {
  it("asks with its filters, and for the next part with the cursor of the last", async () => {
    given.server.answers.set("GET drifts", ({ query }) =>
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
    expect(given.server.requests).toHaveLength(1);
  });

  it("tells a refusal by its code and does not ask again", async () => {
    given.server.answers.set("GET drifts", () => failure(400, "invalid_since", "since: no time"));
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
    given.server.answers.set("GET drifts", () => answers.shift() ?? part([]));
    const { result } = renderHook(() => useDrifts(), { wrapper: cache() });
    await loaded(result);
    expect(idsOf(result.current.data)).toEqual(["drift-1"]);
  });

  it("tells an expired sign-in", async () => {
    given.server.signedOut = true;
    const { result } = renderHook(() => useDrifts(), { wrapper: cache() });
    await waitFor(() => {
      expect(result.current.error).toBeInstanceOf(SignInExpiredError);
    });
  });

  it("breaks the request off when nobody wants the answer any more", async () => {
    let aborted = false;
    given.server.beforeList = () =>
      new Promise((resolve) => {
        given.server.onAbort = () => {
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

describe("useDrift", () => {
  it("reads a drift with its history, follows it, and asks for the history again", async () => {
    let history = [{ transition: "opened", status: "open", at: "2025-01-15T10:00:00Z" }];
    given.server.answers.set("GET drifts/a%2Fb", () => success(driftRecord({ id: "a/b", history })));
    const { result } = renderHook(() => useDrift("a/b"), { wrapper: cache() });
    await loaded(result);
    expect(result.current.data?.history).toHaveLength(1);

    history = [...history, { transition: "resolved", status: "resolved", at: "2025-01-15T11:00:00Z" }];
    given.server.send("drift", driftRecord({ id: "a/b", status: "resolved" }));

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
    given.server.answers.set("GET drifts/a", () =>
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
      expect(given.server.openStreams).toBe(1);
    });
    expect(result.current.fetchStatus).toBe("idle");
    expect(given.server.listed).toEqual([]);
  });
});

describe("useAcknowledge and useUnacknowledge", () => {
  it("say who takes note, and every list shows it at once", async () => {
    given.server.lists.set("drifts?status=open", [driftRecord()]);
    let body = {};
    given.server.answers.set("POST drifts/drift-1/acknowledge", (request) => {
      body = request.body;
      return success(driftRecord({ status: "acknowledged", history: [] }));
    });
    given.server.answers.set("POST drifts/drift-1/unacknowledge", () =>
      success(driftRecord({ history: [] })),
    );
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
    given.server.answers.set("POST drifts/drift-1/acknowledge", () => failure(409, "drift_is_over", "over"));
    const { result } = renderHook(() => useAcknowledge(), { wrapper: cache() });
    act(() => {
      result.current.mutate({ id: "drift-1", by: "oncall" });
    });
    await waitFor(() => {
      expect(result.current.error).toMatchObject({ status: 409, code: "drift_is_over" });
    });
  });
});
