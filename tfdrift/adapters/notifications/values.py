"""Values as people read them in messages: short, one line each."""

import json

from tfdrift.domain.json_value import JsonValue

MOST_CHANGES = 10
_LONGEST_VALUE = 200


def shown(value: JsonValue) -> str:
    """Return a value as text; a long one is cut, and ends in a mark."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(" ".join(text.split()), _LONGEST_VALUE)


def cut(text: str, most: int) -> str:
    """Return text of at most `most` characters; where something is left out, it ends in …."""
    return text if len(text) <= most else text[: most - 1] + "…"


def more(count: int) -> str | None:
    """Return the line that stands for changes that are not shown; None where all are."""
    return f"and {count - MOST_CHANGES} more" if count > MOST_CHANGES else None
