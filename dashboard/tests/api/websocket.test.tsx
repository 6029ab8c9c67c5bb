/** The hook on the WebSocket against a real server: one socket, topics, answers, and the way back. */
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import { StrictMode, useEffect } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SocketError, useWebSocket } from "../../src/api";
import type { JsonObject } from "../../src/api";
import { driftRecord, falcoPayload } from "../support/records";
import { SocketServer } from "../support/socket-server";
import { visit } from "../support/visit";

let server: SocketServer;

beforeEach(async () => {
  server = await SocketServer.start();
  visit(server);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

function event(id: string, type: string, payload: JsonObject): JsonObject {
  return { type, topic: "any", timestamp: "2025-01-15T10:00:00Z", id, payload };
}

const drift = (id: string, change: JsonObject = {}) => event(id, "drift", driftRecord(change));

async function connected(result: { readonly current: { readonly isConnected: boolean } }) {
  await waitFor(() => {
    expect(result.current.isConnected).toBe(true);
  });
}

async function heard(connection: number, ...messages: readonly JsonObject[]) {
  await waitFor(() => {
    expect(server.said[connection]).toEqual(messages);
  });
}

/** Follows topics and notes all that comes, which `lastMessage` need not show. */
function useNoted() {
  const noted = useWebSocket({
    onMessage: ({ type, id }) => {
      seen.push(`${type} ${id}`);
    },
  });
  return noted;
}

let seen: string[] = [];

beforeEach(() => {
  seen = [];
});

describe("useWebSocket", () => {
  it("subscribes to topics with filters, and gets their messages", async () => {
    const { result } = renderHook(() => useWebSocket());
    await connected(result);
    act(() => {
      result.current.subscribe("drifts", { severity: ["critical", "high"] });
    });
    await heard(0, { type: "subscribe", topic: "drifts", severity: ["critical", "high"] });

    server.send(drift("e:2.0"));

    await waitFor(() => {
      expect(result.current.lastMessage).toMatchObject({ type: "drift", id: "e:2.0" });
    });
    expect(result.current.lastMessage?.payload).toMatchObject({ resource_address: "aws_security_group.web" });
    expect(result.current.error).toBeNull();
  });

  it("unsubscribes, and lets pass nothing that is not wanted", async () => {
    const { result } = renderHook(useNoted);
    await connected(result);
    act(() => {
      result.current.subscribe(["drifts", "events"]);
      result.current.unsubscribe("events");
    });
    await heard(
      0,
      { type: "subscribe", topic: "drifts" },
      { type: "subscribe", topic: "events" },
      { type: "unsubscribe", topic: "events" },
    );
    server.send(event("e:2.0", "falco", falcoPayload()));
    server.send(event("e:3.0", "state_change", { resource: "aws_vpc.main", action: "added" }));
    server.send(drift("e:4.0"));
    server.send(event("e:4.0", "gap", { reason: "expired" }));
    server.send({ type: "from the future", payload: 1 });
    await waitFor(() => {
      expect(seen).toEqual(["drift e:4.0", "gap e:4.0"]);
    });
    expect(result.current.error).toBeNull();
  });

  it("skips no message in onMessage, and drops what is delivered again", async () => {
    const { result } = renderHook(useNoted);
    await connected(result);
    act(() => {
      result.current.subscribe("drifts");
    });
    await heard(0, { type: "subscribe", topic: "drifts" });
    for (let n = 2; n < 502; n += 1) server.send(drift(`e:${n}.0`));
    server.send(drift("e:2.0"));
    server.send(drift("e:502.0"));
    await waitFor(() => {
      expect(seen.at(-1)).toBe("drift e:502.0");
    });
    expect(seen).toHaveLength(501);
  });

  it("answers requests, and tells their refusal by its code", async () => {
    server.reply = ({ type, query, request_id = null }) => {
      if (type === "ping") return { type: "pong", request_id, payload: "still there?" };
      return query === "stats"
        ? { type: "result", request_id, payload: { query: "stats", data: { states: 7 } } }
        : { type: "error", request_id, payload: { code: "unknown_query", message: "no such query" } };
    };
    const { result } = renderHook(() => useWebSocket());
    await connected(result);
    await expect(result.current.sendMessage({ type: "query", query: "stats" })).resolves.toMatchObject({
      type: "result",
      payload: { query: "stats", data: { states: 7 } },
    });
    await expect(
      result.current.sendMessage({ type: "ping", payload: "still there?" }),
    ).resolves.toMatchObject({ type: "pong", payload: "still there?" });
    await expect(result.current.sendMessage({ type: "query", query: "nothing" })).rejects.toMatchObject({
      kind: "refused",
      code: "unknown_query",
      message: "no such query",
    });
  });

  it("fails what cannot be sent or is not answered any more", async () => {
    const { result } = renderHook(() => useWebSocket());
    await expect(result.current.sendMessage({ type: "ping" })).rejects.toBeInstanceOf(SocketError);
    await connected(result);
    const answer = result.current.sendMessage({ type: "ping" });
    const failed = expect(answer).rejects.toMatchObject({ kind: "connection" });
    await waitFor(() => {
      expect(server.said[0]).toHaveLength(1);
    });
    server.close();
    await waitFor(() => {
      expect(result.current.isConnected).toBe(false);
    });
    await failed;
  });

  it("tells of a message that is not JSON and of a refused subscription, and goes on", async () => {
    const { result } = renderHook(() => useWebSocket());
    await connected(result);
    act(() => {
      result.current.subscribe("drifts");
    });
    server.send("{broken");
    await waitFor(() => {
      expect(result.current.error).toMatchObject({ kind: "data" });
    });
    server.send({ type: "error", payload: { code: "invalid_filter", message: "severity: what?" } });
    await waitFor(() => {
      expect(result.current.error).toMatchObject({ kind: "refused", code: "invalid_filter" });
    });
    expect(result.current.isConnected).toBe(true);
    act(() => {
      result.current.clearError();
    });
    expect(result.current.error).toBeNull();
    server.send(drift("e:2.0"));
    await waitFor(() => {
      expect(result.current.lastMessage?.id).toBe("e:2.0");
    });
  });
});

describe("the shared socket", () => {
  function Follower({ name, severity }: { readonly name: string; readonly severity: "critical" | "low" }) {
    const { isConnected, subscribe, unsubscribe } = useWebSocket({
      onMessage: ({ id }) => {
        seen.push(`${name} ${id}`);
      },
    });
    useEffect(() => {
      subscribe("drifts", { severity });
      return () => {
        unsubscribe();
      };
    }, [subscribe, unsubscribe, severity]);
    return <p>{isConnected ? "Connected" : "Not connected"}</p>;
  }

  it("is one for all components, strict mode included, asks for all that they want, and closes with the last", async () => {
    const { rerender, unmount } = render(
      <StrictMode>
        <Follower name="first" severity="critical" />
        <Follower name="second" severity="low" />
      </StrictMode>,
    );
    await waitFor(() => {
      expect(screen.getAllByText("Connected")).toHaveLength(2);
    });
    await heard(0, { type: "subscribe", topic: "drifts", severity: ["critical", "low"] });
    server.send(drift("e:2.0", { severity: "low" }));
    server.send(drift("e:3.0", { severity: "critical" }));
    server.send(drift("e:4.0", { severity: "medium" }));
    await waitFor(() => {
      expect(seen).toEqual(["second e:2.0", "first e:3.0"]);
    });

    rerender(
      <StrictMode>
        <Follower name="first" severity="critical" />
      </StrictMode>,
    );
    await waitFor(() => {
      expect(server.said[0]?.at(-1)).toEqual({ type: "subscribe", topic: "drifts", severity: "critical" });
    });
    expect(server.attempts).toBe(1);
    unmount();
    await waitFor(() => {
      expect(server.openSockets).toBe(0);
    });
  });

  it("comes back after the server's end and resumes each topic at the last place", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { result } = renderHook(useNoted);
    await connected(result);
    act(() => {
      result.current.subscribe(["drifts", "stats"]);
    });
    server.send(drift("e:2.0"));
    server.send({ type: "heartbeat", topic: null, id: "e:9.0", payload: {} });
    server.send({ type: "subscribed", topic: "drifts", id: "e:99.0", payload: {} });
    await waitFor(() => {
      expect(seen).toHaveLength(1);
    });
    server.refusals = 1;
    server.close();
    await waitFor(() => {
      expect(result.current.isConnected).toBe(false);
      expect(result.current.error).toMatchObject({ kind: "connection" });
    });
    await connected(result);
    await heard(
      1,
      { type: "subscribe", topic: "drifts", last_event_id: "e:9.0" },
      { type: "subscribe", topic: "stats", last_event_id: "e:9.0" },
    );
    expect(result.current.error).toBeNull();
    expect(server.attempts).toBe(3);
  });

  it("takes a silence longer than the heartbeat's for the end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    try {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const { result } = renderHook(() => useWebSocket());
      await connected(result);
      await act(() => vi.advanceTimersByTimeAsync(89_000));
      expect(result.current.isConnected).toBe(true);
      await act(() => vi.advanceTimersByTimeAsync(2_500));
      await connected(result);
      expect(server.attempts).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
