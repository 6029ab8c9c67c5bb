"""PagerDuty's Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview."""

import json
from typing import Any

from tfdrift.adapters.notifications.post import Post
from tfdrift.adapters.notifications.values import cut, shown
from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.notification import Notification, alert_text, changes, facts, headline
from tfdrift.domain.timestamps import format_time

_SEVERITIES = {
    Severity.CRITICAL: "critical",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "info",
    Severity.INFO: "info",
}
_ACTIONS = {
    DriftStatus.ACKNOWLEDGED.value: "acknowledge",
    DriftStatus.RESOLVED.value: "resolve",
}
_LONGEST_SUMMARY = 1024


def pagerduty_post(notification: Notification, endpoint: str, key: str, link: str | None) -> Post:
    """Return the request that opens, acknowledges or ends the incident of one event."""
    event = notification.events[0]
    source = event.payload.get("account_id") or event.payload.get("hostname") or "tfdrift"
    details: dict[str, Any] = dict(facts(notification))
    details |= {what: f"{shown(old)} → {shown(new)}" for what, old, new in changes(notification)}
    said = alert_text(notification)
    body = {
        "routing_key": key,
        "event_action": _ACTIONS.get(str(event.payload.get("status")), "trigger"),
        "dedup_key": str(event.payload.get("id") or event.event_id),
        "client": "TFDrift",
        "payload": {
            "summary": cut(headline(notification), _LONGEST_SUMMARY),
            "source": str(source),
            "severity": _SEVERITIES[notification.severity],
            "timestamp": format_time(notification.at),
            "class": event.type.value,
            "custom_details": {**details, **({"alert": said} if said else {})},
        },
        **({"client_url": link, "links": [{"href": link, "text": "Open in TFDrift"}]} if link else {}),
    }
    return Post(endpoint, json.dumps(body).encode("utf-8"))
