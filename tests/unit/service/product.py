"""The use cases over memory, with a clock that a test sets, and short ways to ask what became of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.lifecycle_samples import NOON, function_entry, state_bytes
from tfdrift.catalog import load_catalog
from tfdrift.catalog.severity_rules import parse_severity_rules
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.ignore_rules import parse_ignore_rules
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.service.ingest_cloudtrail import IngestResult
from tfdrift.service.ingest_state import StateResult
from tfdrift.service.memory import (
    MemoryDriftRepository,
    MemoryEventLog,
    MemoryHeldCalls,
    MemoryHiddenLog,
    MemoryStateIndex,
)
from tfdrift.service.policy import Policy
from tfdrift.service.ports import EventFilter, Page
from tfdrift.service.use_cases import Ports, UseCases, build_use_cases

FUNCTION_ADDRESS = "aws_lambda_function.orders"


@dataclass
class Product:
    """Everything of one test."""

    ignore: str = ""
    principals: tuple[str, ...] = ()
    severity_rules: str = ""
    moment: datetime = NOON
    events: MemoryEventLog = field(default_factory=MemoryEventLog)
    held: MemoryHeldCalls = field(default_factory=MemoryHeldCalls)
    hidden: MemoryHiddenLog = field(default_factory=MemoryHiddenLog)
    states: MemoryStateIndex = field(default_factory=MemoryStateIndex)

    def __post_init__(self) -> None:
        self.drifts = MemoryDriftRepository(self.events)
        policy = Policy(
            Fingerprint(b"a key for tests"),
            parse_ignore_rules(self.ignore),
            self.principals,
            timedelta(minutes=15),
            parse_severity_rules(self.severity_rules),
        )
        ports = Ports(self.states, self.drifts, self.events, self.held, self.hidden)
        self.use: UseCases = build_use_cases(ports, load_catalog(), policy, lambda: self.moment)

    def take(self, *records: CloudTrailRecord) -> list[IngestResult]:
        """Ingest records in the order given."""
        return [self.use.ingest_cloudtrail.ingest(record) for record in records]

    def upload(
        self,
        *entries: JsonObject,
        serial: int = 1,
        version: str | None = None,
        key: str = "prod.tfstate",
        owner: str | None = None,
    ) -> StateResult:
        """Ingest a version of a state, by default of ``prod.tfstate``, which is nobody's known."""
        data = state_bytes(*entries, serial=serial)
        return self.use.ingest_state.ingest(
            data, bucket="states", key=key, version_id=version or f"v{serial}", owner_id=owner
        )

    def function(self, serial: int = 1, **attributes: JsonValue) -> StateResult:
        """Ingest a version of the state with the function ``orders``."""
        return self.upload(function_entry(**attributes), serial=serial)

    def all_drifts(self) -> list[DriftRecord]:
        """Return the drifts by attribute."""
        return sorted(self.drifts.all(), key=lambda drift: (drift.resource_id, drift.attribute or ""))

    def drift(self) -> DriftRecord:
        """Return the only drift."""
        (only,) = self.drifts.all()
        return only

    def feed(self, kind: EventType = EventType.DRIFT) -> list[FeedEvent]:
        """Return the events of a kind, oldest first."""
        return list(reversed(self.events.find(EventFilter(types=(kind,)), Page(1, 1000)).items))

    def transitions(self) -> list[JsonValue]:
        """Return the transitions that the stream told of, in the order of their calls."""
        return [event.payload["transition"] for event in self.feed()]
