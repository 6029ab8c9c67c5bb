"""The clients with equal filters: those at the group's place get the same bytes, joined once."""

from streaming.cursor import Cursor, Position
from streaming.filters import StreamFilter
from streaming.frames import sse_frame
from streaming.stream_client import StreamClient, chunk_of

CURSOR = "cursor"


class ClientGroup:
    """Clients by where they stand, next to what the group has been sent.

    Attributes
    ----------
    position
        What each of the `live` clients has been handed: everything before it that the filter lets pass.
    framed
        The position after the last bytes that the live clients got.
    live, ahead
        Clients at the group's position; clients that have seen more, from another task or from the ring.
    members
        How many clients of the filter there are, wherever they stand.
    """

    __slots__ = ("ahead", "framed", "live", "members", "position", "wanted")

    def __init__(self, wanted: StreamFilter, position: Position) -> None:
        self.wanted = wanted
        self.position = position
        self.framed = position
        self.live: set[StreamClient] = set()
        self.ahead: set[StreamClient] = set()
        self.members = 0

    def place(self, client: StreamClient) -> bool:
        """Take in a client that is at the group's position or ahead of it; False for one that is behind."""
        if client.position < self.position:
            return False
        if client.position > self.position:
            self.ahead.add(client)
        else:
            client.caught_up = True
            self.live.add(client)
        return True

    def reached(self) -> list[StreamClient]:
        """Return the clients that were ahead and are not any more; they have to be placed again."""
        if not self.ahead:
            return []
        reached = [client for client in self.ahead if client.position <= self.position]
        self.ahead.difference_update(reached)
        return reached

    def part(self, client: StreamClient) -> None:
        """Let a client stand for itself; a live one has been handed what the group has."""
        if client in self.live:
            self.live.discard(client)
            client.position = self.position
        self.ahead.discard(client)

    def write(self, data: bytes, position: Position) -> None:
        """Hand the live clients the bytes up to a position.

        The position moves first: a transport that is full says so within its write, and its client leaves
        the group with the position that these bytes bring it to.
        """
        self.position = position
        if data:
            self.framed = position
            chunk = chunk_of(data)
            for client in tuple(self.live):
                client.write(chunk)

    def cursor_frame(self, epoch: str) -> bytes:
        """Return the frame that moves a client's last id over events its filter held back, if there are any.

        Without it a client that wants rare events would come back with an id that the feed forgot long ago.
        """
        if self.framed >= self.position:
            return b""
        return cursor_frame(epoch, self.position)


def cursor_frame(epoch: str, position: Position) -> bytes:
    """Return a frame that does nothing but move a client's last id."""
    return sse_frame(CURSOR, "{}", str(Cursor(epoch, position)))
