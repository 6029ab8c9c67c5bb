"""Follows the calls that change a security group's rules to the resource that manages each rule."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tfdrift.domain.attribute_path import is_known
from tfdrift.domain.change import Change
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import ChangeType, Fidelity
from tfdrift.domain.finding import CurrentValues, Lookup
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.parameters import inside, unwrapped, values_at
from tfdrift.domain.rule_set import (
    RuleAtom,
    atom_of_rule,
    atoms_of_blocks,
    atoms_of_permissions,
    blocks_of_atoms,
)
from tfdrift.domain.standalone_rules import RULE_TYPES, StandaloneRule, standalone_rule

_GROUP_TYPES = ("aws_security_group", "aws_default_security_group")
_GROUP_ID_PATHS = ("request.groupId", "response.securityGroupRuleSet[].groupId", "response.groupId")
_REVOKED = "response.revokedSecurityGroupRuleSet[]"
_UNKNOWN_GROUP = "unknown"


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the calls are judged against: the group, its standalone rules, and AWS's values now."""

    record: CloudTrailRecord
    group_id: str
    direction: str
    groups: tuple[ManagedResource, ...]
    rules: tuple[StandaloneRule, ...]
    current: CurrentValues


def security_group_changes(
    record: CloudTrailRecord, lookup: Lookup, current: CurrentValues
) -> tuple[Change, ...]:
    """Return what an authorize, revoke, modify or description call changed.

    A rule that a standalone resource manages is that resource's; any other is compared in the group's own
    ``ingress`` or ``egress``, together with the standalone rules, which a refreshed state holds there too.
    The group's id comes from the response where the request names the group
    (https://github.com/cloud-custodian/cloud-custodian/issues/6920).
    """
    if record.event_name == "ModifySecurityGroupRules":
        return tuple(_modified_rules(record, lookup))
    groups = _group_ids(record)
    changes: list[Change] = []
    for group_id in groups:
        scene = _scene(record, group_id, lookup, current)
        changes.extend(_changes(scene))
    return tuple(changes)


def _group_ids(record: CloudTrailRecord) -> tuple[str, ...]:
    for path in (*_GROUP_ID_PATHS, f"{_REVOKED}.groupId"):
        texts = [value for value in values_at(record, path) if isinstance(value, str) and value]
        if texts:
            return tuple(dict.fromkeys(texts))
    names = [value for value in values_at(record, "request.groupName") if isinstance(value, str)]
    return tuple(names[:1])


def _scene(record: CloudTrailRecord, group_id: str, lookup: Lookup, current: CurrentValues) -> _Scene:
    direction = "egress" if record.event_name.endswith("Egress") else "ingress"
    found: tuple[ManagedResource, ...] = ()
    for resource_type in _GROUP_TYPES:
        found = found or lookup.find(resource_type, record.account_id, record.region, group_id)
    group_id = found[0].resource_id if found else group_id
    return _Scene(record, group_id, direction, found, _rules(record, group_id, direction, lookup), current)


def _rules(
    record: CloudTrailRecord, group_id: str, direction: str, lookup: Lookup
) -> tuple[StandaloneRule, ...]:
    reference = f"security_group_id={group_id}"
    found = (
        standalone_rule(resource)
        for resource_type in RULE_TYPES
        for resource in lookup.find(resource_type, record.account_id, record.region, reference)
    )
    return tuple(rule for rule in found if rule.direction == direction)


def _changes(scene: _Scene) -> Iterator[Change]:
    name = scene.record.event_name
    if name.startswith("Revoke"):
        atoms, complete = _revoked(scene)
    else:
        atoms, complete = _permitted(scene), True
    if not atoms:
        yield from _unknown(scene)
        return
    if name.startswith("Authorize"):
        yield from _authorized(scene, atoms)
    elif name.startswith("Revoke"):
        yield from _taken_away(scene, atoms, complete=complete)
    else:
        yield from _described(scene, atoms)


def _permitted(scene: _Scene) -> set[RuleAtom]:
    """Return the rules that the request spells out, in a list or as parameters of its own."""
    record, group_id = scene.record, scene.group_id
    atoms = atoms_of_permissions(values_at(record, "request.ipPermissions[]"), group_id)
    request = unwrapped(record.request)
    flat: list[JsonValue] = [
        {**request, "ipRanges": [{"cidrIp": cidr}], "groups": [], "ipPermissions": None}
        for cidr in values_at(record, "request.cidrIp")
    ]
    described = [
        _element(value, group_id) for value in values_at(record, "request.securityGroupRuleDescriptions[]")
    ]
    return atoms | atoms_of_permissions(flat, group_id) | {atom for atom in described if atom}


def _element(value: JsonValue, group_id: str) -> RuleAtom | None:
    return atom_of_rule(value, group_id) if isinstance(value, dict) else None


def _revoked(scene: _Scene) -> tuple[set[RuleAtom], bool]:
    """Return the rules that a revocation names, by content, by what AWS answered, or by rule id."""
    answered = {_element(value, scene.group_id) for value in values_at(scene.record, _REVOKED)}
    atoms = _permitted(scene) | {atom for atom in answered if atom}
    if atoms:
        return atoms, True
    wanted = set(_rule_ids(scene.record))
    return {atom for rule in scene.rules if wanted & set(rule.ids) for atom in rule.atoms}, not wanted


def _rule_ids(record: CloudTrailRecord) -> Iterator[str]:
    for path in ("request.securityGroupRuleIds[]", "request.securityGroupRuleId[]"):
        for value in values_at(record, path):
            for inner in inside(value, "securityGroupRuleId") if isinstance(value, dict) else (value,):
                if isinstance(inner, str):
                    yield inner


def _authorized(scene: _Scene, atoms: set[RuleAtom]) -> Iterator[Change]:
    rest = set(atoms)
    for rule in scene.rules:
        shared = {atom for atom in atoms if atom.bare() in {own.bare() for own in rule.atoms}}
        if shared:
            rest -= shared
            yield from _standalone(scene, rule, added=shared)
    if rest:
        yield from _inline(scene, added=rest)


def _taken_away(scene: _Scene, atoms: set[RuleAtom], *, complete: bool) -> Iterator[Change]:
    gone = {atom.bare() for atom in atoms}
    rest = set(gone)
    for rule in scene.rules:
        shared = {atom for atom in rule.atoms if atom.bare() in gone}
        if shared:
            rest -= {atom.bare() for atom in shared}
            yield from _standalone(scene, rule, removed=shared)
    if rest:
        yield from _inline(scene, removed=rest)
    elif not complete and not gone:
        yield from _unknown(scene)


def _described(scene: _Scene, atoms: set[RuleAtom]) -> Iterator[Change]:
    rest = set(atoms)
    for rule in scene.rules:
        for atom in atoms:
            if atom.bare() in {own.bare() for own in rule.atoms}:
                rest.discard(atom)
                yield _description(rule.resource, atom)
    if rest:
        yield from _inline(scene, added=rest, removed={atom.bare() for atom in rest})


def _description(resource: ManagedResource, atom: RuleAtom) -> Change:
    expected = resource.attributes.get("description")
    return Change(
        resource,
        resource.resource_type,
        resource.resource_id,
        "description",
        expected,
        atom.description,
        differs=(expected or "") != atom.description,
    )


def _standalone(
    scene: _Scene,
    rule: StandaloneRule,
    *,
    added: AbstractSet[RuleAtom] = frozenset(),
    removed: AbstractSet[RuleAtom] = frozenset(),
) -> Iterator[Change]:
    resource = rule.resource
    if rule.single:
        yield Change(
            resource,
            resource.resource_type,
            resource.resource_id,
            None,
            resource.resource_id,
            None if removed else resource.resource_id,
            differs=bool(removed),
            change_type=ChangeType.DELETED if removed else ChangeType.CREATED,
        )
        return
    for kind in sorted({atom.kind for atom in (*added, *removed)}):
        yield _source_list(scene, rule, kind, added, removed)


def _source_list(
    scene: _Scene,
    rule: StandaloneRule,
    kind: str,
    added: AbstractSet[RuleAtom],
    removed: AbstractSet[RuleAtom],
) -> Change:
    attribute = rule.attribute_of(kind)
    own = {atom.source for atom in rule.atoms if atom.kind == kind}
    is_open, open_value = scene.current.value(rule.resource, attribute)
    now = rule.sources_of(open_value) if is_open else set(own)
    now |= {atom.source for atom in added if atom.kind == kind}
    now -= {atom.source for atom in removed if atom.kind == kind}
    return Change(
        rule.resource,
        rule.resource.resource_type,
        rule.resource.resource_id,
        attribute,
        rule.resource.attributes.get(attribute),
        rule.presented(kind, now),
        differs=now != own,
        change_type=ChangeType.MODIFIED if now else ChangeType.DELETED,
    )


def _inline(
    scene: _Scene, *, added: set[RuleAtom] | None = None, removed: set[RuleAtom] | None = None
) -> Iterator[Change]:
    added, removed = added or set(), removed or set()
    for group in scene.groups:
        yield _inline_change(scene, group, added, removed)
    if not scene.groups:
        kept = blocks_of_atoms(added or removed, scene.group_id)
        yield Change(
            None,
            _GROUP_TYPES[0],
            scene.group_id,
            scene.direction,
            None,
            kept if added else None,
            differs=bool(added),
        )


def _inline_change(
    scene: _Scene, group: ManagedResource, added: set[RuleAtom], removed: set[RuleAtom]
) -> Change:
    if not scene.rules and not is_known(group.attributes, scene.direction):
        return _touched(group)
    own = atoms_of_blocks(group.attributes.get(scene.direction), scene.group_id)
    known = {atom.bare() for atom in own}
    beside = {atom for rule in scene.rules for atom in rule.atoms if atom.bare() not in known}
    expected = own | beside
    is_open, open_value = scene.current.value(group, scene.direction)
    unseen = is_open and open_value is None
    now = atoms_of_blocks(open_value, scene.group_id) if is_open and not unseen else set(expected)
    gone = {atom.bare() for atom in removed}
    now = {atom for atom in now if atom.bare() not in gone}
    here = {atom.bare() for atom in now}
    now |= {atom for atom in added if atom.bare() not in here}
    return Change(
        group,
        group.resource_type,
        group.resource_id,
        scene.direction,
        blocks_of_atoms(expected, scene.group_id),
        blocks_of_atoms(now, scene.group_id),
        differs=now != expected or unseen,
        fidelity=Fidelity.PARTIAL if unseen else Fidelity.EXACT,
    )


def _touched(group: ManagedResource) -> Change:
    """Return that a group was touched whose state, of another provider version, lacks the attribute."""
    return Change(
        group,
        group.resource_type,
        group.resource_id,
        None,
        None,
        None,
        differs=True,
        fidelity=Fidelity.EVENT_ONLY,
    )


def _unknown(scene: _Scene) -> Iterator[Change]:
    """Say that the group's rules changed, where the call does not tell to what."""
    for group in scene.groups:
        yield Change(
            group,
            group.resource_type,
            group.resource_id,
            scene.direction,
            group.attributes.get(scene.direction),
            None,
            differs=True,
            fidelity=Fidelity.PARTIAL,
        )
    if not scene.groups:
        yield Change(
            None,
            _GROUP_TYPES[0],
            scene.group_id,
            scene.direction,
            None,
            None,
            differs=True,
            fidelity=Fidelity.PARTIAL,
        )


def _modified_rules(record: CloudTrailRecord, lookup: Lookup) -> Iterator[Change]:
    for path in (
        "request.securityGroupRule[]",
        "request.securityGroupRules[]",
        "request.securityGroupRuleSet[]",
    ):
        for update in values_at(record, path):
            if isinstance(update, dict):
                yield from _modified_rule(record, update, lookup)


def _modified_rule(record: CloudTrailRecord, update: JsonObject, lookup: Lookup) -> Iterator[Change]:
    folded = {key.casefold(): value for key, value in update.items()}
    rule_id, rule = folded.get("securitygroupruleid"), folded.get("securitygrouprule")
    if not isinstance(rule_id, str) or not isinstance(rule, dict):
        return
    found = [
        resource
        for resource_type in RULE_TYPES
        for resource in lookup.find(resource_type, record.account_id, record.region, rule_id)
    ]
    group_id = next(iter(_group_ids(record)), _UNKNOWN_GROUP)
    atom = atom_of_rule(rule, group_id)
    if not found:
        yield from _modified_inline(record, rule, group_id, lookup)
    for resource in found:
        if atom is not None:
            yield from _modified_standalone(resource, atom)


def _modified_standalone(resource: ManagedResource, atom: RuleAtom) -> Iterator[Change]:
    rule = standalone_rule(resource)
    for attribute, expected, actual in rule.compared_with(atom):
        yield Change(
            resource,
            resource.resource_type,
            resource.resource_id,
            attribute,
            resource.attributes.get(attribute),
            actual,
            differs=expected != actual,
        )


def _modified_inline(
    record: CloudTrailRecord, rule: JsonObject, group_id: str, lookup: Lookup
) -> Iterator[Change]:
    """Say that a rule of the group changed; its id tells neither direction nor what it was before."""
    groups: Sequence[ManagedResource] = ()
    for resource_type in _GROUP_TYPES:
        groups = groups or lookup.find(resource_type, record.account_id, record.region, group_id)
    for group in groups or (None,):
        yield Change(
            group,
            group.resource_type if group else _GROUP_TYPES[0],
            group.resource_id if group else group_id,
            None,
            None,
            rule,
            differs=True,
            fidelity=Fidelity.PARTIAL,
        )
