"""The fan-out: the ring of the feed's latest batches, and the clients that are woken when it grows."""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from streaming.cursor import Cursor, Position
from streaming.frames import encode
from streaming.metrics import Metrics, Transport
from streaming.ring import Ring
from tfdrift.service.stream_ports import FeedBatch

_LOG = logging.getLogger(__name__)


class Subscriber:
    """A client's place in the hub: all it costs between two events is this object and its wake-up."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the client look for news."""
        self._event.set()

    async def woken(self) -> None:
        """Return at the next wake-up."""
        await self._event.wait()
        self._event.clear()


class Audience(Protocol):
    """Clients that are served together, beside the subscribers."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def news(self) -> None:
        """Look at what changed: a batch, another feed, the end."""
        ...


class Hub:
    """Holds the ring and the subscribers. One loop alone uses it, so nothing here is ever half done."""

    def __init__(self, *, ring_events: int, ring_bytes: int, metrics: Metrics) -> None:
        self.metrics = metrics
        self.ring = Ring(ring_events, ring_bytes)
        self.epoch = ""
        self.ending = False
        self._audience: Audience | None = None
        self.ready = asyncio.Event()
        self._subscribers: set[Subscriber] = set()

    @property
    def clients(self) -> int:
        """Return how many clients are connected."""
        return sum(self.clients_by_transport.values())

    @property
    def clients_by_transport(self) -> dict[str, int]:
        """Return how many clients are connected in each way: an event stream's are the audience."""
        return {
            Transport.SSE.value: 0 if self._audience is None else len(self._audience),
            Transport.WEBSOCKET.value: len(self._subscribers),
        }

    @property
    def head(self) -> Cursor:
        """Return the cursor after everything that was published."""
        return Cursor(self.epoch, Position(self.ring.head + 1))

    def open(self, epoch: str, head: int) -> None:
        """Begin with a feed after batch `head`; not `ready` before its owner says so."""
        self.epoch = epoch
        self.ring.clear(head)
        self._wake_all()

    def serve(self, audience: Audience) -> None:
        """Count an audience's clients, and tell it of each change."""
        self._audience = audience

    def close(self) -> None:
        """Leave the feed, which is not the one it was: its clients end and are told when they return."""
        self.ready.clear()
        self.epoch = ""
        self._wake_all()

    def append(self, batch: FeedBatch) -> bool:
        """Publish the batch after the head; False, and nothing else, for any other."""
        if batch.n != self.ring.head + 1 or not self.epoch:
            return False
        self.ring.append(encode(self.epoch, batch))
        if self.ready.is_set():
            self._tell(batch)
            self.metrics.published(batch)
        self._wake_all()
        return True

    def _tell(self, batch: FeedBatch) -> None:
        for kind, count in Counter(entry.type for entry in batch.entries).items():
            _LOG.info(
                "Broadcasting %s to %d clients",
                kind,
                self.clients,
                extra={"event_type": kind, "events": count, "clients": self.clients, "batch": batch.n},
            )

    def join(self) -> Subscriber:
        """Add a client; it must leave again."""
        subscriber = Subscriber()
        self._subscribers.add(subscriber)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Remove a client."""
        self._subscribers.discard(subscriber)

    def end(self) -> None:
        """Ask every client's stream to end, each at its own moment."""
        self.ending = True
        self._wake_all()

    def _wake_all(self) -> None:
        for subscriber in self._subscribers:
            subscriber.wake()
        if self._audience is not None:
            self._audience.news()
