"""Reads one entry of a state's `resources`: its instances, with address, ids and hidden secrets."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tfdrift.domain.drift import StateReference
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.flatmap import expand_flatmap
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.state_identifiers import account_and_region, identifiers_of
from tfdrift.domain.state_secrets import hide_secrets

_PROVIDER = re.compile(r'provider\["(?:[^"]*/)?(?P<source>[^"/]+)"\]|provider\.(?P<name>[\w-]+)')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class MalformedEntry(ValueError):  # noqa: N818 - names what was found
    """An entry does not have the form that Terraform writes; the text names the field."""


def resources_of_entry(
    entry: JsonValue, reference: StateReference, fingerprint: Fingerprint
) -> Iterator[ManagedResource]:
    """Yield the managed instances of an entry of the state's `resources`; none for a data source.

    Raises `MalformedEntry` where the entry does not have Terraform's form.
    """
    if not isinstance(entry, dict):
        raise MalformedEntry("is not an object")
    if entry.get("mode") != "managed":
        return
    resource_type, name = _needed(entry, "type"), _needed(entry, "name")
    module = entry.get("module")
    prefix = f"{module}." if isinstance(module, str) and module else ""
    provider = _provider(entry.get("provider"), resource_type)
    instances = entry.get("instances")
    instances = [] if instances is None else instances
    if not isinstance(instances, list):
        raise MalformedEntry("field 'instances' is not a list")
    for instance in instances:
        if not isinstance(instance, dict):
            raise MalformedEntry("an instance is not an object")
        if instance.get("deposed"):
            continue
        address = f"{prefix}{resource_type}.{name}{_index(instance.get('index_key'))}"
        yield _resource(instance, address, resource_type, provider, reference, fingerprint)


def _resource(
    instance: JsonObject,
    address: str,
    resource_type: str,
    provider: str,
    reference: StateReference,
    fingerprint: Fingerprint,
) -> ManagedResource:
    plain = _attributes(instance)
    attributes = hide_secrets(resource_type, plain, instance.get("sensitive_attributes"), fingerprint)
    account, region = account_and_region(resource_type, attributes)
    dependencies = instance.get("dependencies")
    return ManagedResource(
        address=address,
        resource_type=resource_type,
        resource_id=_resource_id(attributes, address),
        provider=provider,
        attributes=attributes,
        identifiers=identifiers_of(resource_type, attributes),
        state=reference,
        account_id=account,
        region=region,
        depends_on=tuple(item for item in dependencies if isinstance(item, str))
        if isinstance(dependencies, list)
        else (),
    )


def _attributes(instance: JsonObject) -> JsonObject:
    attributes = instance.get("attributes")
    if attributes is None:
        # What Terraform 0.11 wrote and 0.12 has not refreshed yet.
        flat = instance.get("attributes_flat")
        return expand_flatmap(flat) if isinstance(flat, dict) else {}
    if not isinstance(attributes, dict):
        raise MalformedEntry("field 'attributes' is not an object")
    return attributes


def _resource_id(attributes: JsonObject, address: str) -> str:
    identifier = attributes.get("id")
    if isinstance(identifier, str) and identifier:
        return identifier
    arn = attributes.get("arn")
    # Resources of plugin-framework types may have no id; the address still tells them apart.
    return arn if isinstance(arn, str) and arn else address


def _provider(value: JsonValue, resource_type: str) -> str:
    name = _provider_name(value) if isinstance(value, str) else None
    return name or resource_type.partition("_")[0]


# A state names few providers, each of them in every entry.
@lru_cache(maxsize=1024)
def _provider_name(reference: str) -> str | None:
    match = _PROVIDER.search(reference)
    return None if match is None else match["source"] or match["name"]


def _index(key: JsonValue) -> str:
    """Return an index key as Terraform prints it, ``[0]`` or ``["a.b"]``.

    Both kinds stand in states (https://github.com/adammck/terraform-inventory/issues/133).
    """
    if key is None:
        return ""
    if isinstance(key, str):
        escaped = "".join(_ESCAPES.get(char, char) for char in key)
        return '["' + escaped.replace("${", "$${").replace("%{", "%%{") + '"]'
    if isinstance(key, int | float) and not isinstance(key, bool) and key == int(key):
        return f"[{int(key)}]"
    raise MalformedEntry("an index_key is neither a text nor a whole number")


def _needed(entry: JsonObject, field: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str) or not value:
        raise MalformedEntry(f"field '{field}' is missing")
    return value
