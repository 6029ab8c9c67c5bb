"""What a role needs of the deployment's own KMS key, because of what it does with encrypted resources."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.permissions.roles import AwsUse, Needed, Right
from tools.permissions.stacks import Stacks

_USES = Path(__file__).with_name("key_uses.toml")


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A service's use of a key in the caller's name: at these calls, on resources of this kind."""

    kind: str
    key: tuple[str, ...]
    calls: frozenset[str]
    use: AwsUse


def key_uses() -> list[KeyUse]:
    """Return the uses of the data file."""
    return [
        KeyUse(
            entry["kind"],
            tuple(entry["key"].split(".")),
            frozenset(entry["calls"]),
            AwsUse(tuple(entry["actions"]), entry["reason"], entry["source"]),
        )
        for entry in tomllib.loads(_USES.read_text("utf-8")).values()
    ]


def key_needs(stacks: Stacks, rights: Iterable[Right]) -> Iterator[Needed]:
    """Yield the rights on keys that go with other rights."""
    known = list(rights)
    for use in key_uses():
        for stack, logical_id, properties in stacks.resources(use.kind):
            key = _key_of(properties, use.key)
            arn = stacks.arn(stack, logical_id)
            if isinstance(key, dict) and any(_is_on(right, use, arn) for right in known):
                for action in use.use.actions:
                    yield Needed(Right(action, stacks.text(stack, key)), use.use)


def _is_on(right: Right, use: KeyUse, arn: str) -> bool:
    return right.action in use.calls and (right.resource == arn or right.resource.startswith(f"{arn}/"))


def _key_of(properties: dict[str, Any], path: tuple[str, ...]) -> Any:  # noqa: ANN401 - a value of a template
    """Return what a resource names as its key: None, an alias of AWS's as text, or a reference to one."""
    found: Any = properties
    for part in path:
        if isinstance(found, list):
            found = found[int(part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            return None
    return found
