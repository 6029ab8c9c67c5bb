"""The demo's verdict tells an expected event, a missing one, and one that must not come."""

from tfdrift.demo.story import Expected, FalcoAlert, Step
from tfdrift.demo.verdict import Played, judge
from tfdrift.demo.watch import Arrival
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject

ALERT = FalcoAlert("Terminal shell in container", "Notice", "sh")


def _arrival(number: int, event_type: str, payload: JsonObject, at: float = 2.0) -> Arrival:
    return Arrival(f"1:{number}", event_type, payload, at)


def _played(*expected: Expected, at: float = 1.0) -> Played:
    return Played(Step("a step", ALERT, expected), at)


def test_an_event_with_the_expected_fields_is_seen_with_its_time() -> None:
    wanted = Expected(EventType.DRIFT, (("origin.kind", "console"), ("severity", "critical")))
    arrival = _arrival(1, "drift", {"severity": "critical", "origin": {"kind": "console"}}, at=1.25)

    verdict = judge((_played(wanted),), (arrival,))

    assert verdict.passed
    assert verdict.seen[0].seconds == 0.25


def test_an_event_with_another_value_is_missing_and_unexpected() -> None:
    wanted = Expected(EventType.DRIFT, (("severity", "critical"),))
    arrival = _arrival(1, "drift", {"severity": "low"})

    verdict = judge((_played(wanted),), (arrival,))

    assert not verdict.passed
    assert [one.expected for one in verdict.missing] == [wanted]
    assert verdict.unexpected == (arrival,)


def test_a_drift_after_a_silent_step_is_unexpected() -> None:
    verdict = judge((_played(),), (_arrival(1, "drift", {}),))

    assert not verdict.passed


def test_one_arrival_serves_one_expectation_only() -> None:
    wanted = Expected(EventType.FALCO, (("rule", "shell"),))

    verdict = judge((_played(wanted), _played(wanted)), (_arrival(1, "falco", {"rule": "shell"}),))

    assert len(verdict.missing) == 1


def test_an_event_from_before_the_step_does_not_count() -> None:
    wanted = Expected(EventType.FALCO, ())

    verdict = judge((_played(wanted, at=5.0),), (_arrival(1, "falco", {}, at=2.0),))

    assert len(verdict.missing) == 1


def test_state_changes_beside_the_expected_ones_are_no_fault() -> None:
    verdict = judge((_played(),), (_arrival(1, "state_change", {"action": "added"}),))

    assert verdict.passed
