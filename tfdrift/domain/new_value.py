"""Makes an attribute's new value out of a call's parameters, as a row of the catalog says."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.mapping import AttributeKind, AttributeRule, Condition, ConditionTest
from tfdrift.domain.normalisers import NORMALISERS
from tfdrift.domain.normalisers.collections import sort_key, tags
from tfdrift.domain.normalisers.plain import plain, text
from tfdrift.domain.parameters import MASKS, as_list, inside, values_at

_MASK_DEPTH = 6
_LONGEST_MASK = max(map(len, MASKS))


class NewValue(NamedTuple):
    """A value that a call gave an attribute.

    It is not `known` where it was not seen, or is written in another shape; not `comparable` where nothing
    can be said even if it looks like Terraform's.
    """

    value: JsonValue
    known: bool = True
    comparable: bool = True


BUILDING = frozenset({AttributeKind.ADD, AttributeKind.REMOVE, AttributeKind.MERGE, AttributeKind.DROP})
"""The kinds whose value builds on the one before."""

UNSEEN = NewValue(None, known=False, comparable=False)


def new_value(rule: AttributeRule, record: CloudTrailRecord, base: JsonValue) -> NewValue | None:
    """Return what the call made of the attribute, None if it did not touch it.

    Parameters
    ----------
    rule
        How the attribute follows from the call.
    record
        The call.
    base
        The value before the call, on which additions and removals build.
    """
    if rule.when and not holds(rule.when, record):
        return None
    if rule.kind is AttributeKind.CONSTANT:
        return NewValue(rule.constant)
    if rule.kind is AttributeKind.CLEAR:
        return NewValue(None)
    found = _parameter(rule, record)
    if rule.kind is AttributeKind.HIDDEN:
        return UNSEEN if found is not None or not rule.paths else None
    if found is None:
        return None
    if is_masked(found.value):
        return UNSEEN
    value = _BUILDERS[rule.kind](rule, found.value, base)
    return NewValue(value, known=not rule.partial)


def holds(conditions: Sequence[Condition], record: CloudTrailRecord) -> bool:
    """Return whether every condition holds of a call's parameters."""
    return all(_holds(condition, record) for condition in conditions)


def is_masked(value: JsonValue, depth: int = 0) -> bool:
    """Return whether CloudTrail hid the value or a part of it."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_MASK and value.lower() in MASKS
    if depth >= _MASK_DEPTH:
        return False
    if isinstance(value, dict):
        return any(is_masked(inner, depth + 1) for inner in value.values())
    return isinstance(value, list) and any(is_masked(inner, depth + 1) for inner in value)


def _holds(condition: Condition, record: CloudTrailRecord) -> bool:
    found = values_at(record, condition.path)
    if condition.test is ConditionTest.EQUALS:
        words = condition.value if isinstance(condition.value, list) else [condition.value]
        return any(plain(value) == plain(word) for value in found for word in words)
    return bool(found) is (condition.test is ConditionTest.PRESENT)


def _parameter(rule: AttributeRule, record: CloudTrailRecord) -> NewValue | None:
    """Return the parameter at the first of the rule's paths that is there."""
    for path in rule.paths:
        found = values_at(record, path)
        many = "[]" in path
        if found or (many and _is_list_there(path, record)):
            return NewValue(_shaped(rule, found, many=many))
    return None


def _is_list_there(path: str, record: CloudTrailRecord) -> bool:
    container, _, _ = path.partition("[]")
    return any(not as_list(value) for value in values_at(record, container))


def _shaped(rule: AttributeRule, found: Sequence[JsonValue], *, many: bool) -> JsonValue:
    shaped = [_translated(rule, _block(rule, value)) for value in found]
    return [*shaped] if many else shaped[0]


def _block(rule: AttributeRule, element: JsonValue) -> JsonValue:
    if not rule.fields:
        return element
    block: JsonObject = {}
    for name, path in rule.fields:
        found = inside(element, path)
        if "[]" in path:
            block[name] = [*found]
        elif found:
            block[name] = found[0]
    return block


def _translated(rule: AttributeRule, value: JsonValue) -> JsonValue:
    if not rule.translate:
        return value
    word = text(value)
    return next((to for frm, to in rule.translate if frm == word), value)


def _set(_rule: AttributeRule, value: JsonValue, _base: JsonValue) -> JsonValue:
    return value


def _add(rule: AttributeRule, value: JsonValue, base: JsonValue) -> JsonValue:
    present = as_list(base)
    known = {_identity(rule, item) for item in present}
    return [*present, *(item for item in as_list(value) if _identity(rule, item) not in known)]


def _remove(rule: AttributeRule, value: JsonValue, base: JsonValue) -> JsonValue:
    gone = {_identity(rule, item) for item in as_list(value)}
    return [item for item in as_list(base) if _identity(rule, item) not in gone]


def _identity(rule: AttributeRule, item: JsonValue) -> str:
    """Return by what elements of a set are told apart: their normalised form as a set of one."""
    return sort_key(NORMALISERS[rule.normaliser]([item]))


def _merge(rule: AttributeRule, value: JsonValue, base: JsonValue) -> JsonValue:
    if rule.key is None:
        return {**_tag_map(base), **_tag_map(value)}
    added = [item for item in as_list(value) if isinstance(item, dict)]
    names = {text(item.get(rule.key)) for item in added}
    kept = [i for i in as_list(base) if not (isinstance(i, dict) and text(i.get(rule.key)) in names)]
    return [*kept, *added]


def _drop(rule: AttributeRule, value: JsonValue, base: JsonValue) -> JsonValue:
    names = {text(name) for name in as_list(value)}
    if rule.key is None:
        return {key: inner for key, inner in _tag_map(base).items() if key not in names}
    key = rule.key
    return [i for i in as_list(base) if not (isinstance(i, dict) and text(i.get(key)) in names)]


def _tag_map(value: JsonValue) -> JsonObject:
    mapped = tags(value)
    return mapped if isinstance(mapped, dict) else {}


_BUILDERS: Mapping[AttributeKind, Callable[[AttributeRule, JsonValue, JsonValue], JsonValue]] = (
    MappingProxyType(
        {
            AttributeKind.SET: _set,
            AttributeKind.ADD: _add,
            AttributeKind.REMOVE: _remove,
            AttributeKind.MERGE: _merge,
            AttributeKind.DROP: _drop,
        }
    )
)
