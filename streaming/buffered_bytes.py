"""What waits in this process for clients of all kinds that take no bytes, and who goes if it is too much."""

from typing import Protocol


class Holder(Protocol):
    """A client for which bytes may wait."""

    def buffered(self) -> int:
        """Return how many bytes wait for the client."""
        ...

    def cut(self) -> None:
        """Drop the client: too much waits for it."""
        ...


class BufferedBytes:
    """The clients whose transports are full, and a bound in bytes for all of them together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._holders: set[Holder] = set()

    def __len__(self) -> int:
        return len(self._holders)

    def add(self, holder: Holder) -> None:
        """Count what waits for a client from now on."""
        self._holders.add(holder)

    def discard(self, holder: Holder) -> None:
        """Count no more what waits for a client: it takes bytes again, or is gone."""
        self._holders.discard(holder)

    def beyond(self) -> list[Holder]:
        """Return whom to drop so that the rest is within the bound: whoever holds the most goes first."""
        sizes = [(holder.buffered(), holder) for holder in self._holders]
        held = sum(size for size, _ in sizes)
        beyond: list[Holder] = []
        for size, holder in sorted(sizes, key=lambda one: one[0], reverse=True):
            if held <= self._most:
                break
            held -= size
            beyond.append(holder)
        return beyond
