/** What the hooks on REST need around them: a cache of their own, and answers as the server gives them. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect } from "vitest";
import type { JsonObject } from "../../src/api/types";

/** Returns a wrapper with a cache that no other test shares. */
export function cache(client = new QueryClient()) {
  return function Cache({ children }: { readonly children: ReactNode }) {
    return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  };
}

export function success(data: JsonObject): readonly [number, JsonObject] {
  return [200, { success: true, data }];
}

export function failure(status: number, code: string, message: string): readonly [number, JsonObject] {
  return [status, { success: false, error: { code, message } }];
}

export function part(items: readonly JsonObject[], rest: JsonObject = {}): readonly [number, JsonObject] {
  return success({
    items,
    total: items.length,
    total_is_exact: true,
    page: 1,
    limit: 50,
    next_cursor: null,
    ...rest,
  });
}

export const idsOf = (list: { readonly items: readonly { readonly id: string }[] } | undefined) =>
  list?.items.map(({ id }) => id);

/** Waits until a hook's answer is there. */
export async function loaded(result: { readonly current: { readonly isSuccess: boolean } }) {
  await waitFor(() => {
    expect(result.current.isSuccess).toBe(true);
  });
}
