/** Makes a server's origin the page's own. */
import type { Window } from "happy-dom";
import type { StreamServer } from "./stream-server";

export function visit(server: StreamServer): void {
  (globalThis as unknown as Pick<Window, "happyDOM">).happyDOM.setURL(`${server.origin}/`);
}
