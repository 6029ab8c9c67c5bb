"""An event of the feed: what a stream's client receives, with an identity that survives redelivery."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tfdrift.domain.actor import Actor
from tfdrift.domain.json_value import JsonObject


class EventType(StrEnum):
    """The kinds of events on the stream; the names are the contract's SSE event names."""

    DRIFT = "drift"
    FALCO = "falco"
    STATE_CHANGE = "state_change"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """One event as it is stored and streamed.

    Attributes
    ----------
    event_id
        Deterministic: the same evidence delivered twice gives the same id, so a conditional put keeps one.
    timestamp
        When it happened (the call, the alert, the state's upload), in UTC.
    payload
        The JSON object that clients receive as ``data``.
    severity, resource_type, account_id, region, resource_id
        Copies of payload fields that queries and stream filters use; None where the kind has none.
    actor
        Who did it; None where nobody is known to have.
    """

    event_id: str
    type: EventType
    timestamp: datetime
    payload: JsonObject
    severity: str | None = None
    resource_type: str | None = None
    account_id: str | None = None
    region: str | None = None
    resource_id: str | None = None
    actor: Actor | None = None
