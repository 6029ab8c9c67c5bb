/** Requests to the REST API, with the envelope taken off and its errors as errors. */
import { decodePart } from "./decode-rest";
import { isObject, toObject } from "./fields";
import type { Part } from "./rest-types";
import type { ApiSettings } from "./settings";
import type { JsonObject } from "./types";

/** The most entries that the server gives in one part. */
export const LARGEST_PART = 1000;

/** The server refused, with the code and the message that it gave. */
export class RestError extends Error {
  override readonly name = "RestError";
  /** The HTTP status. */
  readonly status: number;
  /** The envelope's code, such as `drift_not_found`; `not_json` for an answer that is no JSON object. */
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

/** The request never got an answer, or half of one. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

/** A parameter; of a list the server takes any, of none or an empty list it asks nothing. */
export type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/**
 * Returns the `data` of the server's answer to a GET.
 *
 * Throws `RestError`, `SignInExpiredError`, `NetworkError`, or the signal's reason when it is aborted.
 */
export function getData(
  settings: ApiSettings,
  path: string,
  query: Query,
  signal: AbortSignal,
): Promise<JsonObject> {
  const parameters = searchOf(query);
  return send(settings, parameters === "" ? path : `${path}?${parameters}`, { signal });
}

/** Returns the `data` of the server's answer to a POST of JSON; throws as `getData` does. */
export function postData(settings: ApiSettings, path: string, body: object): Promise<JsonObject> {
  return send(settings, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Returns one part of a listing; throws as `getData` does. */
export async function getPart<Item>(
  settings: ApiSettings,
  path: string,
  query: Query,
  decode: (from: JsonObject) => Item,
  signal: AbortSignal,
): Promise<Part<Item>> {
  return decodePart(await getData(settings, path, query, signal), decode);
}

function searchOf(query: Query): string {
  const entries = Object.entries(query).flatMap(([key, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    const text = typeof value === "object" ? value.join(",") : String(value);
    return text === "" ? [] : [[key, text]];
  });
  return new URLSearchParams(entries).toString();
}

async function send(settings: ApiSettings, path: string, init: RequestInit): Promise<JsonObject> {
  const headers = new Headers(init.headers);
  headers.set("accept", "application/json");
  if (settings.token !== null) headers.set("authorization", `Bearer ${settings.token}`);
  const url = `${settings.baseUrl}/api/v1/${path}`;
  const [response, text] = await answerTo(url, {
    ...init,
    headers,
    // The API never redirects; a sign-in does, to another origin, where following would look like a broken network.
    redirect: "manual",
  });
  if (isSignIn(response)) throw new SignInExpiredError("The sign-in has expired");
  let body: JsonObject;
  try {
    body = toObject(JSON.parse(text));
  } catch {
    throw new RestError(response.status, "not_json", `The server answered ${response.status} without JSON`);
  }
  if (!response.ok || body.success !== true) throw refusal(response.status, body);
  return toObject(body.data);
}

async function answerTo(url: string, init: RequestInit): Promise<[Response, string]> {
  try {
    const response = await fetch(url, init);
    return [response, await response.text()];
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new NetworkError("The server cannot be reached", { cause });
  }
}

/** A redirect, which browsers hide behind an opaque answer, a refusal of the session, or a page to sign in on. */
function isSignIn(response: Response): boolean {
  if (response.type === "opaqueredirect") return true;
  if (response.status >= 300 && response.status < 400) return true;
  const kind = response.headers.get("content-type") ?? "";
  // The API's own 401, of a missing token, is JSON.
  if (response.status === 401) return !kind.startsWith("application/json");
  return response.ok && kind.startsWith("text/html");
}

function refusal(status: number, body: JsonObject): RestError {
  const { code, message } = isObject(body.error) ? body.error : {};
  return new RestError(
    status,
    typeof code === "string" ? code : "unknown",
    typeof message === "string" ? message : `The server answered ${status}`,
  );
}
