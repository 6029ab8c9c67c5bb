/** A DOM for React, with Node's own network: the hooks talk to a real server, not to an imitation of one. */
import type { Environment } from "vitest/runtime";
import { builtinEnvironments } from "vitest/runtime";

const NETWORK = [
  "Request",
  "Response",
  "Headers",
  "ReadableStream",
  "TextDecoderStream",
  "AbortController",
  "AbortSignal",
] as const;

const environment: Environment = {
  name: "dom-with-network",
  viteEnvironment: "client",
  async setup(global: typeof globalThis, options) {
    const network = NETWORK.map((name) => [name, global[name]] as const);
    const { fetch } = global;
    const dom = await builtinEnvironments["happy-dom"].setup(global, options);
    for (const [name, value] of network) Object.assign(global, { [name]: value });
    // As in a browser, an address is relative to the page's.
    global.fetch = (input, init) =>
      fetch(typeof input === "string" ? new URL(input, global.location.href) : input, init);
    return dom;
  },
};

export default environment;
