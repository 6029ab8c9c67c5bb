"""Pages of the same origin or of a named one may connect; other sites' pages may not."""

import pytest

from streaming.websocket.origins import Origins

ORIGINS = Origins(["https://dash.example.com"])


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "drift.example.com"),
        ("https://drift.example.com", "drift.example.com"),
        ("https://drift.example.com", "drift.example.com:443"),
        ("http://localhost:8080", "localhost:8080"),
        ("https://DASH.example.com", "drift.example.com"),
    ],
)
def test_its_own_pages_named_ones_and_programs_may_connect(origin: str | None, host: str) -> None:
    assert ORIGINS.allow(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://evil.example.com", "drift.example.com"),
        ("https://drift.example.com.evil.example", "drift.example.com"),
        ("http://drift.example.com:8080", "drift.example.com"),
        ("null", "drift.example.com"),
        ("", "drift.example.com"),
        ("https://drift.example.com", None),
        ("https://drift.example.com:x", "drift.example.com"),
    ],
)
def test_other_pages_may_not(origin: str, host: str | None) -> None:
    assert not ORIGINS.allow(origin, host)
