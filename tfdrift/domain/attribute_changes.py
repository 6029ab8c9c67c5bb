"""Follows a row of the catalog: finds the resource, reads the attributes, compares them."""

import re
from collections.abc import Iterator, Sequence

from tfdrift.domain.attribute_path import attribute_at, is_known
from tfdrift.domain.change import Change
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.comparison import equal, holds_secret, is_empty, presented
from tfdrift.domain.drift import ChangeType, Fidelity
from tfdrift.domain.finding import CurrentValues, Lookup
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.mapping import ANY_TYPE, AttributeRule, ResourceRule, Target
from tfdrift.domain.new_value import BUILDING, NewValue, new_value
from tfdrift.domain.normalisers import NORMALISERS
from tfdrift.domain.parameters import fill

_REFERENCE = re.compile(r"[a-z_]+=")


def target_changes(
    record: CloudTrailRecord, target: Target, lookup: Lookup, current: CurrentValues
) -> tuple[Change, ...]:
    """Return what a call did to one of the things that it names.

    The first way of managing it that a state uses counts; if no state has any, the changes are of an
    unmanaged resource of the first way (https://github.com/higakikeita/tfdrift-falco/issues/407).
    """
    for way in target.ways:
        found = find_resources(record, way, lookup)
        if found:
            return tuple(change for resource in found for change in _managed(record, way, resource, current))
    return tuple(_unmanaged(record, target.ways[0], lookup))


def find_resources(
    record: CloudTrailRecord, way: ResourceRule, lookup: Lookup
) -> tuple[ManagedResource, ...]:
    """Return the managed resources that a call names, of the first of the row's types that a state holds."""
    ids = identifiers(record, way.ids)
    for resource_type in way.types:
        found = _find(record, resource_type, ids, lookup)
        holding = tuple([resource for resource in found if _is_meant(resource, resource_type, way)])
        if holding:
            return holding
    return ()


def _is_meant(resource: ManagedResource, resource_type: str, way: ResourceRule) -> bool:
    """Return whether a row is about a resource: of any type, those only that have one of its attributes."""
    if way.requires and not all(_has(resource.attributes, name) for name in way.requires):
        return False
    return resource_type != ANY_TYPE or any(
        is_known(resource.attributes, rule.attribute) for rule in way.attributes
    )


def identifiers(record: CloudTrailRecord, templates: Sequence[str]) -> tuple[str, ...]:
    """Return every id that the templates make, in order, each once."""
    if len(templates) == 1:
        return fill(record, templates[0])
    return tuple(dict.fromkeys([text for template in templates for text in fill(record, template)]))


def _find(
    record: CloudTrailRecord, resource_type: str, ids: Sequence[str], lookup: Lookup
) -> tuple[ManagedResource, ...]:
    resources: list[ManagedResource] = []
    for identifier in ids:
        if resource_type == ANY_TYPE:
            resources += lookup.find_any_type(record.account_id, record.region, identifier)
        else:
            resources += lookup.find(resource_type, record.account_id, record.region, identifier)
    if len(resources) <= 1:
        return tuple(resources)
    found: dict[tuple[str, str | None, str], ManagedResource] = {}
    for resource in resources:
        found.setdefault((resource.address, resource.state.bucket, resource.state.key), resource)
    return tuple(found.values())


def _has(attributes: JsonObject, name: str) -> bool:
    return is_known(attributes, name) and attribute_at(attributes, name) is not None


def _managed(
    record: CloudTrailRecord, way: ResourceRule, resource: ManagedResource, current: CurrentValues
) -> Iterator[Change]:
    if not way.attributes:
        yield _whole(way, resource)
        return
    touched = False
    seen = False
    for rule in way.attributes:
        attribute = _stored_attribute(rule, resource)
        expected = attribute_at(resource.attributes, attribute)
        value = _built(rule, record, expected, resource, attribute, current)
        if value is None:
            continue
        touched = True
        if is_known(resource.attributes, attribute):
            seen = True
            yield _compared(rule, way, resource, attribute, expected, value)
    if touched and not seen:
        yield _touched(way, resource)
    if way.change is ChangeType.CREATED or not (touched or way.quiet):
        yield _whole(way, resource)


def _built(
    rule: AttributeRule,
    record: CloudTrailRecord,
    expected: JsonValue,
    resource: ManagedResource,
    attribute: str,
    current: CurrentValues,
) -> NewValue | None:
    """Return the new value on top of the open drift's, not wholly known on top of one that is not known."""
    if rule.kind not in BUILDING:
        return new_value(rule, record, expected)
    is_open, open_value = current.value(resource, attribute)
    unseen = is_open and open_value is None
    value = new_value(rule, record, open_value if is_open and not unseen else expected)
    return value._replace(known=False, comparable=False) if value is not None and unseen else value


def _stored_attribute(rule: AttributeRule, resource: ManagedResource) -> str:
    """Return the attribute to compare: tags with the provider's default tags among them are ``tags_all``.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging
    """
    if rule.attribute != "tags":
        return rule.attribute
    normalise = NORMALISERS["tags"]
    everything = resource.attributes.get("tags_all")
    own = resource.attributes.get("tags")
    if not is_empty(everything) and normalise(everything) != normalise(own):
        return "tags_all"
    return rule.attribute


def _whole(way: ResourceRule, resource: ManagedResource) -> Change:
    """Return that a resource was deleted, or created again; for a row of neither, that it was touched."""
    if way.change is ChangeType.MODIFIED:
        return _touched(way, resource)
    deleted = way.change is ChangeType.DELETED
    return Change(
        resource,
        resource.resource_type,
        resource.resource_id,
        None,
        resource.resource_id,
        None if deleted else resource.resource_id,
        differs=deleted,
        change_type=way.change,
    )


def _touched(way: ResourceRule, resource: ManagedResource) -> Change:
    return Change(
        resource,
        resource.resource_type,
        resource.resource_id,
        None,
        None,
        None,
        differs=True,
        change_type=way.change,
        fidelity=Fidelity.EVENT_ONLY,
    )


def _compared(
    rule: AttributeRule,
    way: ResourceRule,
    resource: ManagedResource,
    attribute: str,
    expected: JsonValue,
    value: NewValue,
) -> Change:
    """Return what a call made of an attribute.

    A secret of the state is there as a fingerprint, so the change counts as a difference until the caller,
    who has the fingerprints' key, has hidden the new value in the same way and compared the two.
    """
    secret = holds_secret(expected)
    actual = None
    if value.known or value.value is not None:
        actual = presented(value.value, expected, rule.normaliser)
    same = value.comparable and not secret and equal(expected, value.value, rule.normaliser, rule.default)
    return Change(
        resource,
        resource.resource_type,
        resource.resource_id,
        attribute,
        expected,
        actual,
        differs=not same,
        change_type=rule.change or way.change,
        fidelity=Fidelity.EXACT if value.known else Fidelity.PARTIAL,
    )


def _unmanaged(record: CloudTrailRecord, way: ResourceRule, lookup: Lookup) -> Iterator[Change]:
    parent = _parent(record, way, lookup)
    resource_type = next((name for name in way.types if name != ANY_TYPE), None)
    if resource_type is None:
        return
    for identifier in identifiers(record, way.ids[:1]) or identifiers(record, way.ids)[:1]:
        shown = _REFERENCE.sub("", identifier, count=1)
        yield from _unmanaged_resource(record, way, resource_type, shown, parent)


def _unmanaged_resource(
    record: CloudTrailRecord,
    way: ResourceRule,
    resource_type: str,
    identifier: str,
    parent: ManagedResource | None,
) -> Iterator[Change]:
    if way.change is not ChangeType.MODIFIED:
        deleted = way.change is ChangeType.DELETED
        yield Change(
            None,
            resource_type,
            identifier,
            None,
            None,
            None if deleted else identifier,
            differs=not deleted,
            change_type=way.change,
            parent=parent,
        )
        return
    for rule in way.attributes:
        value = new_value(rule, record, None)
        if value is not None:
            yield Change(
                None,
                resource_type,
                identifier,
                rule.attribute,
                None,
                presented(value.value, None, rule.normaliser),
                differs=not (value.known and is_empty(value.value)),
                change_type=rule.change or way.change,
                fidelity=Fidelity.EXACT if value.known else Fidelity.PARTIAL,
                parent=parent,
            )


def _parent(record: CloudTrailRecord, way: ResourceRule, lookup: Lookup) -> ManagedResource | None:
    ids = identifiers(record, way.parent_ids)
    for resource_type in way.parent_types:
        found = _find(record, resource_type, ids, lookup)
        if found:
            return found[0]
    return None
