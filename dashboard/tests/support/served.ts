/** Has each test of a file served by a fresh stream server, which the page of the test is visited at. */
import { afterEach, beforeEach, vi } from "vitest";
import { StreamServer } from "./stream-server";
import { visit } from "./visit";

interface Served {
  readonly server: StreamServer;
}

export function served(): Served {
  let server: StreamServer | null = null;

  beforeEach(async () => {
    server = await StreamServer.start();
    visit(server);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await server?.stop();
    server = null;
  });

  return {
    get server() {
      if (server === null) throw new Error("Only a running test is served");
      return server;
    },
  };
}
