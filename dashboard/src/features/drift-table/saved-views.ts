/** Views that a person has named, kept in this browser. */
import { useCallback, useState } from "react";

export interface SavedView {
  readonly name: string;
  /** The address's query. */
  readonly query: string;
}

const KEY = "tfdrift.views";

export interface SavedViews {
  readonly views: readonly SavedView[];
  readonly save: (view: SavedView) => void;
  readonly forget: (name: string) => void;
}

/** A browser that keeps nothing (a private window, a full store) has the views until the page is left. */
export function useSavedViews(): SavedViews {
  const [views, setViews] = useState(read);
  const change = useCallback((make: (views: readonly SavedView[]) => readonly SavedView[]) => {
    setViews((before) => {
      const after = make(before);
      write(after);
      return after;
    });
  }, []);
  return {
    views,
    save: useCallback(
      (view: SavedView) => {
        change((before) => [...before.filter(({ name }) => name !== view.name), view]);
      },
      [change],
    ),
    forget: useCallback(
      (name: string) => {
        change((before) => before.filter((view) => view.name !== name));
      },
      [change],
    ),
  };
}

function read(): readonly SavedView[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isSavedView) : [];
  } catch {
    return []; // not ours, or not readable: the person saves anew
  }
}

function write(views: readonly SavedView[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(views));
  } catch {
    // the store is full or forbidden: what is on the page stays, as `useSavedViews` says
  }
}

function isSavedView(value: unknown): value is SavedView {
  if (typeof value !== "object" || value === null) return false;
  const { name, query } = value as Record<string, unknown>;
  return typeof name === "string" && typeof query === "string";
}
