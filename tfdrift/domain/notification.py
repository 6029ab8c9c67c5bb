"""What is told to people and programs outside: which events, grouped by what caused them, in plain words."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.quiet_hours import QuietHours
from tfdrift.domain.timestamps import parse_time

_KEY_LENGTH = 32
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event of the feed as it is told: its id, its kind, and the payload that the stream's clients get."""

    event_id: str
    type: EventType
    severity: Severity
    payload: JsonObject

    @property
    def group(self) -> str:
        """What events told together have in common: the call that caused them, or else nothing."""
        return str(self.payload.get("group") or self.event_id)


@dataclass(frozen=True, slots=True)
class Notification:
    """Events that are told together, of one group; at least one."""

    events: tuple[ToldEvent, ...]

    @property
    def key(self) -> str:
        """The same for the same events, however often they are delivered."""
        ids = "\x1f".join(sorted(event.event_id for event in self.events))
        return hashlib.sha256(ids.encode("utf-8")).hexdigest()[:_KEY_LENGTH]

    @property
    def severity(self) -> Severity:
        """The gravest of its events' severities."""
        return min((event.severity for event in self.events), key=_RANKS.__getitem__)

    @property
    def at(self) -> datetime:
        """When the first of it happened."""
        return min(parse_time(str(event.payload["timestamp"])) for event in self.events)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told of what.

    Attributes
    ----------
    name
        Names the target in queues, logs and metrics.
    severities, types, statuses
        What is told: an empty set stands for all. `statuses` are those of drifts.
    together
        Whether what one call caused is told in one notification.
    quiet
        When less grave things wait.
    """

    name: str
    severities: frozenset[Severity] = frozenset()
    types: frozenset[EventType] = frozenset()
    statuses: frozenset[DriftStatus] = frozenset()
    together: bool = True
    quiet: QuietHours | None = None

    def wants(self, event: ToldEvent) -> bool:
        """Return whether the audience is told of an event."""
        if self.types and event.type not in self.types:
            return False
        if self.severities and event.severity not in self.severities:
            return False
        is_drift = event.type is EventType.DRIFT
        return not (is_drift and self.statuses) or event.payload.get("status") in self.statuses

    def notifications(self, events: Iterable[ToldEvent]) -> list[Notification]:
        """Return what the audience is told of some events, in the order in which they came."""
        groups: dict[str, list[ToldEvent]] = defaultdict(list)
        for event in events:
            if self.wants(event):
                groups[event.group if self.together else event.event_id].append(event)
        return [Notification(tuple(group)) for group in groups.values()]

    def told_at(self, notification: Notification, now: datetime) -> datetime | None:
        """Return until when a notification waits; None where it is told at once."""
        return None if self.quiet is None else self.quiet.over_at(now, notification.severity)


def headline(notification: Notification) -> str:
    """Return what happened, in one line."""
    first = notification.events[0]
    severity = notification.severity.value
    if first.type is EventType.FALCO:
        return f"{severity}: Falco: {_text(first.payload, 'rule')} on {_text(first.payload, 'hostname')}"
    if first.type is EventType.STATE_CHANGE:
        return f"Terraform state: {_text(first.payload, 'resource')} {_text(first.payload, 'action')}"
    what = _resource(first.payload)
    if len(notification.events) > 1:
        what = f"{len(notification.events)} changes, {what} among them"
    return f"{severity}: drift {_text(first.payload, 'status')}: {what}"


def facts(notification: Notification) -> list[tuple[str, str]]:
    """Return who, how, from where and when, each with its name; what is not known is left out."""
    payload = notification.events[0].payload
    named = (
        ("who", _who(payload)),
        ("call", _path(payload, "cause", "event_name")),
        ("by way of", _path(payload, "origin", "kind")),
        ("from", payload.get("source_ip")),
        ("account", payload.get("account_id")),
        ("region", payload.get("region")),
        ("host", payload.get("hostname")),
        ("container", payload.get("container_id")),
        ("when", payload.get("timestamp")),
    )
    return [(name, str(value)) for name, value in named if value not in (None, "")]


def changes(notification: Notification) -> list[tuple[str, JsonValue, JsonValue]]:
    """Return of each drift what changed, the value that Terraform expects, and the value now."""
    drifts = [event.payload for event in notification.events if event.type is EventType.DRIFT]
    return [
        (
            f"{_resource(drift)} {drift.get('attribute') or drift.get('change_type')}",
            drift.get("old_value"),
            drift.get("new_value"),
        )
        for drift in drifts
    ]


def alert_text(notification: Notification) -> str | None:
    """Return what Falco said, where it is an alert."""
    output = notification.events[0].payload.get("output")
    return output if isinstance(output, str) and output else None


def in_batches(events: Sequence[ToldEvent], sizes: Sequence[int], most: int) -> list[tuple[ToldEvent, ...]]:
    """Return events in batches whose sizes add up to `most` at the most; one alone may be larger."""
    batches: list[list[ToldEvent]] = []
    room = 0
    for event, size in zip(events, sizes, strict=True):
        if not batches or size > room:
            batches.append([])
            room = most
        batches[-1].append(event)
        room -= size
    return [tuple(batch) for batch in batches]


def _resource(payload: JsonObject) -> str:
    address = payload.get("resource_address")
    return str(address) if address else f"{_text(payload, 'resource_type')} {_text(payload, 'resource_id')}"


def _who(payload: JsonObject) -> JsonValue:
    identity = payload.get("user_identity")
    if not isinstance(identity, dict):
        return None
    return identity.get("user_name") or identity.get("arn") or identity.get("type")


def _path(payload: JsonObject, outer: str, inner: str) -> JsonValue:
    value = payload.get(outer)
    return value.get(inner) if isinstance(value, dict) else None


def _text(payload: JsonObject, name: str) -> str:
    value = payload.get(name)
    return "unknown" if value in (None, "") else str(value)
