"""Writes docs/permissions.md: the prose of page.txt with tables made of the synthesised templates."""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.permissions.grants import resource_grants
from tools.permissions.keys import key_needs
from tools.permissions.roles import Right, Role, granted, roles, used_by_aws
from tools.permissions.stacks import Place, Stacks, read_stacks

_HERE = Path(__file__).parent
# Elsewhere than where global services are told of, so that the stack for those is there, too.
_PLACE = Place(region="eu-central-1")
_PROSE = _HERE / "page.txt"
_REASONS = _HERE / "reasons.toml"


class MissingReasonError(Exception):
    """A role or right of which the data file does not say why; the text names it."""


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """What a role may do with one resource for one reason; `optional` if a default deployment has it not."""

    resource: str
    actions: tuple[str, ...]
    reason: str
    optional: bool


def page(default: Path, complete: Path) -> str:
    """Return the page's text, made of the assemblies of a default and of a complete deployment.

    Raises
    ------
    MissingReasonError
        If a role or a right is new, and the data file does not say what for.
    """
    plain, full = (Stacks(read_stacks(assembly), _PLACE) for assembly in (default, complete))
    parts = {
        "deployer": _deployer(complete),
        "kinds": _kinds(full),
        "roles": _roles(plain, full),
        "resources": _resources(plain, full),
        "refusals": _refusals(full),
    }
    text = _PROSE.read_text("utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{{{name}}}}}", part.strip())
    return text


def _roles(plain: Stacks, full: Stacks) -> str:
    reasons = tomllib.loads(_REASONS.read_text("utf-8"))
    usual = {role.name: granted(plain, role) for role in roles(plain)}
    lines: list[str] = []
    for role in sorted(roles(full), key=lambda role: role.name):
        if role.name not in reasons:
            raise MissingReasonError(f"{role.name}: {_REASONS.name} has no such role")
        about = reasons[role.name]
        mark = "" if role.name in usual else " *"
        lines += [f"### {role.name}{mark}", "", f"{about['purpose']} Assumed by `{role.service}`.", ""]
        rows = _rows(full, role, about.get("why", {}), usual.get(role.name, set()))
        lines += ["| on | actions | why |", "| --- | --- | --- |"]
        lines += [_line(row, marked=not mark) for row in rows] + [""]
    return "\n".join(lines)


def _rows(stacks: Stacks, role: Role, why: Mapping[str, str], usual: set[Right]) -> list[Row]:
    rights = granted(stacks, role)
    by_aws = {needed.right: needed.use.reason for needed in used_by_aws(stacks, role)}
    of_keys = _reasons_of_keys(stacks, rights)
    found: dict[tuple[str, str, bool], set[str]] = defaultdict(set)
    for right in rights:
        reason = by_aws.get(right) or of_keys.get(right) or _reason(role, right, why)
        found[short(right.resource), reason, right not in usual].add(right.action)
    return sorted(
        Row(resource, tuple(sorted(actions)), reason, optional)
        for (resource, reason, optional), actions in found.items()
    )


def _reasons_of_keys(stacks: Stacks, rights: set[Right]) -> dict[Right, str]:
    """Return why a role uses keys: the services that do so in its name, together."""
    found: dict[Right, set[str]] = defaultdict(set)
    for needed in key_needs(stacks, rights):
        found[needed.right].add(needed.use.reason)
    # One reason for all actions on a key, so that they are one row.
    together = {right.resource: set[str]() for right in found}
    for right, reasons in found.items():
        together[right.resource] |= reasons
    return {
        right: f"services use it in the role's name, for {', '.join(sorted(together[right.resource]))}"
        for right in found
    }


def _reason(role: Role, right: Right, why: Mapping[str, str]) -> str:
    """Return the reason of the longest key that the action or the resource begins with."""
    resource = short(right.resource)
    fitting = [key for key in why if f"{right.action} {resource}".startswith(key) or resource.startswith(key)]
    if not fitting:
        raise MissingReasonError(f"{role.name}: {right.action} on {resource}")
    return why[max(fitting, key=len)]


def short(arn: str) -> str:
    """Return an ARN without partition, region and account, where they are the deployment's."""
    if not arn.startswith("arn:aws:"):
        return "any" if arn == "*" else arn
    service, region, account, name = arn.split(":", 5)[2:6]
    elsewhere = "" if region in {"", _PLACE.region} else f" in {region}"
    owner = "" if account in {"", _PLACE.account} else f" of account {account}"
    return f"{service} {name.removesuffix(':*')}{elsewhere}{owner}"


def _line(row: Row, *, marked: bool) -> str:
    mark = " *" if row.optional and marked else ""
    return f"| `{row.resource}`{mark} | {_named(row.actions)} | {row.reason} |"


def _resources(plain: Stacks, full: Stacks) -> str:
    usual = set(resource_grants(plain))
    grants = sorted(set(resource_grants(full)))
    lines = ["| resource | who | may | if |", "| --- | --- | --- | --- |"]
    for grant in (grant for grant in grants if grant.effect == "Allow"):
        mark = "" if grant in usual else " *"
        named = _named(grant.actions)
        lines.append(f"| `{short(grant.resource)}`{mark} | {grant.who} | {named} | {grant.condition} |")
    return "\n".join(lines)


def _refusals(stacks: Stacks) -> str:
    """Return what is refused to everybody, and by what."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for grant in sorted(set(resource_grants(stacks))):
        if grant.effect == "Deny":
            found[_named(grant.actions), grant.condition].append(f"`{short(grant.resource)}`")
    lines = ["| refused to everybody | if | by |", "| --- | --- | --- |"]
    lines += [f"| {actions} | {condition} | {', '.join(by)} |" for (actions, condition), by in found.items()]
    return "\n".join(lines)


def _named(actions: Iterable[str]) -> str:
    return ", ".join(f"`{action}`" for action in actions)


def _kinds(stacks: Stacks) -> str:
    kinds = {
        resource["Type"]
        for template in stacks.templates.values()
        for resource in template["Resources"].values()
        if resource["Type"].startswith("AWS::") and resource["Type"] != "AWS::CDK::Metadata"
    }
    services: dict[str, list[str]] = defaultdict(list)
    for kind in sorted(kinds):
        _, service, name = kind.split("::")
        services[service].append(name)
    lines = ["| service | kinds of resources |", "| --- | --- |"]
    lines += [f"| {service} | {', '.join(names)} |" for service, names in services.items()]
    return "\n".join(lines)


def _deployer(assembly: Path) -> str:
    """Return the policy of who deploys: the roles of the bootstrapped account that CDK's command assumes."""
    arns = sorted(set(_assumed(assembly)))
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns}],
    }
    return json.dumps(policy, indent=2)


def _assumed(assembly: Path) -> Iterator[str]:
    """Yield the roles that the assembly has CDK's command assume."""
    files = [assembly / "manifest.json", *assembly.glob("*.assets.json")]
    for values in (_values_of("assumeRoleArn", json.loads(path.read_text("utf-8"))) for path in files):
        for value in values:
            yield _in_place(value)


def _in_place(text: str) -> str:
    """Return a text of the assembly with the place in the stead of what CDK's command fills in."""
    for name, stands in (
        ("Partition", "aws"),
        ("AccountId", _PLACE.account),
        ("Region", _PLACE.region),
    ):
        text = text.replace(f"${{AWS::{name}}}", stands)
    return text


def _values_of(key: str, value: Any) -> Iterable[str]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for name, part in value.items():
            if name == key:
                yield part
            yield from _values_of(key, part)
    elif isinstance(value, list):
        for part in value:
            yield from _values_of(key, part)
