"""The composition root of notifications: targets and senders as the environment names them."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from typing import Any

import boto3
from botocore.config import Config

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import utc_now
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.adapters.notifications.event_bus import EventBusSender
from tfdrift.adapters.notifications.feed_source import FeedSource
from tfdrift.adapters.notifications.guarded import Guard
from tfdrift.adapters.notifications.outbox import SqsOutbox
from tfdrift.adapters.notifications.pagerduty import pagerduty_post
from tfdrift.adapters.notifications.post import Post, Poster
from tfdrift.adapters.notifications.posted import PostSender
from tfdrift.adapters.notifications.slack import slack_post
from tfdrift.adapters.notifications.sns import SnsSender
from tfdrift.adapters.notifications.targets import (
    EventBusTarget,
    PagerDutyTarget,
    PostedTarget,
    SlackTarget,
    SnsTarget,
    Target,
    TeamsTarget,
    parse_targets,
)
from tfdrift.adapters.notifications.teams import teams_post
from tfdrift.adapters.notifications.webhook import webhook_post
from tfdrift.adapters.secret_values import SecretReader
from tfdrift.domain.notification import Notification
from tfdrift.service.notify import Announce, Deliver, Errand, Sender

# Each call of a function sends a handful of messages; what is slow is given up before the function's time is.
_CLIENT_CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})
_SECRET_SECONDS = 300.0


class Notifying:
    """Audiences and senders; each is made on first use.

    The environment names the targets (``TFDRIFT_NOTIFICATIONS``, a JSON list), the queue between deciding and
    delivering (``TFDRIFT_OUTBOX_URL``), the tables of the feed and of what was delivered
    (``TFDRIFT_FEED_TABLE``, ``TFDRIFT_DELIVERIES_TABLE``), and, if links are wanted, the dashboard
    (``TFDRIFT_DASHBOARD_URL``).
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    @classmethod
    def from_environment(cls) -> "Notifying":
        """Return what the process's environment says."""
        return cls(dict(os.environ))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The configured targets; raises ValueError for unusable ones."""
        return parse_targets(self._environment.get("TFDRIFT_NOTIFICATIONS", ""))

    @cached_property
    def source(self) -> FeedSource:
        """The reader of the feed's new batches."""
        table = Table(self._client("dynamodb"), self._environment["TFDRIFT_FEED_TABLE"])
        # Nothing is written through it: how long batches are kept is the streaming tasks' to say.
        return FeedSource(DynamoFeedStore(table, timedelta(0)))

    @cached_property
    def announce(self) -> Announce:
        """What decides who is told."""
        return Announce([target.audience for target in self.targets], self._outbox, utc_now)

    def deliver(self, context: Any) -> Deliver:  # noqa: ANN401 - Lambda's untyped context
        """Return what delivers during one invocation."""
        guard = Guard(self._client("dynamodb"), self._environment["TFDRIFT_DELIVERIES_TABLE"], context)
        senders = {target.name: guard.around(target.name, self._sender(target)) for target in self.targets}
        return Deliver(senders, self._outbox, utc_now)

    @cached_property
    def _outbox(self) -> SqsOutbox:
        return SqsOutbox(self._client("sqs"), self._environment["TFDRIFT_OUTBOX_URL"])

    def _sender(self, target: Target) -> Sender:
        if isinstance(target, SnsTarget):
            return SnsSender(self._client("sns"), target.topic_arn, self._link)
        if isinstance(target, EventBusTarget):
            return EventBusSender(self._client("events"), target.bus_arn)
        return PostSender(self._poster, self._secret(target.secret_arn), partial(self._post, target))

    def _post(self, target: PostedTarget, errand: Errand, secret: str) -> Post:
        """Return the request in the format of the target's kind."""
        link = self._link(errand.notification)
        if isinstance(target, SlackTarget):
            return slack_post(errand.notification, secret, link)
        if isinstance(target, TeamsTarget):
            return teams_post(errand.notification, secret, link)
        if isinstance(target, PagerDutyTarget):
            return pagerduty_post(errand.notification, target.endpoint, secret, link)
        return webhook_post(errand, secret, link, utc_now())

    def _link(self, notification: Notification) -> str | None:
        """Return the page of a notification's first drift; the dashboard's first page for other events."""
        base = self._environment.get("TFDRIFT_DASHBOARD_URL", "").rstrip("/")
        if not base:
            return None
        drift_id = notification.events[0].payload.get("id")
        return f"{base}/drifts/{drift_id}" if isinstance(drift_id, str) else f"{base}/"

    @cached_property
    def _poster(self) -> Poster:
        return Poster()

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes each service's client at run time
        if service not in self._clients:
            self._clients[service] = boto3.client(service, config=_CLIENT_CONFIG)  # type: ignore[call-overload]
        return self._clients[service]

    @cached_property
    def _secrets(self) -> dict[str, Callable[[], str]]:
        return {}

    def _secret(self, arn: str) -> Callable[[], str]:
        """Return what reads a secret, and keeps it for five minutes: a rotated one is found then."""
        if arn not in self._secrets:
            reader = SecretReader(self._client("secretsmanager"))
            self._secrets[arn] = _Kept(lambda: reader.read(arn))
        return self._secrets[arn]


@dataclass(slots=True)
class _Kept:
    """A secret's text, read again when it is old."""

    read: Callable[[], str]
    _text: str = field(default="", repr=False)
    _until: float = 0.0

    def __call__(self) -> str:
        now = time.monotonic()
        if now >= self._until:
            self._text = self.read()
            self._until = now + _SECRET_SECONDS
        return self._text
