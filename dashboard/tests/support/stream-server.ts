/** A real HTTP server on loopback that streams and lists what a test tells it to. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "../../src/api/types";

export interface StreamRequest {
  readonly query: URLSearchParams;
  readonly lastEventIdHeader: string | undefined;
}

/** What a request asked for. */
export interface AskedOf {
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly headers: IncomingMessage["headers"];
}

export class StreamServer {
  /** Every request for the stream, refused ones too. */
  readonly requests: StreamRequest[] = [];
  /** What the lists answer, by `drifts?status=open`, `events?type=falco` and so on; empty when not set. */
  readonly lists = new Map<string, readonly JsonObject[]>();
  /** The paths that were listed. */
  readonly listed: string[] = [];
  /** What other requests are answered, by `GET drifts/some-id` and so on: the status and the envelope. */
  readonly answers = new Map<string, (asked: AskedOf) => readonly [status: number, envelope: JsonObject]>();
  /** Answers the next requests for the stream with these statuses instead of a stream. */
  readonly refusals: number[] = [];
  /** Answers everything with a redirect to a sign-in, as a load balancer does once a session is over. */
  signedOut = false;
  /** Called before a list is answered; a test makes things happen in between. */
  beforeList: (path: string) => Promise<void> | void = () => undefined;
  /** Called when a client breaks off its request for a list. */
  onAbort: () => void = () => undefined;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  #sent = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<StreamServer> {
    const server = new StreamServer();
    await server.#listen(0);
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}/api/v1/stream`;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Sends an event to every client and returns its id. */
  send(type: string, data: JsonObject, id = `e:${(this.#sent += 1)}`): string {
    this.sendRaw(`event: ${type}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
    return id;
  }

  sendRaw(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }

  /** Breaks every connection, as a crash would. */
  drop(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  /** Ends every stream after what was sent, as the server does when a stream's time is over. */
  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(port, "127.0.0.1", resolve);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://server");
    response.setHeader("access-control-allow-origin", "*");
    if (this.signedOut) {
      response.writeHead(302, { location: "https://sign-in.example.com/authorize" }).end();
      return;
    }
    if (url.pathname === "/api/v1/stream") {
      this.#stream(request, response, url);
      return;
    }
    const [, path = ""] = /^\/api\/v1\/(.+)$/.exec(url.pathname) ?? [];
    response.setHeader("content-type", "application/json");
    const answer = this.answers.get(`${request.method ?? ""} ${path}`);
    if (answer) {
      const body = await bodyOf(request);
      this.listed.push(`${path}?${url.searchParams.toString()}`);
      await this.beforeList(path);
      const [status, envelope] = answer({ query: url.searchParams, body, headers: request.headers });
      response.writeHead(status).end(JSON.stringify(envelope));
      return;
    }
    url.searchParams.delete("page");
    url.searchParams.delete("limit");
    response.on("close", () => {
      if (!response.writableFinished) this.onAbort();
    });
    const list = `${path}?${url.searchParams.toString()}`;
    this.listed.push(list);
    await this.beforeList(list);
    const items = this.lists.get(list) ?? [];
    const data = {
      items,
      total: items.length,
      total_is_exact: true,
      page: 1,
      limit: 1000,
      next_cursor: null,
    };
    response.end(JSON.stringify({ success: true, data }));
  }

  #stream(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const header = request.headers["last-event-id"];
    this.requests.push({ query: url.searchParams, lastEventIdHeader: header?.toString() });
    const refusal = this.refusals.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    this.#streams.add(response);
    request.on("close", () => this.#streams.delete(response));
    const connected = { stream_id: `s${this.requests.length}`, message: "Connected" };
    response.write(
      `retry: 50\nevent: connected\nid: e:${this.#sent}\ndata: ${JSON.stringify(connected)}\n\n`,
    );
  }
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : (JSON.parse(text) as JsonObject);
}
