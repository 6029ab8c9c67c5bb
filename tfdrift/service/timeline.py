"""Tells who did what: the feed's events in their order, put together by the principal's sessions."""

from collections.abc import Iterable
from dataclasses import dataclass

from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.sessions import Session, sessions_of


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """A session, and whether more of it may stand in the part that follows."""

    session: Session
    continues: bool


def timeline_of(events: Iterable[FeedEvent], *, is_end: bool) -> tuple[TimelineEntry, ...]:
    """Return the sessions of one part of the events, newest first.

    A part ends between two events, and a session may go on behind that end: `continues` says so of each one
    that an event at the part's oldest moment would still belong to.
    """
    shown = tuple(events)
    if not shown:
        return ()
    oldest = shown[-1].timestamp
    return tuple(
        TimelineEntry(session, continues=not is_end and session.may_reach(oldest))
        for session in sessions_of(shown)
    )
