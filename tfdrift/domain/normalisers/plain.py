"""Values compared as they are, but for the ways in which state and call write numbers and truth."""

import re

from tfdrift.domain.json_value import JsonValue

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_WORDS: dict[str, JsonValue] = {"true": True, "false": False}
_FIRST_OF_INTEGERS = frozenset("-0123456789")
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,300})")


def plain(value: JsonValue) -> JsonValue:
    """Return the value with "30" and 30, "true" and true, 3.0 and 3 made equal, at every depth."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _word(value) if isinstance(value, str) else value


def _word(text: str) -> JsonValue:
    if text[:1] in _FIRST_OF_INTEGERS and _INTEGER.fullmatch(text):
        return int(text)
    return _WORDS.get(text, text)


def text(value: JsonValue) -> JsonValue:
    """Return the value as Terraform's strings hold it: 3306 is "3306", true is "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) else value


def number(value: JsonValue) -> JsonValue:
    """Return a number that is written as text as the number: "100" and "100.0" are 100."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return plain(value)
    return plain(float(value))


def folded(value: JsonValue) -> JsonValue:
    """Return text in lower case and without outer space, for words that AWS writes in its own case."""
    return value.strip().lower() if isinstance(value, str) else plain(value)
