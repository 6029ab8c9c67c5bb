"""Hides the secrets of a resource: those that the state marks and those that the schema knows."""

from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.secret_attributes import is_secret

_CONTAINERS = (dict, list)


def hide_secrets(
    resource_type: str, attributes: JsonObject, sensitive_paths: JsonValue, fingerprint: Fingerprint
) -> JsonObject:
    """Return the attributes with a fingerprint in place of each secret.

    Parameters
    ----------
    resource_type
        The provider type, for names that hold secrets by its schema.
    attributes
        The instance's attributes; they are not changed, and what is returned may be they or parts of them.
    sensitive_paths
        The state's `sensitive_attributes`: paths of steps ``{"type": "get_attr", "value": …}`` and
        ``{"type": "index", "value": {"value": …}}``. Of a path that cannot be followed to its end, the
        innermost value reached is hidden: rather too much than a secret.
    fingerprint
        Makes the fingerprints.
    """
    hidden = _in_map(resource_type, attributes, fingerprint)
    for path in sensitive_paths if isinstance(sensitive_paths, list) else []:
        steps = [_step(step) for step in path] if isinstance(path, list) else [_step(path)]
        if steps and steps[0] in hidden:
            name = str(steps[0])
            hidden = {**hidden, name: _at_path(hidden[name], steps[1:], fingerprint)}
    return hidden


def hide_by_schema(resource_type: str, path: str, value: JsonValue, fingerprint: Fingerprint) -> JsonValue:
    """Return an attribute's value with what holds a secret by its name hidden, at any depth."""
    if is_secret(resource_type, path):
        return value if value in ("", [], {}) else fingerprint.of(value)
    return _inside(resource_type, value, fingerprint)


def _in_map(resource_type: str, entries: JsonObject, fingerprint: Fingerprint) -> JsonObject:
    """Return entries with those hidden that hold secrets by their names, at any depth.

    Where nothing is hidden the entries are returned themselves: a state is mostly that, and copying it would
    cost as much time and memory as reading it.
    """
    changed = {}
    for name, value in entries.items():
        if is_secret(resource_type, name):
            changed[name] = value if value in ("", [], {}) else fingerprint.of(value)
        elif isinstance(value, _CONTAINERS):
            inner = _inside(resource_type, value, fingerprint)
            if inner is not value:
                changed[name] = inner
    return {**entries, **changed} if changed else entries


def _inside(resource_type: str, value: JsonValue, fingerprint: Fingerprint) -> JsonValue:
    if isinstance(value, dict):
        return _in_map(resource_type, value, fingerprint)
    if not isinstance(value, list):
        return value
    items = [_inside(resource_type, item, fingerprint) for item in value]
    return items if any(new is not old for new, old in zip(items, value, strict=True)) else value


def _at_path(value: JsonValue, steps: list[str | int | None], fingerprint: Fingerprint) -> JsonValue:
    if not steps:
        return value if value in ("", [], {}) else fingerprint.of(value)
    step, rest = steps[0], steps[1:]
    if isinstance(value, dict) and isinstance(step, str):
        if step not in value:
            return value
        return {**value, step: _at_path(value[step], rest, fingerprint)}
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return [
            _at_path(item, rest, fingerprint) if index == step else item for index, item in enumerate(value)
        ]
    return fingerprint.of(value)


def _step(step: JsonValue) -> str | int | None:
    """Return the name or the index of a step; None for a step into a set, whose elements have no name."""
    value: JsonValue = step
    while isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        return value
    return value if isinstance(value, int) and not isinstance(value, bool) else None
