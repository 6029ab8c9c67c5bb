"""Reads attributes out of a state by Terraform's paths."""

import re
from functools import lru_cache

from tfdrift.domain.json_value import JsonObject, JsonValue

_STEP = re.compile(r"(?P<name>\w+)|\[(?P<index>\d+)\]")


def is_known(attributes: JsonObject, path: str) -> bool:
    """Return whether a state's attributes have the path's first name at all.

    A state that another provider version wrote lacks attributes
    (https://github.com/snyk/driftctl/issues/1671); what it lacks is no difference.
    """
    return _name(path) in attributes


def attribute_at(attributes: JsonObject, path: str) -> JsonValue:
    """Return the value at a path such as ``metadata_options[0].http_tokens``, None where it ends early."""
    value: JsonValue = attributes
    for step in _steps(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


@lru_cache(maxsize=8192)
def _name(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


@lru_cache(maxsize=8192)
def _steps(path: str) -> tuple[str | int, ...]:
    steps = _STEP.finditer(path)
    return tuple(int(step["index"]) if step["index"] is not None else step["name"] for step in steps)
