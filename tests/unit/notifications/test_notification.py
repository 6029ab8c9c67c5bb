"""Who is told of what, and in which words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.notifications import notification, told_alert, told_drift
from tfdrift.domain.drift import ChangeType, DriftStatus, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import (
    Audience,
    ToldEvent,
    alert_text,
    changes,
    facts,
    headline,
    in_batches,
)

STATE = ToldEvent(
    "state-1",
    EventType.STATE_CHANGE,
    Severity.INFO,
    {"resource": "aws_instance.web", "action": "modified", "timestamp": "2025-01-15T12:00:00Z"},
)


@pytest.mark.parametrize(
    ("audience", "wanted"),
    [
        (Audience("all"), {"drift", "resolved", "alert", "state"}),
        (Audience("grave", severities=frozenset({Severity.HIGH})), {"drift", "resolved", "alert"}),
        (Audience("falco", types=frozenset({EventType.FALCO})), {"alert"}),
        (Audience("open", statuses=frozenset({DriftStatus.OPEN})), {"drift", "alert", "state"}),
        (Audience("none", severities=frozenset({Severity.CRITICAL})), set()),
    ],
)
def test_an_audience_is_told_what_it_asked_for(audience: Audience, wanted: set[str]) -> None:
    events = {
        "drift": told_drift(),
        "resolved": told_drift("tags", status=DriftStatus.RESOLVED),
        "alert": told_alert(),
        "state": STATE,
    }
    assert {name for name, event in events.items() if audience.wants(event)} == wanted


def test_what_one_call_caused_is_told_together_and_the_rest_apart() -> None:
    events = [told_drift("ingress"), told_alert(), told_drift("egress")]
    together = Audience("chat").notifications(events)
    assert [len(each.events) for each in together] == [2, 1]
    apart = Audience("pager", together=False).notifications(events)
    assert [each.events for each in apart] == [(event,) for event in events]


def test_the_key_goes_by_the_events_alone() -> None:
    one, other = told_drift("ingress"), told_drift("egress")
    assert notification(one, other).key == notification(other, one).key
    assert notification(one).key != notification(other).key


def test_the_gravest_severity_counts() -> None:
    both = notification(told_drift(severity=Severity.LOW), told_drift("tags", severity=Severity.CRITICAL))
    assert both.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ((told_drift(),), "high: drift open: aws_security_group.web"),
        ((told_drift(resource_address=None),), "high: drift open: aws_security_group sg-1"),
        (
            (told_drift(), told_drift("egress")),
            "high: drift open: 2 changes, aws_security_group.web among them",
        ),
        ((told_drift(status=DriftStatus.RESOLVED),), "high: drift resolved: aws_security_group.web"),
        ((told_alert(),), "high: Falco: Terminal shell in container on node-1"),
        ((told_alert(rule=None, hostname=""),), "high: Falco: unknown on unknown"),
        ((STATE,), "Terraform state: aws_instance.web modified"),
    ],
)
def test_the_headline(events: tuple[ToldEvent, ...], line: str) -> None:
    assert headline(notification(*events)) == line


def test_facts_say_who_how_and_from_where() -> None:
    known = dict(facts(notification()))
    assert known["who"] == "oncall"
    assert known["account"] == "111122223333"
    assert known["call"] == told_drift().payload["cause"]["event_name"]  # type: ignore[index,call-overload]
    assert "container" not in known
    assert dict(facts(notification(told_alert())))["host"] == "node-1"


def test_changes_say_what_was_expected_and_what_is() -> None:
    (change,) = changes(notification(told_drift(old_value=["a"], new_value=["b"])))
    assert change == ("aws_security_group.web ingress", ["a"], ["b"])
    gone = told_drift(attribute=None, change_type=ChangeType.DELETED)  # type: ignore[arg-type]
    assert changes(notification(gone))[0][0].endswith("deleted")
    assert changes(notification(told_alert())) == []
    assert alert_text(notification(told_alert())) is not None
    assert alert_text(notification()) is None


@given(st.lists(st.integers(1, 50), max_size=20), st.integers(1, 60))
def test_batches_hold_every_event_once_within_their_size(sizes: list[int], most: int) -> None:
    events = [told_drift(resource_id=f"sg-{n}") for n in range(len(sizes))]
    batches = in_batches(events, sizes, most)
    assert [event for batch in batches for event in batch] == events
    by_id = {event.event_id: size for event, size in zip(events, sizes, strict=True)}
    for batch in batches:
        assert len(batch) == 1 or sum(by_id[event.event_id] for event in batch) <= most


def test_payloads_are_json() -> None:
    json.dumps([told_drift().payload, told_alert().payload])
