"""Domain values as the JSON of the REST answers."""

from tfdrift.domain.drift_json import drift_to_json, state_reference_to_json
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.timestamps import format_time
from tfdrift.service.ports import StateSummary
from tfdrift.service.queries import UnmanagedGroup


def event_json(event: FeedEvent) -> JsonObject:
    """Return a feed event."""
    return {
        "event_id": event.event_id,
        "type": event.type.value,
        "timestamp": format_time(event.timestamp),
        "severity": event.severity,
        "resource_type": event.resource_type,
        "account_id": event.account_id,
        "payload": event.payload,
    }


def state_json(summary: StateSummary) -> JsonObject:
    """Return an indexed state."""
    return {
        **state_reference_to_json(summary.reference),
        "terraform_version": summary.terraform_version,
        "resource_count": summary.resource_count,
        "accounts": list(summary.accounts),
        "indexed_at": format_time(summary.indexed_at),
    }


def resource_json(resource: ManagedResource) -> JsonObject:
    """Return a resource instance of a state."""
    return {
        "address": resource.address,
        "resource_type": resource.resource_type,
        "resource_id": resource.resource_id,
        "provider": resource.provider,
        "account_id": resource.account_id,
        "region": resource.region,
        "identifiers": list(resource.identifiers),
        "depends_on": list(resource.depends_on),
        "state": state_reference_to_json(resource.state),
        "attributes": resource.attributes,
    }


def group_json(group: UnmanagedGroup) -> JsonObject:
    """Return what one call created without Terraform; what the drifts share stands beside them once more."""
    drifts = [drift_to_json(drift) for drift in group.drifts]
    shared = ("group", "timestamp", "cause", "user_identity", "origin")
    proposals = [drift["import"] for drift in drifts]
    blocks = [proposal["block"] for proposal in proposals if isinstance(proposal, dict)]
    return {
        **{name: drifts[0][name] for name in shared},
        "severity": group.severity.value,
        "drifts": list(drifts),
        "import_blocks": "\n".join(block for block in blocks if isinstance(block, str)),
    }
