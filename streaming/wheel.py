"""A wheel of clients: each is visited once a turn, a few at a time, without a timer of its own."""

from streaming.stream_client import StreamClient

_MOST_SLOTS = 30
_SHORTEST_STEP = 0.05


class Wheel:
    """Clients in slots; a client comes round one turn after it was put on."""

    def __init__(self, turn_seconds: float) -> None:
        slots = max(1, min(_MOST_SLOTS, int(turn_seconds / _SHORTEST_STEP)))
        self.step_seconds = turn_seconds / slots
        self._slots: list[set[StreamClient]] = [set() for _ in range(slots)]
        self._at = 0

    def add(self, client: StreamClient) -> None:
        """Put a client on."""
        self._slots[self._at].add(client)

    def discard(self, client: StreamClient) -> None:
        """Take a client off."""
        for slot in self._slots:
            slot.discard(client)

    def step(self) -> tuple[StreamClient, ...]:
        """Turn by one slot; returns the clients that are to be visited."""
        self._at = (self._at + 1) % len(self._slots)
        return tuple(self._slots[self._at])
