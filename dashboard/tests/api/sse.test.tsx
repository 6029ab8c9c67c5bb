/** The hooks against a real server: one connection, nothing lost, nothing doubled, nothing left open. */
import { act, render, renderHook, screen, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import { describe, expect, it, vi } from "vitest";
import { useDriftAlerts, useSSE, useSSEEventHandler } from "../../src/api/sse";
import type { StreamEvent } from "../../src/api/sse";
import { MyComponent } from "../examples/MyComponent";
import { driftRecord, falcoPayload } from "../support/records";
import { served } from "../support/served";

const given = served();

const typesOf = (events: readonly StreamEvent[]) => events.map(({ type }) => type);

async function connected(result: { readonly current: { readonly isConnected: boolean } }) {
  await waitFor(() => {
    expect(result.current.isConnected).toBe(true);
  });
}

describe("useSSE", () => {
  it("connects to /api/v1/stream of its own origin and keeps the events in order", async () => {
    const { result } = renderHook(() => useSSE());
    await connected(result);
    given.server.send("drift", driftRecord());
    given.server.send("falco", falcoPayload());
    await waitFor(() => {
      expect(typesOf(result.current.events)).toEqual(["connected", "drift", "falco"]);
    });
    expect(result.current.lastEvent?.type).toBe("falco");
    expect(result.current.lastEvent?.id).toBe("e:2");
    expect(result.current.error).toBeNull();
  });

  it("keeps only the wanted types and severities, options written inline", async () => {
    const { result, rerender } = renderHook(() =>
      useSSE({ types: ["drift"], filters: { severity: ["critical", "high"] } }),
    );
    await connected(result);
    rerender();
    given.server.send("drift", driftRecord({ severity: "low" }));
    given.server.send("falco", falcoPayload());
    given.server.send("drift", driftRecord());
    await waitFor(() => {
      expect(result.current.events).toHaveLength(1);
    });
    expect(result.current.events[0]?.id).toBe("e:3");
    expect(given.server.requests).toHaveLength(1);
  });

  it("keeps the latest maxEvents, 100 when not told", async () => {
    const few = renderHook(() => useSSE({ types: ["drift"], maxEvents: 2 }));
    const many = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(few.result);
    for (let n = 1; n <= 120; n += 1) given.server.send("drift", driftRecord({ id: `drift-${n}` }));
    await waitFor(() => {
      expect(many.result.current.lastEvent?.id).toBe("e:120");
    });
    expect(few.result.current.events.map(({ id }) => id)).toEqual(["e:119", "e:120"]);
    expect(many.result.current.events).toHaveLength(100);
    expect(many.result.current.events[0]?.id).toBe("e:21");
  });

  it("drops an event that is delivered again, but not two events that share an id by inheritance", async () => {
    const { result } = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(result);
    given.server.send("drift", driftRecord({ id: "a" }), "e:7");
    given.server.send("drift", driftRecord({ id: "a" }), "e:7");
    given.server.sendRaw(`event: drift\ndata: ${JSON.stringify(driftRecord({ id: "b" }))}\n\n`);
    await waitFor(() => {
      expect(result.current.events).toHaveLength(2);
    });
    given.server.send("drift", driftRecord({ id: "c" }));
    await waitFor(() => {
      expect(result.current.events).toHaveLength(3);
    });
  });

  it("reports a message that is not JSON and goes on", async () => {
    const { result } = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(result);
    given.server.sendRaw("event: drift\nid: x\ndata: {broken\n\n");
    given.server.sendRaw("event: drift\nid: y\ndata: [1]\n\n");
    given.server.send("drift", driftRecord());
    await waitFor(() => {
      expect(result.current.events).toHaveLength(1);
    });
    expect(result.current.error).toMatchObject({ kind: "data", message: "A drift event could not be read" });
    expect(result.current.isConnected).toBe(true);
    given.server.drop();
    await waitFor(() => {
      expect(result.current.error?.kind).toBe("connection");
    });
    await connected(result);
    expect(result.current.error?.kind).toBe("data");
    act(() => {
      result.current.clearEvents();
    });
    expect(result.current).toMatchObject({ error: null, events: [], lastEvent: null });
  });

  it("leaves on disconnect and comes back on connect", async () => {
    const { result } = renderHook(() => useSSE());
    await connected(result);
    act(() => {
      result.current.disconnect();
    });
    expect(result.current.isConnected).toBe(false);
    await waitFor(() => {
      expect(given.server.openStreams).toBe(0);
    });
    act(() => {
      result.current.connect();
    });
    await connected(result);
    expect(given.server.openStreams).toBe(1);
  });
});

describe("the shared connection", () => {
  it("is one for all components, strict mode included, and closes with the last", async () => {
    const { unmount } = render(
      <StrictMode>
        <MyComponent />
        <MyComponent />
      </StrictMode>,
    );
    await waitFor(() => {
      expect(screen.getAllByText("Stream: Active")).toHaveLength(2);
    });
    expect(given.server.requests).toHaveLength(1);
    unmount();
    await waitFor(() => {
      expect(given.server.openStreams).toBe(0);
    });
  });

  it("lets the others go on when one component leaves", async () => {
    const first = renderHook(() => useSSE());
    const second = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(second.result);
    first.unmount();
    given.server.send("drift", driftRecord());
    await waitFor(() => {
      expect(second.result.current.events).toHaveLength(1);
    });
    expect(given.server.requests).toHaveLength(1);
  });

  it("resumes with Last-Event-ID after a broken connection", async () => {
    const { result } = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(result);
    const id = given.server.send("drift", driftRecord());
    await waitFor(() => {
      expect(result.current.events).toHaveLength(1);
    });
    given.server.drop();
    await waitFor(() => {
      expect(result.current.error?.kind).toBe("connection");
    });
    await connected(result);
    expect(given.server.requests.map((request) => request.lastEventIdHeader)).toEqual([undefined, id]);
    expect(result.current.error).toBeNull();
  });

  it("opens a new connection with ?lastEventId= after a 503, on which EventSource gives up", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { result } = renderHook(() => useSSE({ types: ["drift"] }));
    await connected(result);
    const id = given.server.send("drift", driftRecord());
    await waitFor(() => {
      expect(result.current.events).toHaveLength(1);
    });
    given.server.refusals.push(503, 502);
    given.server.drop();
    await waitFor(() => {
      expect(result.current.isConnected).toBe(false);
      expect(result.current.isConnecting).toBe(false);
    });
    await waitFor(
      () => {
        expect(result.current.isConnected).toBe(true);
      },
      { timeout: 8_000 },
    );
    expect(given.server.requests).toHaveLength(4);
    expect(given.server.requests.at(-1)?.query.get("lastEventId")).toBe(id);
  });

  it("comes back at the place that the server named without an event for it", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { result } = renderHook(() => useSSE({ url: "/api/v1/stream?types=falco" }));
    await connected(result);
    given.server.send("falco", falcoPayload(), "e:5");
    given.server.sendRaw("event: cursor\nid: e:9\ndata: {}\n\n");
    given.server.refusals.push(503);
    given.server.end();
    await waitFor(() => {
      expect(given.server.requests).toHaveLength(3);
    });
    expect(given.server.requests[2]?.query.toString()).toBe("types=falco&lastEventId=e%3A9");
    await connected(result);
  });

  it("says so where there is no EventSource", () => {
    vi.stubGlobal("EventSource", undefined);
    const { result } = renderHook(() => useSSE());
    expect(result.current).toMatchObject({ isConnected: false, isConnecting: false });
    expect(result.current.error?.message).toBe("This browser has no EventSource");
    vi.unstubAllGlobals();
  });

  it("tries again at once when the network comes back", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    given.server.refusals.push(503, 503, 503);
    const { result } = renderHook(() => useSSE());
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await waitFor(() => {
        expect(given.server.requests).toHaveLength(attempt);
        expect(result.current.error).not.toBeNull();
        expect(result.current.isConnecting).toBe(false);
      });
      act(() => {
        window.dispatchEvent(new Event("online"));
      });
    }
    await connected(result);
  });
});

describe("useDriftAlerts", () => {
  it("lists the latest record of each drift, the newest first, and forgets them on clearAlerts", async () => {
    const { result } = renderHook(() => useDriftAlerts());
    await connected(result);
    given.server.send("drift", driftRecord({ id: "a" }));
    given.server.send("drift", driftRecord({ id: "b" }));
    given.server.send("drift", driftRecord({ id: "a", status: "resolved" }));
    given.server.send("falco", falcoPayload());
    await waitFor(() => {
      expect(result.current.driftAlerts.map(({ id, status }) => [id, status])).toEqual([
        ["a", "resolved"],
        ["b", "open"],
      ]);
    });
    act(() => {
      result.current.clearAlerts();
    });
    expect(result.current.driftAlerts).toEqual([]);
  });

  it("takes the contract's smallest drift, which has no id", async () => {
    render(<MyComponent />);
    await screen.findByText("Stream: Active");
    act(() => {
      given.server.send("drift", {
        severity: "critical",
        resource_type: "aws_iam_policy",
        resource_id: "...",
        old_value: "...",
        new_value: "...",
      });
    });
    expect(await screen.findByText("critical: aws_iam_policy")).toBeDefined();
  });
});

describe("useSSEEventHandler", () => {
  it("calls the latest handler with every event, however fast they come", async () => {
    const seen: string[] = [];
    const { result } = renderHook(() => {
      useSSEEventHandler((event) => seen.push(event.id), { types: ["drift"] });
      return useSSE();
    });
    await connected(result);
    for (let n = 1; n <= 500; n += 1) given.server.send("drift", driftRecord({ id: `drift-${n}` }));
    await waitFor(() => {
      expect(seen).toHaveLength(500);
    });
    expect(new Set(seen).size).toBe(500);
  });
});
