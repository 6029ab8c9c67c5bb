/** A real WebSocket server on loopback that notes what it is told and says what a test wants. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { JsonObject } from "../../src/api/types";

export class SocketServer {
  /** What clients said on each connection, in the order of the connections. */
  readonly said: JsonObject[][] = [];
  /** Called with each message; what it returns is answered. */
  reply: (message: JsonObject) => JsonObject | null = () => null;
  /** Answers the next attempts with 503. */
  refusals = 0;
  attempts = 0;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  private constructor() {
    this.#http = createServer();
    this.#sockets = new WebSocketServer({ noServer: true });
    this.#http.on("upgrade", (request, stream, head) => {
      this.attempts += 1;
      if (this.refusals > 0) {
        this.refusals -= 1;
        stream.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      this.#sockets.handleUpgrade(request, stream, head, (socket) => {
        this.#greet(socket);
      });
    });
  }

  static async start(): Promise<SocketServer> {
    const server = new SocketServer();
    await new Promise<void>((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get openSockets(): number {
    return [...this.#sockets.clients].filter((socket) => socket.readyState === socket.OPEN).length;
  }

  /** Sends a message, or any text, to every client. */
  send(message: JsonObject | string): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  /** Ends every connection as the server does when it restarts. */
  close(code = 1012, reason = "the server restarts"): void {
    for (const socket of this.#sockets.clients) socket.close(code, reason);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #greet(socket: WebSocket): void {
    const heard: JsonObject[] = [];
    this.said.push(heard);
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as JsonObject;
      heard.push(message);
      const answer = this.reply(message);
      if (answer) socket.send(JSON.stringify(answer));
    });
    const payload = { client_id: `c${this.said.length}`, topics: [] };
    socket.send(JSON.stringify({ type: "welcome", topic: null, id: "e:1.0", payload }));
  }
}
