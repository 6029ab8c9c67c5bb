"""Which pages may open a WebSocket: browsers do not hold other sites' pages back, so the server has to.

Without this check any page that a user visits could read the stream with the user's session at the load
balancer (cross-site WebSocket hijacking).
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Origins:
    """Decides by the `Origin` header; programs send none, and are no other site's page."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(origin.rstrip("/").lower() for origin in allowed)

    def allow(self, origin: str | None, host: str | None) -> bool:
        """Return whether a page of `origin` may connect to the `host` that the request names."""
        if origin is None:
            return True
        if "*" in self._allowed or origin.lower() in self._allowed:
            return True
        return host is not None and _is_same(origin, host)


def _is_same(origin: str, host: str) -> bool:
    """Return whether an origin is of a host; behind a load balancer the request's own scheme says nothing."""
    try:
        page = urlsplit(origin)
        server = urlsplit(f"//{host}")
        page_port, server_port = page.port, server.port
    except ValueError:
        return False
    default = _DEFAULT_PORTS.get(page.scheme)
    if default is None or not page.hostname:
        return False
    return (page.hostname, page_port or default) == (server.hostname, server_port or default)
