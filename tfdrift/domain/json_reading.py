"""Decodes JSON that strangers wrote, so that no later step meets a value it cannot compare, hash or send."""

import hashlib
import json
import math
import re
from collections.abc import Callable
from typing import NoReturn

from tfdrift.domain.json_value import JsonObject, JsonValue

MAX_DEPTH = 100
"""Levels of nesting that are read; AWS's own documents stay far below, and Python's recursion far above."""

_INTEGER_BOUND = 10**4300
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
_TOO_LONG = "an integer has more than 4300 digits"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_CONTAINERS = (dict, list)
NOTHING_SAID = frozenset(" \t\r\n.-\u2026")
"""The characters that a text without a meaning is made of (see `meaningful`)."""


class InvalidJson(ValueError):  # noqa: N818 - the domain names what it found, as `InvalidRecord` does
    """The text is not JSON, or holds what JSON has no word for (NaN, an endless nesting)."""


def decode(text: str) -> JsonValue:
    """Return the value of a JSON text.

    Integers of any length up to Python's own bound (4300 digits) stay exact. Of a key that stands twice in
    an object the last value counts, as with the parsers of AWS's SDKs.

    Raises
    ------
    InvalidJson
        With line and column where the text is not JSON.
    """
    value, end = decode_next(text, 0)
    if end != len(text):
        raise InvalidJson(f"unexpected text after the JSON value at character {end + 1}")
    return value


FastDecoder = Callable[[str], JsonValue]
"""Decodes a JSON text as `decode` does, only faster, or raises ValueError where it is not sure to."""


def decode_fast(text: str, fast: FastDecoder | None) -> JsonValue:
    """Return what `decode` does, by way of a faster decoder where there is one and it can tell.

    Raises
    ------
    InvalidJson
        As `decode`.
    """
    if fast is None:
        return decode(text)
    try:
        value = fast(text)
    except (ValueError, RecursionError):
        return decode(text)
    return _checked_as_decoded(value, text)


def decode_next(text: str, start: int) -> tuple[JsonValue, int]:
    """Return the JSON value that begins at `start`, and where the text after it and its white space begins.

    Raises
    ------
    InvalidJson
        Where no value can be read.
    """
    begin = skip_space(text, start)
    try:
        value, end = _DECODER.raw_decode(text, begin)
    except json.JSONDecodeError as error:
        raise InvalidJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except InvalidJson:
        raise
    except RecursionError as error:
        raise InvalidJson(_TOO_DEEP) from error
    except ValueError as error:
        raise InvalidJson(_TOO_LONG) from error
    return _checked_as_decoded(value, text[begin:end]), skip_space(text, end)


def skip_space(text: str, start: int) -> int:
    """Return the index of the first character at or after `start` that is not JSON white space."""
    space = _SPACE.match(text, start)
    return start if space is None else space.end()


def _checked_as_decoded(value: JsonValue, text: str) -> JsonValue:
    """Return what `checked` does of a value that the decoder has just made of that text.

    The decoder yields JSON's types only and refuses what is no number, so that surrogates and depth are left
    to check. Most texts show by a scan at C's speed that there is nothing to find: copying each value of a
    record costs about as much as decoding it.
    """
    if "\\ud" in text or "\\uD" in text or not (text.isascii() or _LONE_SURROGATE.search(text) is None):
        return checked(value)
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _refuse_depth(value)
    return value


def _refuse_depth(value: JsonValue) -> None:
    """Raise `InvalidJson` where containers are nested deeper than `MAX_DEPTH`."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, _CONTAINERS)
        ]
        if not level:
            return
    raise InvalidJson(_TOO_DEEP)


def checked(value: object) -> JsonValue:
    """Return a copy of a decoded value that is surely JSON and can be encoded as UTF-8.

    A lone surrogate, which JSON can write and UTF-8 cannot, becomes U+FFFD.

    Raises
    ------
    InvalidJson
        For NaN and infinities, keys that are not strings, foreign types, nesting beyond `MAX_DEPTH`.
    """
    return _checked(value, 0)


def _checked(value: object, depth: int) -> JsonValue:
    if isinstance(value, str):
        return _clean(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if depth >= MAX_DEPTH:
        raise InvalidJson(_TOO_DEEP)
    if isinstance(value, list):
        return [_checked(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_key(key): _checked(item, depth + 1) for key, item in value.items()}
    raise InvalidJson(f"a value of type {type(value).__name__} is not JSON")


def _clean(text: str) -> str:
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def _number(number: float) -> float:
    if isinstance(number, int):
        if abs(number) >= _INTEGER_BOUND:
            raise InvalidJson(_TOO_LONG)
    elif not math.isfinite(number):
        raise InvalidJson(f"{number} is not a JSON number")
    return number


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise InvalidJson(f"a key of type {type(key).__name__} is not JSON")
    return _clean(key)


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    return _number(float(text))


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)


def digest(value: JsonValue) -> str:
    """Return a hash of a checked value's content, the same whatever the order of its keys: 32 hex digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def object_at(parent: JsonObject, key: str) -> JsonObject:
    """Return the object under `key`, empty where there is none."""
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def list_at(parent: JsonObject, key: str) -> list[JsonValue]:
    """Return the list under `key`, empty where there is none."""
    value = parent.get(key)
    return value if isinstance(value, list) else []


def text_at(parent: JsonObject, key: str) -> str | None:
    """Return the string under `key`, or None where there is none or only a placeholder (see `meaningful`)."""
    value = parent.get(key)
    return None if value is None else meaningful(value)


def meaningful(value: JsonValue) -> str | None:
    """Return a string that says something; None for other types, white space, dots or dashes alone.

    Published samples elide values as ``...``; access logs write ``-`` for what they do not know.
    """
    if not isinstance(value, str) or not value:
        return None
    # Nearly every text begins with a letter or digit; this is asked twenty times a record.
    return value if value[0] not in NOTHING_SAID or value.strip(" \t\r\n.-\u2026") else None
