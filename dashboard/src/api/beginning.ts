/** The moment from which a stream tells of everything. */

/** How long questions wait for the stream to greet; then they are asked without it, and again once it greets. */
const GREETING_MS = 1_000;

/** `awaited`: questions wait; `given up`: they are asked without a greeting; `greeted`: the stream tells all. */
export type BeginningPhase = "awaited" | "given up" | "greeted";

/** Whether the stream has greeted, and the promise of that. */
export class Beginning {
  readonly over: Promise<void>;
  #phase: BeginningPhase;
  #end: () => void = () => undefined;

  constructor(phase: "awaited" | "greeted") {
    this.#phase = phase;
    this.over =
      phase === "greeted"
        ? Promise.resolve()
        : new Promise((resolve) => {
            this.#end = resolve;
            setTimeout(() => {
              this.giveUp();
            }, GREETING_MS);
          });
  }

  get phase(): BeginningPhase {
    return this.#phase;
  }

  /** Notes that the stream has greeted. */
  greet(): void {
    this.#phase = "greeted";
    this.#end();
  }

  /** Lets questions be asked though no greeting came. */
  giveUp(): void {
    if (this.#phase === "awaited") this.#phase = "given up";
    this.#end();
  }
}
