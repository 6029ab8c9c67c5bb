/** The Terraform commands and blocks that answer a drift. */
import type { Drift } from "../../api/types";

export interface Command {
  readonly title: string;
  readonly text: string;
}

/** Returns what is of use for a drift, the safest first; nothing for one that is over. */
export function commands(drift: Drift): readonly Command[] {
  if (drift.status === "resolved") return [];
  const block = drift.import?.block ?? null;
  if (block !== null) {
    return [
      { title: "Take it over: put this block into the configuration and plan", text: block },
      {
        title: "Write its configuration from what is there",
        text: "terraform plan -generate-config-out=imported.tf",
      },
    ];
  }
  if (drift.resource_address === null) return [];
  const target = `-target=${quoted(drift.resource_address)}`;
  return [
    { title: "See what an apply would change back", text: `terraform plan ${target}` },
    { title: "Change it back to what the configuration says", text: `terraform apply ${target}` },
    { title: "Take what is in AWS into the state", text: `terraform apply -refresh-only ${target}` },
  ];
}

/** An address as one word of a POSIX shell, whatever quotes its index keys hold. */
function quoted(address: string): string {
  return /^[\w.-]+$/.test(address) ? address : `'${address.replaceAll("'", `'\\''`)}'`;
}
