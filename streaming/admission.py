"""Who is let in: what the event stream and the WebSocket ask before they serve a client."""

from starlette.requests import HTTPConnection

from streaming.client_limits import RETRY_SECONDS, Address, TooManyClients, client_address
from streaming.runtime import Runtime
from streaming.start import FeedUnavailable, Start, Wish, start_from
from tfdrift.rest.envelope import ApiError

_RETRY_AFTER = {"Retry-After": str(RETRY_SECONDS)}


def admit(connection: HTTPConnection, runtime: Runtime) -> Address:
    """Count the client; returns the address that it leaves under again.

    Raises ApiError 503 where the task stops, or serves as many clients as it takes.
    """
    if runtime.hub.ending:
        raise ApiError(503, "stopping", "this server is stopping", _RETRY_AFTER)
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.getlist("x-forwarded-for")
    address = client_address(peer, forwarded, runtime.settings.trusted_proxies)
    try:
        runtime.clients.enter(address)
    except TooManyClients as error:
        runtime.hub.metrics.refused(error.reason.value)
        raise ApiError(
            503, error.reason.value, "this server takes no more streams now", _RETRY_AFTER
        ) from error
    return address


async def beginning(runtime: Runtime, wish: Wish) -> Start:
    """Return where the client begins; raises ApiError 503 while the feed cannot be read."""
    try:
        return await start_from(runtime, wish)
    except FeedUnavailable as error:
        raise ApiError(503, "feed_unavailable", str(error), _RETRY_AFTER) from error
