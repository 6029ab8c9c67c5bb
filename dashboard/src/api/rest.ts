/** The REST API's lists, with the envelope taken off. */
import { DecodeError, decodeDrift, decodeFalco, decodeList, decodeStateChange, toObject } from "./decode";
import type { Drift, DriftStatus, FalcoAlert, JsonObject, StateChange } from "./types";

/** The most entries that the server gives on one page. */
export const LARGEST_PAGE = 1000;

/** The server refused, with the reason it gave. */
export class RestError extends Error {
  override readonly name = "RestError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The load balancer answers with its sign-in in place of the API: the page must be loaded anew. */
export class SignInExpiredError extends Error {
  override readonly name = "SignInExpiredError";
}

export interface Listing<Item> {
  readonly items: readonly Item[];
  /** How many match in all, on every page. */
  readonly total: number;
}

type Query = Readonly<Record<string, string | number>>;

/** Returns the `data` of the server's envelope; raises `RestError`, `SignInExpiredError` or, on a broken network, `TypeError`. */
export async function getData(path: string, query: Query, signal: AbortSignal): Promise<JsonObject> {
  const parameters = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  const response = await fetch(`/api/v1/${path}?${parameters.toString()}`, {
    headers: { accept: "application/json" },
    // The API never redirects; a sign-in does, to another origin, where following would look like a broken network.
    redirect: "manual",
    signal,
  });
  if (isSignIn(response)) throw new SignInExpiredError("The sign-in has expired");
  const text = await response.text();
  let body: JsonObject;
  try {
    body = toObject(JSON.parse(text));
  } catch {
    throw new RestError(response.status, "not_json", `The server answered ${response.status} without JSON`);
  }
  if (!response.ok || body.success !== true) throw refusal(response.status, body);
  return toObject(body.data);
}

/** A redirect, which browsers hide behind an opaque answer, a refusal of the session, or a page to sign in on. */
function isSignIn(response: Response): boolean {
  if (response.type === "opaqueredirect" || response.status === 401) return true;
  if (response.status >= 300 && response.status < 400) return true;
  return response.ok && (response.headers.get("content-type") ?? "").startsWith("text/html");
}

function refusal(status: number, body: JsonObject): RestError {
  const error = body.error;
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as JsonObject;
  return new RestError(
    status,
    typeof code === "string" ? code : "unknown",
    typeof message === "string" ? message : `The server answered ${status}`,
  );
}

async function list<Item>(
  path: string,
  query: Query,
  decode: (from: JsonObject) => Item,
  signal: AbortSignal,
): Promise<Listing<Item>> {
  const data = await getData(path, query, signal);
  const items = decodeList(data.items, decode);
  return { items, total: typeof data.total === "number" ? data.total : items.length };
}

/** Returns one page of the drifts with that status, newest first. */
export function listDrifts(
  query: { status: DriftStatus; page: number; limit: number },
  signal: AbortSignal,
): Promise<Listing<Drift>> {
  return list("drifts", query, decodeDrift, signal);
}

/** Returns every drift with that status, up to `most`. */
export async function allDrifts(
  status: DriftStatus,
  most: number,
  signal: AbortSignal,
): Promise<Listing<Drift>> {
  const items: Drift[] = [];
  for (let page = 1; ; page += 1) {
    const limit = Math.min(most, LARGEST_PAGE);
    const listing = await listDrifts({ status, page, limit }, signal);
    items.push(...listing.items);
    const complete = items.length >= Math.min(most, listing.total) || listing.items.length === 0;
    if (complete) return { items, total: listing.total };
  }
}

/** Returns the latest Falco alerts. */
export function listFalcoAlerts(limit: number, signal: AbortSignal): Promise<Listing<FalcoAlert>> {
  return list("events", { type: "falco", limit }, (from) => decodeFalco(payloadOf(from)), signal);
}

/** Returns the latest changes of Terraform states. */
export function listStateChanges(limit: number, signal: AbortSignal): Promise<Listing<StateChange>> {
  return list(
    "events",
    { type: "state_change", limit },
    (from) => decodeStateChange(payloadOf(from)),
    signal,
  );
}

/** An entry of the events list carries what the stream sends as its `payload`. */
function payloadOf(entry: JsonObject): JsonObject {
  if (entry.payload === undefined) throw new DecodeError("an event without a payload");
  return toObject(entry.payload);
}
