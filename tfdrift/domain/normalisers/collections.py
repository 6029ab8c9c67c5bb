"""Lists whose order says nothing, and maps of tags in the several spellings of AWS."""

import json

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.normalisers.plain import plain, text

_KEYS = ("key", "Key", "tagKey", "TagKey")
_VALUES = ("value", "Value", "tagValue", "TagValue")


def sort_key(value: JsonValue) -> str:
    """Return a text by which any JSON values can be sorted."""
    return json.dumps(value, sort_keys=True)


def unordered(value: JsonValue) -> JsonValue:
    """Return a list as a set: sorted, each element once; a single value is a set of one."""
    if value is None:
        return []
    elements = value if isinstance(value, list) else [value]
    distinct = {sort_key(element): element for element in (plain(item) for item in elements)}
    return [distinct[key] for key in sorted(distinct)]


def words(value: JsonValue) -> JsonValue:
    """Return a list, or a text of words with commas between them, as a set.

    Auto Scaling takes a group's subnets as one text (VPCZoneIdentifier).
    """
    if isinstance(value, str):
        return unordered([word.strip() for word in value.split(",") if word.strip()])
    return unordered(value)


def tags(value: JsonValue) -> JsonValue:
    """Return tags as a map of texts, without those that AWS itself sets (``aws:``).

    Reads a map, or a list of key and value in any of AWS's spellings; a value that is missing is empty.
    """
    entries = _entries(value)
    return {key: _tag_text(entries[key]) for key in sorted(entries) if not key.startswith("aws:")}


def pairs(value: JsonValue) -> JsonValue:
    """Return a list of name and value as the map in which Terraform writes it: dimensions."""
    if isinstance(value, list):
        named = [item for item in value if isinstance(item, dict) and {"name", "value"} <= set(item)]
        return {str(text(item["name"])): text(item["value"]) for item in named}
    return {key: text(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _entries(value: JsonValue) -> JsonObject:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return dict(_pair(item) for item in value if isinstance(item, dict) and _is_pair(item))
    return {}


def _is_pair(item: JsonObject) -> bool:
    return any(isinstance(item.get(name), str | int | float) for name in _KEYS) and set(item) <= {
        *_KEYS,
        *_VALUES,
    }


def _pair(item: JsonObject) -> tuple[str, JsonValue]:
    key = next(item[name] for name in _KEYS if name in item)
    value = next((item[name] for name in _VALUES if name in item), "")
    return _tag_text(key), value


def _tag_text(value: JsonValue) -> str:
    # CloudTrail's own conversion makes a boolean or a number of the texts "true" and "42".
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
