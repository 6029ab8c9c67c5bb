/** Makes a server's origin the page's own. */
import type { Window } from "happy-dom";

export function visit(server: { readonly origin: string }): void {
  (globalThis as unknown as Pick<Window, "happyDOM">).happyDOM.setURL(`${server.origin}/`);
}
