/** Who made a change, as a person would be named, and what else tells them apart. */
import type { Drift, UserIdentity } from "../../api/types";

const ORIGINS: Readonly<Record<string, string>> = {
  console: "AWS console",
  cli: "AWS CLI",
  sdk: "AWS SDK",
  terraform: "Terraform",
  opentofu: "OpenTofu",
  pulumi: "Pulumi",
  cloudformation: "CloudFormation",
  aws_service: "AWS service",
  unknown: "unknown tool",
};

/** The person's name, or the nearest thing to it that the record holds. */
export function personName(identity: UserIdentity): string {
  if (identity.type === "Root") return "root user";
  return identity.user_name ?? identity.session_name ?? lastPart(identity.arn) ?? identity.type ?? "unknown";
}

/** The role that a session used; null for anybody else. */
export function roleName(identity: UserIdentity): string | null {
  const [, role] = /:assumed-role\/(.+)\/[^/]+$/.exec(identity.arn ?? "") ?? [];
  return role ?? null;
}

/** By what means the call was made. */
export function originName(drift: Drift): string {
  return ORIGINS[drift.origin.kind] ?? drift.origin.kind;
}

function lastPart(arn: string | null): string | null {
  const part = arn?.split(/[:/]/).at(-1);
  return part === undefined || part === "" ? null : part;
}
