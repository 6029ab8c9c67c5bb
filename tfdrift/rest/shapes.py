"""The kinds of texts that parameters and answers hold, as the API's description names them.

Parameters arrive as texts and are read by the API itself, which says in its envelope what is wrong with one.
It is more lenient than these shapes: an empty parameter is as good as none.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import WithJsonSchema

MOMENT = WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-01-15T10:00:00Z"]})
Moment = Annotated[str, MOMENT]
TEXT = WithJsonSchema({"type": "string"})


def whole_number(most: int) -> WithJsonSchema:
    """Return the shape of a number from 1 to `most`."""
    return WithJsonSchema({"type": "integer", "minimum": 1, "maximum": most})


def texts(most: int) -> WithJsonSchema:
    """Return the shape of a parameter that may be repeated, at most so often."""
    return WithJsonSchema({"type": "array", "items": {"type": "string"}, "maxItems": most})


def one_of(choices: type[StrEnum]) -> WithJsonSchema:
    """Return the shape of a parameter that is one of some words."""
    return WithJsonSchema({"type": "string", "enum": _words(choices)})


def some_of(choices: type[StrEnum]) -> WithJsonSchema:
    """Return the shape of a parameter that may be repeated, each time one of some words."""
    return WithJsonSchema({"type": "array", "items": {"type": "string", "enum": _words(choices)}})


def _words(choices: type[StrEnum]) -> list[str]:
    return [choice.value for choice in choices]
