"""Quiet hours go by the wall clock of their zone, over midnight and over the changes of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdrift.domain.drift import Severity
from tfdrift.domain.quiet_hours import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7), BERLIN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "over"),
    [
        ("2025-01-15T20:59:59", None),
        ("2025-01-15T21:00:00", "2025-01-16T06:00:00"),
        ("2025-01-16T02:30:00", "2025-01-16T06:00:00"),
        ("2025-01-16T05:59:59", "2025-01-16T06:00:00"),
        ("2025-01-16T06:00:00", None),
        # in summer the same clock is an hour earlier in UTC
        ("2025-07-15T20:00:00", "2025-07-16T05:00:00"),
        # the night in which the clock goes forward is an hour shorter, that in which it goes back longer
        ("2025-03-29T21:30:00", "2025-03-30T05:00:00"),
        ("2025-10-25T20:30:00", "2025-10-26T06:00:00"),
    ],
)
def test_a_night(moment: str, over: str | None) -> None:
    assert NIGHT.over_at(utc(moment), Severity.HIGH) == (None if over is None else utc(over))


def test_the_loud_are_told_at_once() -> None:
    night = utc("2025-01-16T02:00:00")
    assert NIGHT.over_at(night, Severity.CRITICAL) is None
    both = QuietHours(time(22), time(7), BERLIN, frozenset({Severity.CRITICAL, Severity.HIGH}))
    assert both.over_at(night, Severity.HIGH) is None


def test_within_a_day_and_all_day() -> None:
    lunch = QuietHours(time(12), time(13), ZoneInfo("UTC"))
    assert lunch.over_at(utc("2025-01-15T12:30:00"), Severity.LOW) == utc("2025-01-15T13:00:00")
    assert lunch.over_at(utc("2025-01-15T13:30:00"), Severity.LOW) is None
    always = QuietHours(time(0), time(0), ZoneInfo("UTC"))
    assert always.over_at(utc("2025-01-15T12:30:00"), Severity.LOW) == utc("2025-01-16T00:00:00")


ZONES = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]


@given(
    st.integers(946_684_800, 1_900_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
)
def test_they_always_end_within_two_days_and_then_are_over(
    moment: datetime, start: time, end: time, zone: str
) -> None:
    hours = QuietHours(start, end, ZoneInfo(zone))
    over = hours.over_at(moment, Severity.LOW)
    if over is not None:
        assert moment < over <= moment + timedelta(days=2)
        assert start == end or hours.over_at(over, Severity.LOW) is None
