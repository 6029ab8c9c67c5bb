"""What a request says of where its stream begins."""

import pytest

from streaming.start import InvalidSince, Wish, parse_since, parse_wish
from tfdrift.domain.timestamps import parse_time

AT = parse_time("2025-01-15T10:00:00Z")


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        ({}, {}, Wish()),
        ({"last-event-id": "e:3.2"}, {}, Wish("e:3.2")),
        ({}, {"lastEventId": "e:3.2"}, Wish("e:3.2")),
        ({"last-event-id": "e:4.0"}, {"lastEventId": "e:3.2"}, Wish("e:4.0")),
        ({"last-event-id": ""}, {"lastEventId": "e:3.2"}, Wish("e:3.2")),
        ({}, {"since": "2025-01-15T10:00:00Z"}, Wish(since=AT)),
        ({}, {"since": ""}, Wish()),
        # A browser reconnects with the URL that it was first given.
        ({"last-event-id": "e:4.0"}, {"since": "2025-01-15T10:00:00Z"}, Wish("e:4.0")),
        ({}, {"lastEventId": "e:4.0", "since": "2025-01-15T10:00:00Z"}, Wish("e:4.0")),
        # What does not count is not read either.
        ({"last-event-id": "e:4.0"}, {"since": "yesterday"}, Wish("e:4.0")),
        ({"last-event-id": "x" * 1000}, {}, Wish("x" * 128)),
    ],
)
def test_the_latest_word_of_where_to_begin_wins(
    headers: dict[str, str], query: dict[str, str], expected: Wish
) -> None:
    assert parse_wish(headers, query) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-15T10:00:00Z",
        "2025-01-15T10:00:00",
        "2025-01-15 10:00:00",
        "2025-01-15T11:00:00+01:00",
        "2025-01-15T11:00:00 01:00",
        "2025-01-15T09:30:00.000-00:30",
    ],
)
def test_since_is_a_time_with_or_without_zone_and_with_an_unescaped_plus(text: str) -> None:
    assert parse_since(text) == Wish(since=AT)


def test_since_may_be_an_id() -> None:
    assert parse_since("65aaf94db792:18.1") == Wish("65aaf94db792:18.1")


@pytest.mark.parametrize("text", ["yesterday", "2025-02-30T10:00:00Z", "1736935200", "e:3", "\u0660"])
def test_since_that_is_neither_is_refused_and_named(text: str) -> None:
    with pytest.raises(InvalidSince, match="neither an id nor a time"):
        parse_since(text)
