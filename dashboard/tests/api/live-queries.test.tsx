/** The stream keeps what the hooks on REST have loaded current, against a real server. */
import { QueryClient } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import { StrictMode } from "react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { useDrifts, useStats } from "../../src/api";
import { cache, failure, idsOf, loaded, success } from "../support/queries";
import { driftRecord } from "../support/records";
import { served } from "../support/served";

const given = served();

const asked = (path: string) => given.server.listed.filter((each) => each.startsWith(path));

describe("the stream", () => {
  const useOpenDrifts = () => useDrifts({ filters: { status: "open" } });

  it("puts a new drift into the lists that it fits and takes an ended one out, without a question", async () => {
    const old = driftRecord({ id: "old", timestamp: "2025-01-15T09:00:00Z" });
    given.server.lists.set("drifts?status=open", [old]);
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);

    given.server.send("drift", driftRecord({ id: "new", transition: "opened" }));
    given.server.send("drift", driftRecord({ id: "other", status: "acknowledged" }));
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["new", "old"]);
    });
    expect(result.current.data?.total).toBe(2);

    given.server.send("drift", driftRecord({ id: "old", status: "resolved", transition: "resolved" }));
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["new"]);
    });
    expect(result.current.data?.total).toBe(1);
    expect(asked("drifts")).toHaveLength(1);
  });

  it("brings what happens while a list is asked for", async () => {
    given.server.lists.set("drifts?status=open", [driftRecord({ id: "a" }), driftRecord({ id: "b" })]);
    given.server.beforeList = async () => {
      given.server.beforeList = () => undefined;
      given.server.send("drift", driftRecord({ id: "b", status: "resolved" }));
      given.server.send("drift", driftRecord({ id: "c", transition: "opened" }));
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
    given.server.answers.set("GET stats", () =>
      success({ by_status: { open }, at_least: ["by_status.open"] }),
    );
    const { result } = renderHook(() => useStats(), { wrapper: cache() });
    await loaded(result);
    expect(result.current.data).toMatchObject({ by_status: { open: 0 }, at_least: ["by_status.open"] });

    open = 500;
    for (let n = 1; n <= 500; n += 1) given.server.send("drift", driftRecord({ id: `drift-${n}` }));

    await waitFor(() => {
      expect(result.current.data?.by_status.open).toBe(500);
    });
    expect(asked("stats")).toHaveLength(2);
  });

  it("has everything asked for again after a gap", async () => {
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);
    given.server.lists.set("drifts?status=open", [driftRecord()]);
    given.server.send("gap", { reason: "expired" });
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["drift-1"]);
    });
  });

  it("is not waited for when it cannot be had, and what came before it is asked for again", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    given.server.refusals.push(503);
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await loaded(result);
    expect(result.current.data?.items).toEqual([]);
    given.server.lists.set("drifts?status=open", [driftRecord()]);
    await waitFor(() => {
      expect(idsOf(result.current.data)).toEqual(["drift-1"]);
    });
    expect(given.server.requests).toHaveLength(2);
  });

  it("has what failed asked for again when it is back", async () => {
    given.server.answers.set("GET drifts", () => failure(400, "invalid_status", "status"));
    const { result } = renderHook(useOpenDrifts, { wrapper: cache() });
    await waitFor(() => {
      expect(result.current.isError).toBe(true);
    });
    given.server.answers.clear();
    given.server.drop();
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
    expect(given.server.requests).toHaveLength(1);
    first.unmount();
    await waitFor(() => {
      expect(given.server.openStreams).toBe(0);
    });
    given.server.lists.set("drifts?status=open", [driftRecord()]);
    const second = renderHook(useOpenDrifts, { wrapper });
    await waitFor(() => {
      expect(idsOf(second.result.current.data)).toEqual(["drift-1"]);
    });
  });
});
