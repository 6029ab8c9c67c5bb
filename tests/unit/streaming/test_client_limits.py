"""Who may come in: the limits in all and per address, and the address behind trusted proxies alone."""

import pytest

from streaming.client_limits import ClientLimits, Refusal, TooManyClients, client_address, parse_networks

VPC = parse_networks(["10.0.0.0/16", "fd00::/8"])


def test_the_limit_in_all_counts_those_who_are_in() -> None:
    limits = ClientLimits(most=2, most_per_address=2)
    limits.enter("a")
    limits.enter("b")

    with pytest.raises(TooManyClients) as refused:
        limits.enter("c")

    assert refused.value.reason is Refusal.TOO_MANY
    limits.leave("a")
    limits.enter("c")
    assert limits.clients == 2


def test_one_address_cannot_take_every_place() -> None:
    limits = ClientLimits(most=10, most_per_address=2)
    limits.enter("a")
    limits.enter("a")

    with pytest.raises(TooManyClients) as refused:
        limits.enter("a")

    assert refused.value.reason is Refusal.TOO_MANY_FROM_ADDRESS
    limits.enter("b")
    assert limits.clients == 3


def test_addresses_that_left_or_were_refused_are_not_remembered() -> None:
    limits = ClientLimits(most=1, most_per_address=1)
    limits.enter("a")
    for name in ("b", "c"):
        with pytest.raises(TooManyClients):
            limits.enter(name)
    limits.leave("a")

    assert (limits.clients, limits.addresses) == (0, 0)


def test_a_client_that_is_not_in_cannot_leave() -> None:
    with pytest.raises(LookupError):
        ClientLimits(most=1, most_per_address=1).leave("a")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        # A peer that is no trusted proxy may say what it likes.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.3.4", [], "10.0.3.4"),
        ("10.0.3.4", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.3.4", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.3.4", ["1.2.3.4", "198.51.100.1, 10.0.9.9"], "198.51.100.1"),
        ("10.0.3.4", ["10.0.7.7"], "10.0.7.7"),
        ("10.0.3.4", ["198.51.100.1:50123"], "198.51.100.1"),
        ("10.0.3.4", ["198.51.100.1, nonsense"], "10.0.3.4"),
        ("10.0.3.4", [""], "10.0.3.4"),
        ("::ffff:10.0.3.4", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8:1:2:3::4]:443"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::4", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::5", [], "2001:db8:1:2::/64"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_address_is_the_peers_or_the_last_untrusted_hop(
    peer: str, forwarded: list[str], expected: str
) -> None:
    assert client_address(peer, forwarded, VPC) == expected


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/16"):
        parse_networks(["10.0.0.1/16"])
