"""Reads the resources that manage one security group rule each, or the sources of one port range."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.rule_set import (
    CIDR,
    GROUP,
    IPV6,
    PREFIX_LIST,
    RuleAtom,
    atoms_of_blocks,
)

RULE_TYPES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)

_SINGLE_SOURCES = (
    ("cidr_ipv4", CIDR),
    ("cidr_ipv6", IPV6),
    ("prefix_list_id", PREFIX_LIST),
    ("referenced_security_group_id", GROUP),
)
_SOURCE_GROUP = "source_security_group_id"


@dataclass(frozen=True, slots=True)
class StandaloneRule:
    """A rule resource: its direction, its rules of one source each, and the ids of AWS's rules.

    `single` is true of the types that hold one source: losing it is losing the resource.
    """

    resource: ManagedResource
    direction: str
    atoms: frozenset[RuleAtom]
    ids: tuple[str, ...]
    single: bool

    def attribute_of(self, kind: str) -> str:
        """Return the attribute that holds the sources of a kind."""
        if kind != GROUP:
            return kind
        return _SOURCE_GROUP if self.resource.attributes.get(_SOURCE_GROUP) else "self"

    def sources_of(self, value: JsonValue) -> set[str]:
        """Return the sources that an attribute's value holds."""
        if isinstance(value, list):
            return {source for source in value if isinstance(source, str)}
        if value is True:
            return {self._group_id()}
        return {value} if isinstance(value, str) and value else set()

    def presented(self, kind: str, sources: set[str]) -> JsonValue:
        """Return sources as the attribute writes them."""
        attribute = self.attribute_of(kind)
        if attribute == "self":
            return bool(sources)
        if attribute == _SOURCE_GROUP:
            return next(iter(sorted(sources)), None)
        return [*sorted(sources)]

    def compared_with(self, atom: RuleAtom) -> Iterator[tuple[str, JsonValue, JsonValue]]:
        """Yield attribute, expected and new value of a rule that was rewritten by its id."""
        own = next(iter(sorted(self.atoms)), None)
        if own is None:
            return
        protocol = "ip_protocol" if self.single else "protocol"
        yield protocol, own.protocol, atom.protocol
        if atom.protocol != "-1" or own.protocol != "-1":
            yield "from_port", own.from_port, atom.from_port
            yield "to_port", own.to_port, atom.to_port
        yield "description", own.description, atom.description
        yield from self._sources_compared(own, atom)

    def _sources_compared(self, own: RuleAtom, atom: RuleAtom) -> Iterator[tuple[str, JsonValue, JsonValue]]:
        if self.single:
            for attribute, kind in _SINGLE_SOURCES:
                if kind in (own.kind, atom.kind):
                    before = own.source if own.kind == kind else None
                    yield attribute, before, atom.source if atom.kind == kind else None
            return
        for kind in sorted({own.kind, atom.kind}):
            before_sources = {item.source for item in self.atoms if item.kind == kind}
            after = {atom.source} if atom.kind == kind else set()
            yield self.attribute_of(kind), self.presented(kind, before_sources), self.presented(kind, after)

    def _group_id(self) -> str:
        group = self.resource.attributes.get("security_group_id")
        return group if isinstance(group, str) else ""


def standalone_rule(resource: ManagedResource) -> StandaloneRule:
    """Return what a rule resource of any of `RULE_TYPES` manages."""
    attributes = resource.attributes
    single = resource.resource_type != RULE_TYPES[0]
    if single:
        direction = "egress" if resource.resource_type == RULE_TYPES[2] else "ingress"
    else:
        direction = "egress" if attributes.get("type") == "egress" else "ingress"
    group = attributes.get("security_group_id")
    block = _block_of_single(attributes) if single else _block_of_rule(attributes)
    atoms = atoms_of_blocks([block], group if isinstance(group, str) else "")
    return StandaloneRule(resource, direction, frozenset(atoms), _ids(resource), single)


def _block_of_single(attributes: JsonObject) -> JsonObject:
    block: JsonObject = {
        "protocol": attributes.get("ip_protocol"),
        "from_port": attributes.get("from_port"),
        "to_port": attributes.get("to_port"),
        "description": attributes.get("description"),
    }
    for name, kind in _SINGLE_SOURCES:
        block[kind] = _some(attributes.get(name))
    return block


def _block_of_rule(attributes: JsonObject) -> JsonObject:
    return {**attributes, GROUP: _some(attributes.get(_SOURCE_GROUP))}


def _some(value: JsonValue) -> list[JsonValue]:
    return [value] if isinstance(value, str) and value else []


def _ids(resource: ManagedResource) -> tuple[str, ...]:
    named: Iterable[JsonValue] = (resource.attributes.get("security_group_rule_id"), resource.resource_id)
    return tuple(value for value in named if isinstance(value, str) and value)
