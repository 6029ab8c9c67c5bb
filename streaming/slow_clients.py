"""The event stream's clients that take no bytes now, and which of them are beyond what one may cost."""

from streaming.buffered_bytes import BufferedBytes
from streaming.hub import Hub
from streaming.stream_client import StreamClient


class SlowClients:
    """Bounds in time and in events; what all hold together is bounded by `buffers`."""

    def __init__(self, hub: Hub, buffers: BufferedBytes, seconds: float, lag_events: int) -> None:
        self._hub = hub
        self._buffers = buffers
        self._seconds = seconds
        self._lag_events = lag_events
        self._clients: set[StreamClient] = set()

    def __len__(self) -> int:
        return len(self._clients)

    def add(self, client: StreamClient, now: float) -> None:
        """Watch a client that takes no bytes from now on."""
        self._clients.add(client)
        self._buffers.add(client)
        client.paused_at = now
        client.unread = client.buffered()

    def discard(self, client: StreamClient) -> None:
        """Let a client go that takes bytes again, or is gone."""
        self._clients.discard(client)
        self._buffers.discard(client)
        client.paused_at = None

    def beyond(self, now: float) -> list[StreamClient]:
        """Return the clients that are beyond a bound."""
        return [client for client in self._clients if self._stalled(client, now) or self._lags(client)]

    def _stalled(self, client: StreamClient, now: float) -> bool:
        """Return whether a client has taken no byte for too long."""
        buffered = client.buffered()
        if client.paused_at is None or buffered < client.unread:
            client.paused_at = now
        client.unread = buffered
        return now - client.paused_at >= self._seconds

    def _lags(self, client: StreamClient) -> bool:
        """Return whether a client that had caught up is too far behind, or the ring has gone past it."""
        if not client.caught_up or client.end is not None:
            return False
        return self._hub.ring.lags(client.position, self._lag_events)
