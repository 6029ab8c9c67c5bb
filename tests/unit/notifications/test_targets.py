"""Targets are read from a deployment's settings, and whatever is wrong with one is said."""

import json
from typing import Any

import pytest

from tfdrift.adapters.notifications.targets import PagerDutyTarget, parse_targets
from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.feed_event import EventType

SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf"
SLACK: dict[str, Any] = {"kind": "slack", "name": "platform", "secret_arn": SECRET}


def test_no_text_names_no_target() -> None:
    assert parse_targets("") == parse_targets("  ") == parse_targets("[]") == ()


def test_what_is_left_out_has_the_default_of_its_kind() -> None:
    bus = {"kind": "event_bus", "name": "bus", "bus_arn": "arn:aws:events:eu-west-1:111122223333:event-bus/x"}
    slack, events = (target.audience for target in parse_targets(json.dumps([SLACK, bus])))
    assert slack.severities == {Severity.CRITICAL, Severity.HIGH}
    assert slack.types == {EventType.DRIFT, EventType.FALCO}
    assert slack.statuses == {DriftStatus.OPEN}
    assert (events.severities, events.types, events.statuses) == (frozenset(), frozenset(), frozenset())


def test_a_pager_is_told_of_each_drift_apart_and_of_its_end() -> None:
    (target,) = parse_targets(json.dumps([{**SLACK, "kind": "pagerduty"}]))
    assert isinstance(target, PagerDutyTarget)
    assert (target.audience.together, target.audience.statuses) == (False, frozenset(DriftStatus))


def test_quiet_hours_are_read() -> None:
    quiet = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
    (target,) = parse_targets(json.dumps([{**SLACK, "quiet_hours": quiet}]))
    assert target.audience.quiet is not None
    assert target.audience.quiet.loud == {Severity.CRITICAL}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "fax"}, "fax"),
        ({"name": "No Spaces"}, "name"),
        ({"secret_arn": "https://hooks.example.com/x"}, "secret_arn"),
        ({"severities": ["fatal"]}, "severities"),
        ({"unknown": 1}, "unknown"),
        ({"quiet_hours": {"start": "22:00", "end": "07:00", "zone": "Mars/Olympus"}}, "Mars/Olympus"),
        ({"quiet_hours": {"start": "22", "end": "late", "zone": "UTC"}}, "end"),
    ],
)
def test_a_faulty_target_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_targets(json.dumps([{**SLACK, **change}]))


def test_two_targets_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="'platform'"):
        parse_targets(json.dumps([SLACK, SLACK]))
