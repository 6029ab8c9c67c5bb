"""Finds the managed resources that an event names though the catalog does not know the event."""

import re
from collections.abc import Iterator
from functools import lru_cache

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import Lookup
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource

_DEPTH = 5
_MAX_IDS = 200
_NAMING_KEY = re.compile(
    r"(?:id|ids|arn|arns|name|names|identifier|identifiers|resource|resources)\Z", re.IGNORECASE
)
# The form of EC2's own ids (sg-…, vpc-…); other services' resources of such ids have ARNs too.
_AWS_ID = re.compile(r"[a-z][a-z0-9]*-(?:[0-9a-f]{8}|[0-9a-f]{17})")
# Names of these say who or what takes part, not what is changed.
_FOREIGN_KEY = re.compile(r"tag|token|principal|requestid|account", re.IGNORECASE)


def touched_resources(record: CloudTrailRecord, lookup: Lookup) -> tuple[ManagedResource, ...]:
    """Return the managed resources whose exact ids stand in a record, sorted by address.

    Only a resource of the called service is one that the call may have changed: a role that a function is
    given stays as it is. A bucket's name is the id of its policy and its versioning too; then only the
    bucket, which has an ARN, counts.
    """
    service = record.event_source.partition(".")[0]
    found: dict[str, ManagedResource] = {}
    for identifier in _candidates(record):
        resources = lookup.find_any_type(record.account_id, record.region, identifier)
        of_service = [resource for resource in resources if _service(resource) == service]
        without_arn = [resource for resource in resources if _service(resource) is None]
        for resource in of_service or without_arn:
            found.setdefault(f"{resource.address}\x1f{resource.state.key}", resource)
    return tuple(found[key] for key in sorted(found))


def _service(resource: ManagedResource) -> str | None:
    arn = resource.attributes.get("arn")
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) > 5:
        return parts[2]
    return "ec2" if _AWS_ID.fullmatch(resource.resource_id) else None


def _candidates(record: CloudTrailRecord) -> tuple[str, ...]:
    texts = [*record.resource_arns, *_named(record.request, 0), *_named(record.response, 0)]
    return tuple(dict.fromkeys(text for text in texts if text.strip(". *")))[:_MAX_IDS]


def _named(parameters: JsonObject, depth: int) -> Iterator[str]:
    for key, value in parameters.items():
        if not _is_foreign(key):
            yield from _texts(key, value, depth)


# The names of parameters are few, those of all of AWS's operations are thousands.
@lru_cache(maxsize=8192)
def _is_foreign(key: str) -> bool:
    return _FOREIGN_KEY.search(key) is not None


@lru_cache(maxsize=8192)
def _is_naming(key: str) -> bool:
    return _NAMING_KEY.search(key) is not None


def _texts(key: str, value: JsonValue, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if _is_naming(key) or _AWS_ID.fullmatch(value) or value.startswith("arn:"):
            yield value
    elif depth < _DEPTH and isinstance(value, dict):
        yield from _named(value, depth + 1)
    elif depth < _DEPTH and isinstance(value, list):
        for item in value:
            yield from _texts(key, item, depth + 1)
