"""Reads attributes out of a state by Terraform's paths."""

import re

from tfdrift.domain.json_value import JsonObject, JsonValue

_STEP = re.compile(r"(?P<name>\w+)|\[(?P<index>\d+)\]")


def is_known(attributes: JsonObject, path: str) -> bool:
    """Return whether a state's attributes have the path's first name at all.

    A state that another provider version wrote lacks attributes
    (https://github.com/snyk/driftctl/issues/1671); what it lacks is no difference.
    """
    return path.partition(".")[0].partition("[")[0] in attributes


def attribute_at(attributes: JsonObject, path: str) -> JsonValue:
    """Return the value at a path such as ``metadata_options[0].http_tokens``, None where it ends early."""
    value: JsonValue = attributes
    for step in _STEP.finditer(path):
        if step["index"] is not None:
            index = int(step["index"])
            value = value[index] if isinstance(value, list) and index < len(value) else None
        else:
            value = value.get(step["name"]) if isinstance(value, dict) else None
    return value
