"""Builds records, states and detections for the tests of detection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tfdrift.catalog import load_catalog
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.detection import Detection, StateValues, detect
from tfdrift.domain.drift import StateReference
from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.state_identifiers import identifiers_of

ACCOUNT = "111122223333"
REGION = "eu-central-1"
ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
"""To be formatted with a service and what it calls its resource."""


@dataclass(frozen=True)
class States:
    """A state index in memory: identifiers are the id, ARN and name, and the composed ones."""

    resources: Sequence[ManagedResource] = ()

    def find(
        self, resource_type: str, account_id: str, region: str, identifier: str
    ) -> tuple[ManagedResource, ...]:
        found = self.find_any_type(account_id, region, identifier)
        return tuple(resource for resource in found if resource.resource_type == resource_type)

    def find_any_type(self, account_id: str, region: str, identifier: str) -> tuple[ManagedResource, ...]:
        return tuple(
            resource
            for resource in self.resources
            if identifier in resource.identifiers
            and resource.account_id in (None, account_id)
            and resource.region in (None, region)
        )


@dataclass(frozen=True)
class OpenDrifts:
    """The values of open drifts, by address and attribute."""

    values: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    def value(self, resource: ManagedResource, attribute: str) -> tuple[bool, Any]:
        key = (resource.address, attribute)
        return key in self.values, self.values.get(key)


def managed(address: str, **attributes: Any) -> ManagedResource:
    """Return a resource of a state."""
    resource_type = address.split("[")[0].split(".")[-2]
    return ManagedResource(
        address=address,
        resource_type=resource_type,
        resource_id=str(attributes.get("id")),
        provider="registry.terraform.io/hashicorp/aws",
        attributes=attributes,
        identifiers=identifiers_of(resource_type, attributes),
        state=StateReference("terraform.tfstate", 7, "lineage"),
    )


def call(service: str, name: str, request: Any = None, response: Any = None, **more: Any) -> CloudTrailRecord:
    """Return the record of a successful call."""
    fields: dict[str, Any] = {
        "event_id": "e-1",
        "event_time": datetime(2025, 1, 15, 10, tzinfo=UTC),
        "event_source": f"{service}.amazonaws.com",
        "event_name": name,
        "raw_event_name": name,
        "event_type": "AwsApiCall",
        "region": REGION,
        "account_id": ACCOUNT,
        "identity": UserIdentity("IAMUser", user_name="oncall"),
        "request": request or {},
        "response": response or {},
        "read_only": False,
    }
    return CloudTrailRecord(**{**fields, **more})


def detected(
    record: CloudTrailRecord, *resources: ManagedResource, opened: Mapping[tuple[str, str], Any] | None = None
) -> Detection:
    """Return what a record means for a state, by the product's own catalog."""
    current = OpenDrifts(opened) if opened else StateValues()
    mappings = load_catalog().mappings(record.event_source, record.event_name)
    return detect(record, mappings, States(resources), current)


def changed(record: CloudTrailRecord, *resources: ManagedResource) -> dict[str | None, Any]:
    """Return what each attribute that differs is now."""
    return {found.attribute: found.actual for found in detected(record, *resources).findings if found.differs}


def same(record: CloudTrailRecord, *resources: ManagedResource) -> set[str | None]:
    """Return the attributes that the call set to Terraform's own value."""
    return {found.attribute for found in detected(record, *resources).findings if not found.differs}


def changes(record: CloudTrailRecord, *resources: ManagedResource) -> dict[str | None, tuple[Any, Any, bool]]:
    """Return expected, actual and whether they differ, by attribute, of managed resources only."""
    return {
        finding.attribute: (finding.expected, finding.actual, finding.differs)
        for finding in detected(record, *resources).findings
        if finding.managed
    }
