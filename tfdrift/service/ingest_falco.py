"""Takes in one Falco alert: an event of the feed, and CloudTrail evidence where the alert carries it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift.domain.actor import caller_of
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.falco_alert import FalcoAlert, alert_event, cloudtrail_evidence, parse_alert
from tfdrift.domain.feed_event import FeedEvent
from tfdrift.domain.hidden_parameters import alert_without_secrets
from tfdrift.service.ingest_cloudtrail import IngestCloudTrail, IngestResult
from tfdrift.service.policy import EventCatalog
from tfdrift.service.ports import EventLog


@dataclass(frozen=True, slots=True)
class FalcoResult:
    """What an alert did: its event, whether that was new, and what its CloudTrail evidence did, if any."""

    event: FeedEvent
    is_new: bool
    evidence: IngestResult | None = None


@dataclass(frozen=True, slots=True)
class IngestFalco:
    """Takes in Falco alerts as often as they are delivered."""

    events: EventLog
    catalog: EventCatalog
    cloudtrail: IngestCloudTrail
    now: Callable[[], datetime]

    def ingest(self, obj: object) -> FalcoResult:
        """Take in one decoded alert.

        An alert of the cloudtrail plugin goes the way of CloudTrail records too; ``ct.id`` is the call's
        eventID, so that a call which arrives both ways is one.

        Raises
        ------
        InvalidAlert
            Where the object is no usable alert.
        """
        alert = parse_alert(obj)
        record = cloudtrail_evidence(alert, sources_of=self.catalog.sources_of)
        event = self._event(alert, record)
        is_new = self.events.append(event)
        evidence = None if record is None else self.cloudtrail.ingest(record)
        return FalcoResult(event, is_new, evidence)

    def _event(self, alert: FalcoAlert, record: CloudTrailRecord | None) -> FeedEvent:
        """Return the alert's event without the secrets of the call that it tells of."""
        assess = self.cloudtrail.assess
        known = assess.assess(record).secrets if record is not None else frozenset()
        event = alert_event(alert, self.now())
        payload = alert_without_secrets(event.payload, known, assess.policy.fingerprint)
        actor = None if record is None else caller_of(record)
        return replace(event, payload=payload, actor=actor)
