"""One client of the event stream: its transport, its place in the feed, and nothing else."""

import asyncio
from typing import TYPE_CHECKING, Protocol

from streaming.cursor import Position

if TYPE_CHECKING:
    from streaming.client_group import ClientGroup
    from streaming.stream_end import StreamEnd

_LAST_CHUNK = b"0\r\n\r\n"


def chunk_of(data: bytes) -> bytes:
    """Return the bytes as one chunk of HTTP/1.1's chunked encoding: the same for all that get the same."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Owner(Protocol):
    """Who hears what a client's transport says."""

    def paused(self, client: "StreamClient") -> None:
        """Hear that the client takes no more for now."""
        ...

    def resumed(self, client: "StreamClient") -> None:
        """Hear that the client takes bytes again."""
        ...

    def too_slow(self, client: "StreamClient") -> None:
        """Hear that too much waits for the client."""
        ...

    def spoke(self, client: "StreamClient") -> None:
        """Hear that the client sent something, though its request was complete."""
        ...

    def gone(self, client: "StreamClient") -> None:
        """Hear that the connection is closed."""
        ...


class StreamClient(asyncio.Protocol):
    """The protocol of a connection that only ever sends events.

    Attributes
    ----------
    position
        What the client has been handed so far; for one among its group's live clients the group's counts.
    busy
        Whether a step that brings it nearer to the head is under way.
    caught_up
        Whether it was ever live; one that still gets its past may be as far behind as it likes.
    paused_at, unread
        Since when it has taken no byte, on the loop's clock, and how many waited for it then.
    ends_at
        The moment after which its life is over, on the loop's clock.
    end
        Why it ends, once that is decided.
    """

    __slots__ = (
        "address",
        "busy",
        "caught_up",
        "end",
        "ends_at",
        "group",
        "owner",
        "paused_at",
        "position",
        "stream_id",
        "transport",
        "unread",
    )

    def __init__(self, owner: Owner, *, stream_id: str, address: str, position: Position) -> None:
        self.owner = owner
        self.stream_id = stream_id
        self.address = address
        self.position = position
        self.group: ClientGroup | None = None
        self.transport: asyncio.Transport | None = None
        self.busy = False
        self.caught_up = False
        self.paused_at: float | None = None
        self.unread = 0
        self.ends_at = 0.0
        self.end: StreamEnd | None = None

    @property
    def writable(self) -> bool:
        """Whether the client takes bytes now."""
        return self.end is None and self.paused_at is None

    def write(self, data: bytes) -> None:
        """Hand bytes to the transport; they must be whole chunks."""
        if self.transport is not None:
            self.transport.write(data)

    def buffered(self) -> int:
        """Return how many bytes wait for the client in this process."""
        return 0 if self.transport is None else self.transport.get_write_buffer_size()

    def cut(self) -> None:
        """Tell that too much waits for the client."""
        self.owner.too_slow(self)

    def finish(self) -> None:
        """End the answer in order: what is buffered is sent first."""
        if self.transport is not None:
            self.transport.write(_LAST_CHUNK)
            self.transport.close()

    def abort(self) -> None:
        """Drop the connection with what is buffered."""
        if self.transport is not None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Tell that the client sent something."""
        del data
        self.owner.spoke(self)

    def pause_writing(self) -> None:
        """Tell that the transport's buffer is full."""
        self.owner.paused(self)

    def resume_writing(self) -> None:
        """Tell that the transport's buffer has room again."""
        self.owner.resumed(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the client is gone."""
        del exc
        self.transport = None
        self.owner.gone(self)
