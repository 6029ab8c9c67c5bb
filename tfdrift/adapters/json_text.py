"""JSON as stored text: exact numbers, valid UTF-8, packed where long, and bounded for display.

Payloads are kept as JSON text and never as DynamoDB numbers, which hold 38 digits and change how floats are
written: integers of 19 digits (Falco's nanoseconds) and floats come back as they went in.
"""

import json
import zlib
from typing import Any, cast

from tfdrift.domain.json_value import JsonObject, JsonValue

ITEM_TEXT_LIMIT = 64 * 1024
PACKED_LIMIT = 350 * 1024
_PACKED_SUFFIX = "_packed"
_SMALLEST_SHARE = 96


def dumps(value: JsonValue) -> str:
    """Return compact JSON text that UTF-8 can hold.

    Raises ValueError for NaN and infinities, which JSON does not have. A lone surrogate, which a JSON escape
    can bring in and UTF-8 cannot hold, makes the whole text use escapes.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text


def loads(text: str | bytes) -> JsonValue:
    """Return the value of JSON text."""
    return cast("JsonValue", json.loads(text))


def loads_object(text: str | bytes) -> JsonObject:
    """Return the object of JSON text; raises TypeError if it is not an object."""
    value = loads(text)
    if not isinstance(value, dict):
        raise TypeError(f"expected a JSON object, found {type(value).__name__}")
    return value


def pack(name: str, text: str, *, limit: int = PACKED_LIMIT) -> dict[str, Any] | None:
    """Return the DynamoDB attribute that holds `text`, compressed where it is long.

    None if even the compressed form has more than `limit` bytes: an item holds 400 KB in all.
    """
    data = text.encode("utf-8")
    if len(data) <= ITEM_TEXT_LIMIT:
        return {name: {"S": text}}
    packed = zlib.compress(data)
    return {name + _PACKED_SUFFIX: {"B": packed}} if len(packed) <= limit else None


def unpack(name: str, item: dict[str, Any]) -> str:
    """Return the text that `pack` put under that name."""
    packed = item.get(name + _PACKED_SUFFIX)
    if packed is not None:
        return zlib.decompress(packed["B"]).decode("utf-8")
    return str(item[name]["S"])


def bounded(value: JsonValue, limit: int) -> JsonValue:
    """Return `value` if its JSON text has at most `limit` bytes, else a shortened copy that says so.

    Long text is cut, long lists and objects keep what fits; each place that lost something carries a marker
    beginning with an ellipsis. The parts of an object that are small stay whole, the big ones share the rest.
    An object whose very names are too long becomes one with its text's beginning. `limit` is at least 256.
    """
    if _size(value) <= limit:
        return value
    if isinstance(value, str):
        return _cut(value, limit)
    if isinstance(value, list):
        return _shorter_list(value, limit)
    if isinstance(value, dict):
        shorter = _shorter_object(value, limit)
        return shorter if _size(shorter) <= limit else {"…": _cut(dumps(value), limit - 16)}
    return _cut(dumps(value), limit)


def _size(value: JsonValue) -> int:
    return len(dumps(value).encode("utf-8"))


def _cut(text: str, limit: int) -> str:
    """Cut text so that its JSON form stays within `limit` even where every character needs an escape."""
    marker = f"… [shortened, {len(text)} characters]"
    keep = max(0, limit - 64)
    while keep and _size(text[:keep]) > limit - 64:
        keep = keep * 3 // 4
    return text[:keep] + marker


def _shorter_list(values: list[JsonValue], limit: int) -> list[JsonValue]:
    kept: list[JsonValue] = []
    left = limit - _SMALLEST_SHARE
    for value in values:
        size = _size(value) + 1
        if size > left:
            break
        kept.append(value)
        left -= size
    if not kept and left > _SMALLEST_SHARE:
        kept.append(bounded(values[0], left))
    return [*kept, f"… [shortened, {len(values)} elements]"]


def _shorter_object(values: JsonObject, limit: int) -> JsonObject:
    sizes = {name: _size(name) + _size(value) + 2 for name, value in values.items()}
    share = limit // len(values)
    if share < _SMALLEST_SHARE:
        return _fewer_keys(values, sizes, limit)
    large = [name for name, size in sizes.items() if size > share]
    left = limit - 2 - sum(size for size in sizes.values() if size <= share)
    each = left // len(large)
    return {
        name: bounded(value, max(_SMALLEST_SHARE, each - _size(name) - 2)) if name in large else value
        for name, value in values.items()
    }


def _fewer_keys(values: JsonObject, sizes: dict[str, int], limit: int) -> JsonObject:
    kept: JsonObject = {}
    left = limit - _SMALLEST_SHARE
    for name, value in values.items():
        if sizes[name] > left:
            break
        kept[name] = value
        left -= sizes[name]
    return {**kept, "…": f"… [shortened, {len(values)} keys]"}
