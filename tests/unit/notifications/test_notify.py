"""Errands are sent to whom they concern, delivered, postponed, or refused in words."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.notifications import notification, told_alert, told_drift
from tfdrift.adapters.notifications.messages import errand_of_text, errand_to_text
from tfdrift.domain.drift import Severity
from tfdrift.domain.notification import Audience
from tfdrift.domain.quiet_hours import QuietHours
from tfdrift.service.notify import (
    PATIENCE,
    Announce,
    Deliver,
    DeliveryFailed,
    DeliveryRefused,
    Errand,
    Outcome,
    ReceiverResting,
)

NIGHT = datetime(2025, 1, 15, 23, tzinfo=UTC)
MORNING = datetime(2025, 1, 16, 7, tzinfo=UTC)
QUIET = QuietHours(time(22), time(7), ZoneInfo("UTC"))


@dataclass
class Kept:
    """An outbox that keeps what it is given."""

    errands: list[Errand] = field(default_factory=list)
    waits: list[timedelta] = field(default_factory=list)

    def put(self, errands: list[Errand]) -> None:
        self.errands += errands

    def postpone(self, errand: Errand, wait: timedelta) -> None:
        self.errands.append(errand)
        self.waits.append(wait)


@dataclass
class Receiver:
    """A sender that answers as the test says."""

    answer: Exception | bool = True
    sent: int = 0

    def send(self, _: Errand) -> bool:
        self.sent += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def deliver(receiver: Receiver, now: datetime = NIGHT) -> tuple[Deliver, Kept]:
    outbox = Kept()
    return Deliver({"chat": receiver}, outbox, lambda: now), outbox  # type: ignore[arg-type]


def errand(**changes: object) -> Errand:
    return replace(Errand("chat", notification(), NIGHT), **changes)  # type: ignore[arg-type]


def test_each_audience_gets_its_errands_and_the_quiet_wait() -> None:
    outbox = Kept()
    silent = Audience("falco", severities=frozenset({Severity.INFO}))
    audiences = [Audience("chat", quiet=QUIET), Audience("siem"), silent]
    made = Announce(audiences, outbox, lambda: NIGHT).take([told_drift(), told_alert(Severity.CRITICAL)])  # type: ignore[arg-type]
    assert made == 4
    waits = {(each.target, each.notification.severity): each.not_before for each in outbox.errands}
    assert waits == {
        ("chat", Severity.HIGH): MORNING,
        ("chat", Severity.CRITICAL): None,
        ("siem", Severity.HIGH): None,
        ("siem", Severity.CRITICAL): None,
    }


def test_nothing_wanted_sends_nothing() -> None:
    outbox = Kept()
    assert Announce([], outbox, lambda: NIGHT).take([told_drift()]) == 0  # type: ignore[arg-type]
    assert outbox.errands == []


@pytest.mark.parametrize(("answer", "outcome"), [(True, Outcome.DELIVERED), (False, Outcome.REPEATED)])
def test_an_errand_is_delivered_or_was(answer: bool, outcome: Outcome) -> None:
    run, outbox = deliver(Receiver(answer))
    assert run.run(errand()) is outcome
    assert outbox.errands == []


def test_an_errand_waits_for_the_end_of_the_quiet_hours() -> None:
    receiver = Receiver()
    run, outbox = deliver(receiver)
    assert run.run(errand(not_before=MORNING)) is Outcome.POSTPONED
    assert (receiver.sent, outbox.waits) == (0, [timedelta(hours=8)])
    later, _ = deliver(receiver, MORNING)
    assert later.run(errand(not_before=MORNING)) is Outcome.DELIVERED


@pytest.mark.parametrize(
    ("trouble", "wait"),
    [
        (DeliveryFailed("busy", timedelta(seconds=30)), timedelta(seconds=30)),
        (ReceiverResting("resting", timedelta(minutes=1)), timedelta(minutes=1)),
    ],
)
def test_a_receiver_that_asks_for_a_pause_gets_it_until_patience_ends(
    trouble: Exception, wait: timedelta
) -> None:
    run, outbox = deliver(Receiver(trouble))
    assert run.run(errand()) is Outcome.POSTPONED
    assert outbox.waits == [wait]
    late, _ = deliver(Receiver(trouble), NIGHT + PATIENCE + timedelta(seconds=1))
    with pytest.raises(type(trouble)):
        late.run(errand())
    # what waited for a quiet night is given its own time
    assert late.run(errand(not_before=MORNING)) is Outcome.POSTPONED


@pytest.mark.parametrize("trouble", [DeliveryFailed("no answer"), DeliveryRefused("answered 404")])
def test_other_troubles_are_the_queue_s_to_repeat(trouble: Exception) -> None:
    run, outbox = deliver(Receiver(trouble))
    with pytest.raises(type(trouble)):
        run.run(errand())
    assert outbox.errands == []


def test_a_target_that_is_no_more_is_said_to_be_so() -> None:
    run, _ = deliver(Receiver())
    with pytest.raises(DeliveryRefused, match="no target 'gone'"):
        run.run(errand(target="gone"))


def test_errands_come_back_from_their_messages() -> None:
    for each in (errand(), errand(not_before=MORNING, notification=notification(told_drift(), told_alert()))):
        assert errand_of_text(errand_to_text(each)) == each


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"target": "x"}', errand_to_text(errand())[:-10]])
def test_what_is_no_errand_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        errand_of_text(text)


def test_an_errand_without_events_is_refused() -> None:
    text = errand_to_text(Errand("chat", notification(), NIGHT)).replace(
        errand_to_text(errand()).partition('"events":')[2], "[]}"
    )
    with pytest.raises(ValueError, match="no event"):
        errand_of_text(text)
