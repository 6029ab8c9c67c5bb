"""What the stream needs from outside: the table's change stream, the dense feed and the tailer's lease.

All methods block; `streaming` runs them in threads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

TRIM_HORIZON = "TRIM_HORIZON"
END = "END"
GAP = "gap"


def horizon_after(position: str | None) -> str:
    """Return the position at the oldest record that is left, of a shard that lost those after `position`.

    It names what it follows: a position that came back would let a tailer that slept repeat its commit.
    """
    if position is not None and position.startswith(f"{TRIM_HORIZON}:"):
        return position
    return f"{TRIM_HORIZON}:{'' if position in {None, TRIM_HORIZON} else position}"


def readable(position: str | None) -> str:
    """Return a stored position as a change stream takes it: a sequence number, or `TRIM_HORIZON`."""
    if position is None or position.startswith(TRIM_HORIZON):
        return TRIM_HORIZON
    return position


class GapReason(StrEnum):
    """Why a part of the history cannot be delivered."""

    TRIMMED = "trimmed"
    EXPIRED = "expired"
    UNKNOWN_ID = "unknown_id"
    STREAM_REPLACED = "stream_replaced"


class IteratorExpired(Exception):  # noqa: N818 - names what happened, as the stream tells it
    """A shard iterator is older than 15 minutes: take a new one at the last position."""


class TrimmedData(Exception):  # noqa: N818 - names what happened
    """The position is older than the stream keeps records (24 hours): what lay between is gone."""


class ShardGone(Exception):  # noqa: N818 - names what happened
    """The shard is not in the stream any more."""


class StreamThrottled(Exception):  # noqa: N818 - names what happened
    """Too many reads: wait, with jitter, and try again."""


class AccessFailed(Exception):  # noqa: N818 - names what happened
    """The service refused or did not answer: whether a write took place is unknown; try again."""


class CommitRefused(Exception):  # noqa: N818 - names what happened
    """The feed's head or the shard's checkpoint is not what the commit named: read both and decide again."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One event in the feed.

    `type` is an `EventType`'s value or `GAP`; `data` is JSON text, which clients receive as it is.
    `account_id` is None where no account is known, as for most of Falco's alerts.
    """

    event_id: str
    type: str
    data: str
    severity: str | None = None
    resource_type: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of the stream, and the one that it continues, if that is known."""

    shard_id: str
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """An event that was stored in a trace that is kept, and that trace's header."""

    event_id: str
    trace: str


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """One answer of GetRecords, of which the feed's events are kept.

    Attributes
    ----------
    entries
        The new feed events of the page, in order; other records are left out.
    last_sequence_number
        Of the last record of any kind; None for an empty page, which does not mean that the shard has ended.
    next_iterator
        None when the shard is closed and read to its end.
    last_created_at
        When the last record was made, to the second; None for an empty page, or where it is not told.
    waits
        Of the entries that tell both, the seconds from when it happened until its record was made.
    traced
        Those of the entries that tell of a trace.
    """

    entries: tuple[FeedEntry, ...]
    last_sequence_number: str | None
    next_iterator: str | None
    last_created_at: datetime | None = None
    waits: tuple[float, ...] = ()
    traced: tuple[TracedEvent, ...] = ()


class ChangeStream(Protocol):
    """The change stream of the events table."""

    def stream_id(self) -> str:
        """Return the identity of the table's present stream; a stream turned off and on is another one."""
        ...

    def shards(self, stream_id: str) -> tuple[Shard, ...]:
        """Return all shards, over all pages of the description; closed ones too, as long as they are kept."""
        ...

    def iterator(self, stream_id: str, shard_id: str, position: str) -> str:
        """Return an iterator after `position`: a sequence number, or `TRIM_HORIZON` for the oldest record.

        Raises `TrimmedData`, `ShardGone` or `StreamThrottled`.
        """
        ...

    def records(self, iterator: str) -> RecordsPage:
        """Return the next page.

        Raises `IteratorExpired`, `TrimmedData`, `ShardGone` or `StreamThrottled`.
        """
        ...


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The end of the feed: epoch, number of the last batch (0: none), when that was, and its stream."""

    epoch: str
    n: int
    stream_id: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """The entries that were committed together as number `n`."""

    n: int
    entries: tuple[FeedEntry, ...]
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class CheckpointMove:
    """A shard's way from one position to the next; `old` is None where none was stored yet."""

    shard_id: str
    old: str | None
    new: str


class FeedStore(Protocol):
    """The dense feed: batches numbered without holes, and how far each shard of the stream is in it."""

    def head(self) -> FeedHead | None:
        """Return the head, consistently read; None before the feed was first started."""
        ...

    def start(self, stream_id: str, roots: Sequence[str]) -> FeedHead:
        """Begin the feed at the oldest record of each root shard; a feed that is there is left as it is."""
        ...

    def switch_stream(
        self, head: FeedHead, stream_id: str, roots: Sequence[str], notice: FeedEntry
    ) -> FeedHead:
        """Go on with another stream, and say so in the feed; raises `CommitRefused`."""
        ...

    def checkpoints(self, stream_id: str) -> Mapping[str, str]:
        """Return the position of each shard that has one, consistently read."""
        ...

    def checkpoint(self, stream_id: str, shard_id: str) -> str | None:
        """Return the position of one shard, consistently read."""
        ...

    def commit(self, head: FeedHead, entries: Sequence[FeedEntry], move: CheckpointMove) -> FeedHead:
        """Append the entries as batch `head.n + 1` and move the checkpoint: both or neither.

        Without entries only the checkpoint moves, and the head stays. Raises `CommitRefused`; after any other
        error the outcome is unknown until the checkpoint is read.
        """
        ...

    def read(self, epoch: str, first: int, limit: int) -> tuple[FeedBatch, ...]:
        """Return the visible batches from number `first` on, at most `limit`, consistently read, in order.

        A number that is missing between others is expired, or was committed this very moment: see `expired`.
        """
        ...

    def expired(self, epoch: str, first: int, last: int) -> bool:
        """Return whether none of these batches is in the feed, nor on its way into it.

        It is asked of numbers up to the head's, so what is not there was there. The read is serialisable:
        while a commit of one of them is applied, it is not expired.
        """
        ...

    def first_since(self, epoch: str, moment: datetime, head: int) -> int:
        """Return the number after the last visible batch up to `head` that was committed before `moment`.

        1 if there is none; where batches after it are expired, the number is one of those. Consistently read;
        the number of reads grows with the logarithm of `head`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may tail, and a counter that the holder raises as its sign of life."""

    owner: str
    counter: int


class LeaseStore(Protocol):
    """The lease's storage; every change names what it expects to find."""

    def read(self) -> Lease | None:
        """Return the lease, consistently read."""
        ...

    def write(self, expected: Lease | None, new: Lease) -> bool:
        """Replace the expected lease; False if it is another by now."""
        ...


class TraceSegments(Protocol):
    """Where segments of traces are sent."""

    def put(self, documents: Sequence[str]) -> int:
        """Send segment documents, each JSON text; returns how many were refused; raises `AccessFailed`."""
        ...
