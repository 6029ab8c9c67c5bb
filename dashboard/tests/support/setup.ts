/** Gives Node the EventSource that browsers have, and takes every rendered component down after its test. */
import { cleanup, configure } from "@testing-library/react";
import { EventSource } from "eventsource";
import { afterEach } from "vitest";

Object.assign(globalThis, { EventSource, IS_REACT_ACT_ENVIRONMENT: true });

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 8_000 });

afterEach(() => {
  cleanup();
});
