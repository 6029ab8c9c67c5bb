"""Takes security group rules apart into rules of one source, and puts them together as Terraform does."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.parameters import as_list, inside

CIDR = "cidr_blocks"
IPV6 = "ipv6_cidr_blocks"
PREFIX_LIST = "prefix_list_ids"
GROUP = "security_groups"

_SELF = "self"
# https://www.iana.org/assignments/protocol-numbers; the names that the provider uses
_PROTOCOLS = {"all": "-1", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}


@dataclass(frozen=True, slots=True, order=True)
class RuleAtom:
    """One rule with one source: `kind` is the list that holds it, a group's own id stands for `self`."""

    protocol: str
    from_port: int
    to_port: int
    kind: str
    source: str
    description: str = ""

    def bare(self) -> "RuleAtom":
        """Return the rule without its description, by which AWS tells rules apart."""
        return replace(self, description="")

    def covers(self, ports: Sequence[int]) -> bool:
        """Return whether any of the ports is in a TCP or UDP rule's range."""
        return self.protocol in ("tcp", "udp") and any(
            self.from_port <= port <= self.to_port for port in ports
        )


def atoms_of_blocks(value: JsonValue, group_id: str) -> set[RuleAtom]:
    """Return the rules of a state's ``ingress`` or ``egress``.

    Terraform holds them in the group itself (https://github.com/snyk/driftctl/issues/643), in lists of
    sources with one description, and ``self`` for the group's own id (https://github.com/snyk/driftctl/issues/544).
    """
    return {
        atom for block in as_list(value) if isinstance(block, dict) for atom in _of_block(block, group_id)
    }


def atoms_of_permissions(permissions: Iterable[JsonValue], group_id: str) -> set[RuleAtom]:
    """Return the rules of a call's ``ipPermissions``."""
    return {atom for item in permissions if isinstance(item, dict) for atom in _of_permission(item, group_id)}


def atom_of_rule(rule: JsonObject, group_id: str) -> RuleAtom | None:
    """Return the rule that an element of ``securityGroupRuleSet``, or of ModifySecurityGroupRules, describes.

    None where the element has no source.
    """
    sources = (
        ("cidrIpv4", CIDR),
        ("cidrIpv6", IPV6),
        ("prefixListId", PREFIX_LIST),
        ("referencedGroupInfo.groupId", GROUP),
        ("referencedGroupId", GROUP),
    )
    for name, kind in sources:
        source = _first_text(rule, name)
        if source:
            return _atom(rule, kind, source, _first_text(rule, "description"), group_id)
    return None


def blocks_of_atoms(atoms: Iterable[RuleAtom], group_id: str) -> list[JsonValue]:
    """Return rules as Terraform writes them: sorted, one block a port range and description."""
    grouped: dict[tuple[str, int, int, str], list[RuleAtom]] = defaultdict(list)
    for atom in sorted(atoms):
        grouped[(atom.protocol, atom.from_port, atom.to_port, atom.description)].append(atom)
    return [_block(members, group_id) for _, members in sorted(grouped.items())]


def _block(members: Sequence[RuleAtom], group_id: str) -> JsonObject:
    first = members[0]
    block: JsonObject = {
        "protocol": first.protocol,
        "from_port": first.from_port,
        "to_port": first.to_port,
        "description": first.description,
        _SELF: any(_is_self(atom, group_id) for atom in members),
    }
    for kind in (CIDR, IPV6, PREFIX_LIST, GROUP):
        block[kind] = [atom.source for atom in members if atom.kind == kind and not _is_self(atom, group_id)]
    return block


def _is_self(atom: RuleAtom, group_id: str) -> bool:
    return atom.kind == GROUP and atom.source in (_SELF, group_id)


def _of_block(block: JsonObject, group_id: str) -> Iterator[RuleAtom]:
    description = block.get("description")
    for kind in (CIDR, IPV6, PREFIX_LIST, GROUP):
        for source in as_list(block.get(kind)):
            if isinstance(source, str):
                yield _atom(block, kind, source, description, group_id)
    if block.get(_SELF) is True:
        yield _atom(block, GROUP, group_id or _SELF, description, group_id)


def _of_permission(permission: JsonObject, group_id: str) -> Iterator[RuleAtom]:
    lists = (
        ("ipRanges[]", "cidrIp", CIDR),
        ("ipv6Ranges[]", "cidrIpv6", IPV6),
        ("prefixListIds[]", "prefixListId", PREFIX_LIST),
        ("groups[]", "groupId", GROUP),
        ("userIdGroupPairs[]", "groupId", GROUP),
    )
    for path, name, kind in lists:
        for element in inside(permission, path):
            source = _first_text(element, name)
            if source:
                yield _atom(permission, kind, source, _first_text(element, "description"), group_id)


def _atom(rule: JsonObject, kind: str, source: str, description: JsonValue, group_id: str) -> RuleAtom:
    protocol = _protocol(rule)
    low, high = _ports(rule, protocol)
    return RuleAtom(
        protocol,
        low,
        high,
        kind,
        _source(kind, source, group_id),
        description if isinstance(description, str) else "",
    )


def _protocol(rule: JsonObject) -> str:
    found = inside(rule, "protocol") or inside(rule, "ipProtocol")
    word = str(found[0]).lower() if found and isinstance(found[0], str | int) else "-1"
    return _PROTOCOLS.get(word, word)


def _ports(rule: JsonObject, protocol: str) -> tuple[int, int]:
    # All protocols have no ports; state writes 0 and 0, calls -1 and -1 or nothing.
    if protocol == "-1":
        return 0, 0
    low = _port(inside(rule, "fromPort") or inside(rule, "from_port"))
    high = _port(inside(rule, "toPort") or inside(rule, "to_port"))
    return low, high


def _port(found: Sequence[JsonValue]) -> int:
    value = found[0] if found else None
    try:
        return int(value) if isinstance(value, int | float | str) else -1
    except (ValueError, OverflowError):
        return -1


def _source(kind: str, source: str, group_id: str) -> str:
    if kind == GROUP:
        # "account/sg-…" is how Terraform writes a peer account's group.
        identifier = source.rpartition("/")[2]
        return group_id if identifier == group_id and group_id else identifier
    if kind in (CIDR, IPV6):
        try:
            return str(ipaddress.ip_network(source.strip(), strict=False))
        except ValueError:
            return source
    return source


def _first_text(value: JsonValue, path: str) -> str | None:
    found = inside(value, path)
    return found[0] if found and isinstance(found[0], str) and found[0] else None
