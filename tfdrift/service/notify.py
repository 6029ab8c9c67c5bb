"""Tells the outside of what happened: decides who is told what and when, and delivers each once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tfdrift.domain.notification import Audience, Notification, ToldEvent

# Longer outages of a receiver end in the dead-letter queue, whole, for somebody to look at.
PATIENCE = timedelta(hours=12)


class DeliveryRefused(Exception):  # noqa: N818 - names what the receiver did
    """The receiver will never take it as it is: a wrong address, a wrong key, a wrong body."""


class DeliveryFailed(Exception):  # noqa: N818 - names what happened
    """The receiver did not take it this time; `retry_after` is the wait that it asked for, if it did."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ReceiverResting(Exception):  # noqa: N818 - names what is so
    """The receiver failed again and again and is left alone for a while."""

    def __init__(self, message: str, wait: timedelta) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Errand:
    """A notification on its way to one target.

    `not_before` is the end of the quiet hours that it waits for, None if it waits for none.
    """

    target: str
    notification: Notification
    sent_at: datetime
    not_before: datetime | None = None

    @property
    def key(self) -> str:
        """The same for every delivery of the same events to the same target."""
        return f"{self.target}:{self.notification.key}"


class Outcome(StrEnum):
    """What became of an errand this time."""

    DELIVERED = "delivered"
    REPEATED = "repeated"
    POSTPONED = "postponed"


class Outbox(Protocol):
    """Keeps errands until they are run, at least once each."""

    def put(self, errands: Sequence[Errand]) -> None:
        """Take errands to be run as soon as may be."""
        ...

    def postpone(self, errand: Errand, wait: timedelta) -> None:
        """Take an errand to be run after a wait, or somewhat earlier where that is too long at once."""
        ...


class Sender(Protocol):
    """Delivers to one target."""

    def send(self, errand: Errand) -> bool:
        """Deliver; False where that was done before.

        Raises `DeliveryRefused`, `DeliveryFailed` and `ReceiverResting`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Announce:
    """Decides which targets are told of which events."""

    audiences: Sequence[Audience]
    outbox: Outbox
    now: Callable[[], datetime]

    def take(self, events: Iterable[ToldEvent]) -> int:
        """Send each audience what it is to be told of some events; returns the number of notifications."""
        told = list(events)
        now = self.now()
        errands = [
            Errand(audience.name, notification, now, audience.told_at(notification, now))
            for audience in self.audiences
            for notification in audience.notifications(told)
        ]
        if errands:
            self.outbox.put(errands)
        return len(errands)


@dataclass(frozen=True, slots=True)
class Deliver:
    """Runs errands."""

    senders: Mapping[str, Sender]
    outbox: Outbox
    now: Callable[[], datetime]

    def run(self, errand: Errand) -> Outcome:
        """Deliver a notification, or let it wait.

        Raises
        ------
        DeliveryRefused
            If the target is not configured any more, or its receiver will never take it.
        DeliveryFailed, ReceiverResting
            If the receiver has not taken it for `PATIENCE`.
        """
        now = self.now()
        if errand.not_before is not None and now < errand.not_before:
            return self._postpone(errand, errand.not_before - now)
        sender = self.senders.get(errand.target)
        if sender is None:
            raise DeliveryRefused(f"there is no target {errand.target!r} in TFDRIFT_NOTIFICATIONS")
        try:
            return Outcome.DELIVERED if sender.send(errand) else Outcome.REPEATED
        except DeliveryFailed as error:
            if error.retry_after is None or self._is_too_old(errand, now):
                raise
            return self._postpone(errand, error.retry_after)
        except ReceiverResting as error:
            if self._is_too_old(errand, now):
                raise
            return self._postpone(errand, error.wait)

    def _postpone(self, errand: Errand, wait: timedelta) -> Outcome:
        self.outbox.postpone(errand, wait)
        return Outcome.POSTPONED

    def _is_too_old(self, errand: Errand, now: datetime) -> bool:
        return now - max(errand.sent_at, errand.not_before or errand.sent_at) > PATIENCE
