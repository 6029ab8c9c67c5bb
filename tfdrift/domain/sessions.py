"""Puts events together into sessions: what one principal did without a longer pause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tfdrift.domain.actor import Actor
from tfdrift.domain.drift import Severity
from tfdrift.domain.feed_event import FeedEvent

LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """What one principal did, with no pause of more than 30 minutes; at least one event, newest first.

    What nobody is known to have done (most of Falco's alerts, new versions of states) makes sessions by kind
    and account.
    """

    events: tuple[FeedEvent, ...]

    @property
    def actor(self) -> Actor | None:
        """Who it was, as the newest event tells it."""
        return self.events[0].actor

    @property
    def last_at(self) -> datetime:
        """When the newest event happened."""
        return self.events[0].timestamp

    @property
    def first_at(self) -> datetime:
        """When the oldest event happened."""
        return self.events[-1].timestamp

    @property
    def severities(self) -> dict[str, int]:
        """How many events have which severity, gravest first; those without any are not counted."""
        given = [event.severity for event in self.events]
        return {each.value: given.count(each.value) for each in Severity if each.value in given}

    def may_reach(self, moment: datetime) -> bool:
        """Return whether an event at a moment before would belong to the session."""
        return self.first_at - moment <= LONGEST_PAUSE


def sessions_of(events: Iterable[FeedEvent]) -> tuple[Session, ...]:
    """Return the sessions that events, newest first, belong to; that with the newest event first."""
    begun: list[list[FeedEvent]] = []
    current: dict[str, list[FeedEvent]] = {}
    for event in events:
        key = _key(event)
        session = current.get(key)
        if session is None or session[-1].timestamp - event.timestamp > LONGEST_PAUSE:
            session = current[key] = []
            begun.append(session)
        session.append(event)
    return tuple(Session(tuple(session)) for session in begun)


def _key(event: FeedEvent) -> str:
    if event.actor is not None:
        return f"principal {event.actor.principal}"
    return f"{event.type.value} {event.account_id or ''}"
