"""The feed's events as WebSocket messages: each made once for all clients, joined for equal interests."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from streaming.cursor import Cursor, Position
from streaming.frames import EncodedBatch
from streaming.history import History
from streaming.hub import Hub
from streaming.ring import CHUNK_BYTES
from streaming.websocket.replies import event_message, gap_message
from streaming.websocket.subscriptions import Step
from streaming.websocket.topics import Interest
from tfdrift.service.stream_ports import GapReason

_MOST_BYTES = 8 * 1024 * 1024
_MOST_INTERESTS = 64


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Messages for a client, and where it stands after them."""

    texts: tuple[str, ...]
    position: Position


@dataclass(slots=True)
class BatchTexts:
    """A batch's messages."""

    batch: EncodedBatch
    texts: tuple[str, ...]
    _selected: dict[Interest, tuple[str, ...]] = field(default_factory=dict)

    def select(self, interest: Interest, first: int = 0, last: int | None = None) -> tuple[str, ...]:
        """Return the wanted messages after the first `first` events, up to event `last`."""
        if first == 0 and last is None:
            found = self._selected.get(interest)
            if found is None:
                found = self._pick(interest, 0, None)
                if len(self._selected) < _MOST_INTERESTS:
                    self._selected[interest] = found
            return found
        return self._pick(interest, first, last)

    def _pick(self, interest: Interest, first: int, last: int | None) -> tuple[str, ...]:
        part = zip(self.batch.frames[first:last], self.texts[first:last], strict=True)
        return tuple(text for frame, text in part if interest.passes(frame))


class MessageTexts:
    """Messages of the batches that were delivered last, bounded in bytes of their frames."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], BatchTexts] = OrderedDict()
        self._bytes = 0

    def of(self, epoch: str, batch: EncodedBatch) -> BatchTexts:
        """Return a batch's messages."""
        key = (epoch, batch.n)
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        made = BatchTexts(batch, tuple(event_message(frame) for frame in batch.frames))
        self._kept[key] = made
        self._bytes += batch.size
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.batch.size
        return made


class TextBacklog:
    """Serves what follows a place in the feed, as messages."""

    def __init__(self, hub: Hub, history: History, texts: MessageTexts) -> None:
        self._hub = hub
        self._history = history
        self._texts = texts

    async def next(self, epoch: str, step: Step) -> TextChunk:
        """Return a bounded part of a step; raises AccessFailed when the feed's table does not answer."""
        ring = self._hub.ring
        if ring.covers(step.position):
            return self._collect(epoch, ring.batches(step.position.n), step)
        past = await self._history.past(ring, epoch, step.position.n)
        if isinstance(past, Position):
            message = gap_message(GapReason.EXPIRED, Cursor(epoch, past))
            return TextChunk((message,), _capped(past, step))
        return self._collect(epoch, past, step)

    def _collect(self, epoch: str, batches: Iterable[EncodedBatch], step: Step) -> TextChunk:
        texts: list[str] = []
        position, size = step.position, 0
        for batch in batches:
            if size >= CHUNK_BYTES or (step.until is not None and position >= step.until):
                break
            seen = position.seen if batch.n == position.n else 0
            last = step.until.seen if step.until is not None and batch.n == step.until.n else None
            part = self._texts.of(epoch, batch).select(step.interest, seen, last)
            texts.extend(part)
            size += sum(map(len, part))
            position = _capped(Position(batch.n + 1), step)
        return TextChunk(tuple(texts), position)


def _capped(position: Position, step: Step) -> Position:
    return position if step.until is None else min(position, step.until)
