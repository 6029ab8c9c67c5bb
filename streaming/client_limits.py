"""How many clients a task serves, in all and from one address, and which address a client has."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = str
Network = IPv4Network | IPv6Network

# When whoever was refused for want of room may come back.
RETRY_SECONDS = 3
# One host, or one customer, has a whole network of this size.
_IPV6_HOST_PREFIX = 64
_MOST_HOPS = 32


class Refusal(StrEnum):
    """Why a client is not let in."""

    TOO_MANY = "too_many_clients"
    TOO_MANY_FROM_ADDRESS = "too_many_clients_from_address"


class TooManyClients(Exception):  # noqa: N818 - names what happened
    """No room for this client now; it may come back later."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ClientLimits:
    """Counts the clients of all kinds: one `enter` for each, and one `leave` for each that was let in."""

    def __init__(self, *, most: int, most_per_address: int) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._by_address: Counter[Address] = Counter()
        self.clients = 0

    def enter(self, address: Address) -> None:
        """Let a client in; raises TooManyClients."""
        if self.clients >= self._most:
            raise TooManyClients(Refusal.TOO_MANY)
        if self._by_address.get(address, 0) >= self._most_per_address:
            raise TooManyClients(Refusal.TOO_MANY_FROM_ADDRESS)
        self.clients += 1
        self._by_address[address] += 1

    def leave(self, address: Address) -> None:
        """Forget a client that was let in; raises LookupError if there is none from this address."""
        if self._by_address.get(address, 0) < 1:
            raise LookupError(f"no client from {address} was let in")
        self.clients -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            # What was refused or has left must not be remembered: addresses are many.
            del self._by_address[address]

    @property
    def addresses(self) -> int:
        """Return how many addresses are remembered."""
        return len(self._by_address)


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of CIDR texts; raises ValueError with the one that is none."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address:
    """Return the address that a client counts under.

    It is the peer's own. Where the peer is a trusted proxy, it is the last one in the values of
    `X-Forwarded-For` that is not a trusted proxy: whoever stands before it may have written what it likes.
    IPv6 addresses of one /64 count as one.
    """
    address = _plain(peer)
    if address is None or not _within(address, trusted):
        return _counted(address, peer)
    hops = [hop.strip() for value in forwarded for hop in value.split(",")][-_MOST_HOPS:]
    for hop in reversed(hops):
        plain = _plain(hop)
        if plain is None:
            break
        address = plain
        if not _within(plain, trusted):
            break
    return _counted(address, peer)


def _plain(text: str) -> str | None:
    """Return the address without port, brackets and scope; None if the text is no address."""
    host = text.strip().partition("%")[0]
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def _within(address: str, networks: Sequence[Network]) -> bool:
    parsed = ip_address(address)
    return any(parsed in network for network in networks if network.version == parsed.version)


def _counted(address: str | None, peer: str) -> Address:
    if address is None:
        return peer
    if ":" in address:
        return str(ip_network((address, _IPV6_HOST_PREFIX), strict=False))
    return address
