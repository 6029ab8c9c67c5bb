/** Drifts of the stream in a list that was loaded before. */
import { describe, expect, it } from "vitest";
import { decodeDrift } from "../../src/api/decode";
import { driftListQuery } from "../../src/api/drift-filters";
import { mergeDrifts } from "../../src/api/merge-drifts";
import type { Part, Parts } from "../../src/api/rest-types";
import type { Drift, JsonObject } from "../../src/api/types";
import { driftRecord } from "../support/records";

const at = (hour: number) => `2025-01-15T${String(hour).padStart(2, "0")}:00:00Z`;

function drift(id: string, hour: number, change: JsonObject = {}): Drift {
  return decodeDrift(driftRecord({ id, timestamp: at(hour), account_id: "111122223333", ...change }));
}

function parts(...pages: readonly (readonly Drift[])[]): Parts<Drift> {
  const total = pages.flat().length;
  return {
    pageParams: pages.map(() => null),
    pages: pages.map((items): Part<Drift> => ({ items, total, total_is_exact: true, next_cursor: "more" })),
  };
}

function whole(list: Parts<Drift>): Parts<Drift> {
  const last = list.pages.length - 1;
  return {
    ...list,
    pages: list.pages.map((part, n) => (n === last ? { ...part, next_cursor: null } : part)),
  };
}

function merged(list: Parts<Drift>, ...changed: readonly Drift[]) {
  const query = driftListQuery({ status: "open", account_id: "111122223333", since: at(1) }, 50);
  const { pages } = mergeDrifts(list, query, new Map(changed.map((each) => [each.id, each])));
  return {
    ids: pages.map(({ items }) => items.map(({ id }) => id)),
    total: pages[0]?.total,
    exact: pages[0]?.total_is_exact,
  };
}

const LIST = parts([drift("i", 9), drift("h", 8)], [drift("f", 6), drift("e", 5)]);

describe("mergeDrifts", () => {
  it("puts a drift in its place by time, in whichever part that is", () => {
    expect(
      merged(LIST, drift("j", 10, { transition: "opened" }), drift("g", 7, { transition: "opened" })),
    ).toEqual({
      ids: [
        ["j", "i", "h"],
        ["g", "f", "e"],
      ],
      total: 6,
      exact: true,
    });
  });

  it("moves a drift whose time changed", () => {
    expect(merged(LIST, drift("e", 10)).ids).toEqual([["e", "i", "h"], ["f"]]);
  });

  it.each([
    ["its status", { status: "resolved" }],
    ["its time", { timestamp: at(0) }],
  ])("takes out what does not fit any more by %s", (_, change) => {
    expect(merged(LIST, drift("h", 8, change))).toEqual({ ids: [["i"], ["f", "e"]], total: 3, exact: true });
  });

  it("leaves what belongs behind the loaded parts to the next one, and counts only what is new", () => {
    expect(merged(LIST, drift("b", 2, { transition: "opened" }))).toMatchObject({
      ids: [
        ["i", "h"],
        ["f", "e"],
      ],
      total: 5,
      exact: true,
    });
    expect(merged(LIST, drift("b", 2, { transition: "updated" }))).toMatchObject({ total: 4, exact: false });
    expect(merged(LIST, drift("b", 2, { status: "resolved" }))).toMatchObject({ total: 4, exact: false });
  });

  it("keeps the last loaded drift where it changes, behind which the next part begins", () => {
    const noted = { transition: "updated", severity: "low" };
    expect(merged(LIST, drift("e", 5, noted)).ids).toEqual([
      ["i", "h"],
      ["f", "e"],
    ]);
  });

  it("keeps all that is loaded where all of it changes at once, and leaves the rest to the next part", () => {
    const list = parts([drift("c", 9), drift("b", 9)]);
    const changed = ["a", "b", "c"].map((id) => drift(id, 9, { transition: "updated" }));
    expect(merged(list, ...changed).ids).toEqual([["c", "b"]]);
  });

  it("puts drifts of one moment in the server's order, the greatest id first", () => {
    expect(merged(LIST, drift("g", 8, { transition: "opened" })).ids[0]).toEqual(["i", "h"]);
    expect(merged(LIST, drift("z", 8, { transition: "opened" })).ids[0]).toEqual(["i", "z", "h"]);
  });

  it("appends to a list that is whole", () => {
    expect(merged(whole(LIST), drift("b", 2, { transition: "reopened" }))).toEqual({
      ids: [
        ["i", "h"],
        ["f", "e", "b"],
      ],
      total: 5,
      exact: true,
    });
  });

  it("cares nothing for drifts that the list can never have had", () => {
    expect(merged(LIST, drift("x", 7, { account_id: "444455556666" }))).toEqual(merged(LIST));
  });

  it("leaves a total that was not counted uncounted", () => {
    const list = {
      ...LIST,
      pages: LIST.pages.map((part) => ({ ...part, total: null, total_is_exact: false })),
    };
    expect(merged(list, drift("j", 10, { transition: "opened" }))).toMatchObject({
      total: null,
      exact: false,
    });
  });
});
