"""Requests to any receiver: the events as the stream delivers them, signed.

The receiver computes HMAC-SHA256 of ``<timestamp>.<body>`` with the shared key and compares it, in constant
time, with ``v1``; a timestamp older than five minutes is a replay.
"""

import hashlib
import hmac
import json
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tfdrift.adapters.notifications.messages import event_to_json
from tfdrift.adapters.notifications.post import Post
from tfdrift.domain.notification import headline
from tfdrift.service.notify import DeliveryRefused, Errand

SIGNATURE = "x-tfdrift-signature"
DELIVERY = "x-tfdrift-delivery"
_SHORTEST_KEY = 16


class WebhookSecret(BaseModel):
    """What the target's secret holds, as JSON."""

    model_config = ConfigDict(extra="forbid")

    url: str
    key: str = Field(min_length=_SHORTEST_KEY)


def webhook_post(errand: Errand, secret: str, link: str | None, now: datetime) -> Post:
    """Return the signed request; raises DeliveryRefused for a secret that does not hold `url` and `key`."""
    try:
        known = WebhookSecret.model_validate_json(secret)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in error.errors())
        raise DeliveryRefused(f"the secret must be JSON with url and key: {faults}") from None
    body = json.dumps(
        {
            "title": headline(errand.notification),
            "severity": errand.notification.severity.value,
            "link": link,
            "events": [event_to_json(event) for event in errand.notification.events],
        },
        separators=(",", ":"),
    ).encode("utf-8")
    headers = {SIGNATURE: signature(body, known.key, int(now.timestamp())), DELIVERY: errand.key}
    return Post(known.url, body, headers)


def signature(body: bytes, key: str, timestamp: int) -> str:
    """Return the header's value; `timestamp` is in seconds since 1970."""
    signed = f"{timestamp}.".encode("ascii") + body
    digest = hmac.new(key.encode("utf-8"), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
