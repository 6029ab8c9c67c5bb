/** Why the socket is not whole: the connection failed, a message could not be read, or the server refused. */

export class SocketError extends Error {
  override readonly name = "SocketError";
  readonly kind: "connection" | "data" | "refused";
  /** The server's code of a refusal, such as `unknown_topic`. */
  readonly code: string | null;

  constructor(
    kind: SocketError["kind"],
    message: string,
    options: ErrorOptions & { readonly code?: string } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.code = options.code ?? null;
  }
}
