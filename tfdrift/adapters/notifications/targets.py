"""The targets of notifications, as a deployment's settings name them."""

from datetime import time
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from tfdrift.domain.drift import DriftStatus, Severity
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.notification import Audience
from tfdrift.domain.quiet_hours import QuietHours

SecretArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:secretsmanager:")]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuietHoursSettings(_Settings):
    """Local times such as ``22:00`` and an IANA zone; `loud` is told at once all the same."""

    start: time
    end: time
    zone: str
    loud: frozenset[Severity] = frozenset({Severity.CRITICAL})

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone of the IANA database") from error
        return name

    def hours(self) -> QuietHours:
        """Return the hours."""
        return QuietHours(self.start, self.end, ZoneInfo(self.zone), self.loud)


class _Target(_Settings):
    """What all targets have: a name, and what is told there (see `tfdrift.domain.notification.Audience`)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    severities: frozenset[Severity] = frozenset({Severity.CRITICAL, Severity.HIGH})
    types: frozenset[EventType] = frozenset({EventType.DRIFT, EventType.FALCO})
    statuses: frozenset[DriftStatus] = frozenset({DriftStatus.OPEN})
    quiet_hours: QuietHoursSettings | None = None

    @property
    def tells_together(self) -> bool:
        """Whether what one call caused is one notification."""
        return True

    @cached_property
    def audience(self) -> Audience:
        """Who is told of what there."""
        quiet = None if self.quiet_hours is None else self.quiet_hours.hours()
        return Audience(
            self.name, self.severities, self.types, self.statuses, together=self.tells_together, quiet=quiet
        )


class SlackTarget(_Target):
    """An incoming webhook of Slack; the secret's text is its URL."""

    kind: Literal["slack"]
    secret_arn: SecretArn


class TeamsTarget(_Target):
    """A webhook of a Microsoft Teams workflow; the secret's text is its URL."""

    kind: Literal["teams"]
    secret_arn: SecretArn


class PagerDutyTarget(_Target):
    """A service of PagerDuty; the secret's text is its integration key of Events API v2."""

    kind: Literal["pagerduty"]
    secret_arn: SecretArn
    statuses: frozenset[DriftStatus] = frozenset(DriftStatus)
    endpoint: str = "https://events.pagerduty.com/v2/enqueue"

    @property
    def tells_together(self) -> bool:
        """Return False: each drift is an incident of its own, which its resolution ends."""
        return False


class WebhookTarget(_Target):
    """Any receiver; the secret's text is JSON with `url` and `key`, by which each request is signed."""

    kind: Literal["webhook"]
    secret_arn: SecretArn
    statuses: frozenset[DriftStatus] = frozenset()


class SnsTarget(_Target):
    """An SNS topic."""

    kind: Literal["sns"]
    topic_arn: str = Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+$")


class EventBusTarget(_Target):
    """An EventBridge bus, by default for all events."""

    kind: Literal["event_bus"]
    bus_arn: str = Field(pattern=r"^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/.+$")
    severities: frozenset[Severity] = frozenset()
    types: frozenset[EventType] = frozenset()
    statuses: frozenset[DriftStatus] = frozenset()


PostedTarget = SlackTarget | TeamsTarget | PagerDutyTarget | WebhookTarget
Target = Annotated[PostedTarget | SnsTarget | EventBusTarget, Field(discriminator="kind")]
Targets = TypeAdapter(tuple[Target, ...])


def parse_targets(text: str) -> "tuple[Target, ...]":
    """Return the targets of a JSON list, none for no text.

    Raises
    ------
    ValueError
        If a target is not usable, or two have one name; pydantic's own says which and why.
    """
    targets = Targets.validate_json(text) if text.strip() else ()
    names = [target.name for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two targets have the name {name!r}: queues, logs and circuits go by it")
    return targets
