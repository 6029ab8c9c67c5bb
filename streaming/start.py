"""Where a client's stream begins: from now on, after the id that it saw last, or at a time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from streaming.blocking import Threads
from streaming.cursor import NOWHERE, Cursor, Position
from streaming.hub import Hub
from tfdrift.domain.timestamps import InvalidTime
from tfdrift.rest.parameters import parse_query_time
from tfdrift.service.stream_ports import AccessFailed, FeedStore, GapReason

_READY_SECONDS = 10.0
_LONGEST_ID = 128


class InvalidSince(ValueError):  # noqa: N818 - names what was found
    """`since` is neither a time nor an id of ours; the text says what it has to be."""


class FeedUnavailable(Exception):  # noqa: N818 - names what happened
    """The feed cannot be read now: the client has to come back later."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a client begins, its greeting's id, and why events before it are missing, if so."""

    position: Position
    greeting: Cursor
    gap: GapReason | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for: everything after an id, or committed since a time, or neither."""

    last_event_id: str = ""
    since: datetime | None = None


class StartSource(StrEnum):
    """Where a client's past comes from."""

    LIVE = "live"
    RING = "ring"
    HISTORY = "history"
    GAP = "gap"


def source_of(hub: Hub, start: Start) -> StartSource:
    """Return where the events after a start come from; `GAP` if some of them are gone."""
    if start.gap is not None:
        return StartSource.GAP
    if start.position >= hub.head.position:
        return StartSource.LIVE
    return StartSource.RING if hub.ring.covers(start.position) else StartSource.HISTORY


class StartParts(Protocol):
    """What a start is decided with; the task's runtime has it."""

    @property
    def hub(self) -> Hub:
        """Return the task's hub."""
        ...

    @property
    def feed(self) -> FeedStore:
        """Return the feed's storage."""
        ...

    @property
    def threads(self) -> Threads:
        """Return the threads in which storage is read."""
        ...


def parse_wish(headers: Mapping[str, str], query: Mapping[str, str]) -> Wish:
    """Return where a request asks to begin.

    The header `Last-Event-ID` wins, then `lastEventId`, then `since`: a browser reconnects with the URL that
    it was first given, and must not get again what it has seen since.

    Raises
    ------
    InvalidSince
        Where `since` counts and is neither a time nor an id.
    """
    seen = headers.get("last-event-id") or query.get("lastEventId") or ""
    return Wish(seen[:_LONGEST_ID]) if seen else parse_since(query.get("since") or "")


def parse_since(text: str) -> Wish:
    """Return what `since` says: an id, or an ISO 8601 time, UTC if it has no zone; raises InvalidSince."""
    if not text:
        return Wish()
    if Cursor.parse(text) is not None:
        return Wish(text)
    try:
        return Wish(since=parse_query_time(text))
    except InvalidTime as error:
        raise InvalidSince(f"since is neither an id nor a time: {error}") from error


async def start_from(parts: StartParts, wish: Wish) -> Start:
    """Return where the client begins; raises FeedUnavailable while the feed cannot be read."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await parts.hub.ready.wait()
            if wish.last_event_id:
                return await _after_id(parts, wish.last_event_id)
            if wish.since is not None:
                return await _since(parts, wish.since)
            return fresh_start(parts.hub)
    except (TimeoutError, AccessFailed) as error:
        raise FeedUnavailable("the feed cannot be read now") from error


async def _after_id(parts: StartParts, last_event_id: str) -> Start:
    hub = parts.hub
    start = resumed_start(hub, last_event_id, hub.ring.head)
    if start.gap is None:
        return start
    # Another task may have committed, and its client seen, more than this one has read so far.
    head = await parts.threads.call(parts.feed.head)
    return resumed_start(hub, last_event_id, head.n if head else hub.ring.head)


async def _since(parts: StartParts, since: datetime) -> Start:
    """Return the start at the first batch committed at `since` or later; a time to come means from now on.

    Where the batches of that time have expired, the place has none before the first that is left: what
    reads the past from there finds the hole and tells the client.
    """
    epoch, head = parts.hub.epoch, parts.hub.ring.head
    n = await parts.threads.call(parts.feed.first_since, epoch, since, head)
    return Start(Position(n), Cursor(epoch, Position(n)))


def fresh_start(hub: Hub) -> Start:
    """Return the start of a client without an id: whatever is published from now on."""
    return Start(hub.head.position, hub.head)


def resumed_start(hub: Hub, last_event_id: str, committed_head: int) -> Start:
    """Return the start of a client that comes back; `committed_head` is the feed's last batch.

    Where the id is not of this feed, the greeting carries no id of it either: a client that drops before the
    gap arrives is told again.
    """
    cursor = Cursor.parse(last_event_id)
    if cursor is None:
        return replace(fresh_start(hub), greeting=NOWHERE, gap=GapReason.UNKNOWN_ID)
    beyond = cursor.position > Position(committed_head + 1)
    if cursor.epoch != hub.epoch or beyond:
        return replace(fresh_start(hub), greeting=cursor, gap=GapReason.UNKNOWN_ID)
    return Start(max(cursor.position, Position(1)), cursor)
