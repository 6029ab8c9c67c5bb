"""What follows a place in the feed: from the ring where it still has it, else from the feed's table."""

from streaming.cursor import Cursor, Position
from streaming.filters import StreamFilter
from streaming.frames import gap_frame
from streaming.history import History
from streaming.hub import Hub
from streaming.ring import Chunk, part_of
from tfdrift.service.stream_ports import GapReason


class Backlog:
    """Serves the past to clients that are behind the head; it keeps nothing of them."""

    def __init__(self, hub: Hub, history: History) -> None:
        self._hub = hub
        self._history = history

    async def next(self, epoch: str, position: Position, wanted: StreamFilter) -> Chunk:
        """Return a bounded chunk of the wanted bytes after a position in the feed of `epoch`.

        At the head the chunk is empty. Where the past is expired the chunk is a gap, and its position is
        where the feed goes on. Raises AccessFailed when the table does not answer. The feed may have been
        replaced while the table was read: the caller compares the hub's epoch before it goes on.
        """
        if self._hub.ring.covers(position):
            return self._hub.ring.chunk(position, wanted)
        past = await self._history.past(self._hub.ring, epoch, position.n)
        if isinstance(past, Position):
            return Chunk(gap_frame(GapReason.EXPIRED, Cursor(epoch, past)), past, events=0)
        return part_of(past[0], position, wanted)
