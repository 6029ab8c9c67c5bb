"""Puts feed events into the events table, as the handlers do."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.domain.feed_event import EventType, FeedEvent

if TYPE_CHECKING:
    from tfdrift.domain.json_value import JsonObject


def event_log(dynamodb: Any, table: str) -> DynamoEventLog:
    """Return the product's own event log on a table."""
    return DynamoEventLog(Table(dynamodb, table), timedelta(days=1))


def drift_event(event_id: str, severity: str = "high", resource_type: str = "aws_instance") -> FeedEvent:
    """Return a drift event; its payload has the fields of the contract's example and the event's id."""
    payload: JsonObject = {
        "severity": severity,
        "resource_type": resource_type,
        "resource_id": f"i-{event_id}",
        "old_value": "t3.micro",
        "new_value": "t3.large",
        "user_identity": {
            "type": "IAMUser",
            "user_name": "oncall",
            "arn": "arn:aws:iam::123456789012:user/oncall",
        },
        "timestamp": "2025-01-15T10:00:00Z",
        "id": event_id,
    }
    return FeedEvent(
        event_id, EventType.DRIFT, datetime(2025, 1, 15, 10, tzinfo=UTC), payload, severity, resource_type
    )


def falco_event(event_id: str, severity: str = "critical") -> FeedEvent:
    """Return a Falco event with the contract's fields."""
    payload: JsonObject = {
        "severity": severity,
        "rule": "Unauthorized Process Execution",
        "output": "a shell was started",
        "container_id": "abc123",
        "id": event_id,
    }
    return FeedEvent(event_id, EventType.FALCO, datetime(2025, 1, 15, 10, tzinfo=UTC), payload, severity)


def state_event(event_id: str, resource_type: str = "aws_iam_policy") -> FeedEvent:
    """Return a state change with the contract's fields."""
    payload: JsonObject = {
        "resource": f"{resource_type}.example",
        "action": "modified",
        "serial": 43,
        "id": event_id,
    }
    return FeedEvent(
        event_id,
        EventType.STATE_CHANGE,
        datetime(2025, 1, 15, 10, tzinfo=UTC),
        payload,
        resource_type=resource_type,
    )
