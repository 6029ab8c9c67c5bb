/** What was asked over a socket and is not answered yet. */
import type { SocketError } from "./socket-error";
import type { AnswerMessage } from "./socket-messages";

interface Waiting {
  readonly resolve: (answer: AnswerMessage) => void;
  readonly reject: (error: SocketError) => void;
}

export class Requests {
  readonly #waiting = new Map<string, Waiting>();
  #asked = 0;

  /** Has `send` send a request with an id of its own, and waits for the answer; throws what `reject` or `fail` is given. */
  ask(send: (id: string) => void): Promise<AnswerMessage> {
    const id = `r${(this.#asked += 1)}`;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  answer(id: string | null, message: AnswerMessage): void {
    this.#take(id)?.resolve(message);
  }

  /** Returns whether anybody waits for that answer. */
  reject(id: string | null, error: SocketError): boolean {
    const waiting = this.#take(id);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  /** Tells all who wait that no answer comes. */
  fail(error: SocketError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(error);
  }

  #take(id: string | null): Waiting | undefined {
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id !== null) this.#waiting.delete(id);
    return waiting;
  }
}
