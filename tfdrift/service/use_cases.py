"""Puts the use cases together over one set of ports, the same for handlers, demo and replay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tfdrift.service.acknowledge import Acknowledgements
from tfdrift.service.adopt_state import AdoptState
from tfdrift.service.assess_call import AssessCall
from tfdrift.service.held_calls import ReleaseHeldCalls, WaitingCalls
from tfdrift.service.ingest_cloudtrail import IngestCloudTrail
from tfdrift.service.ingest_falco import IngestFalco
from tfdrift.service.ingest_state import IngestState
from tfdrift.service.policy import EventCatalog, Policy
from tfdrift.service.ports import DriftRepository, EventLog, HeldCalls, HiddenLog, StateIndex
from tfdrift.service.queries import Queries
from tfdrift.service.track_drift import TrackDrift


@dataclass(frozen=True, slots=True)
class Ports:
    """One storage: everything that the use cases read and write."""

    states: StateIndex
    drifts: DriftRepository
    events: EventLog
    held: HeldCalls
    hidden: HiddenLog


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the product does."""

    ingest_cloudtrail: IngestCloudTrail
    ingest_falco: IngestFalco
    ingest_state: IngestState
    release_held_calls: ReleaseHeldCalls
    acknowledgements: Acknowledgements
    queries: Queries


def build_use_cases(
    ports: Ports, catalog: EventCatalog, policy: Policy, now: Callable[[], datetime]
) -> UseCases:
    """Return the use cases over a storage; `now` returns the current moment in UTC."""
    tracker = TrackDrift(ports.drifts)
    assess = AssessCall(catalog, ports.states, ports.drifts, policy)
    waiting = WaitingCalls(ports.held, assess, tracker, policy)
    cloudtrail = IngestCloudTrail(assess, tracker, waiting, ports.hidden, now)
    return UseCases(
        ingest_cloudtrail=cloudtrail,
        ingest_falco=IngestFalco(ports.events, catalog, cloudtrail, now),
        ingest_state=IngestState(
            ports.states,
            ports.events,
            waiting,
            AdoptState(catalog, ports.states, ports.drifts, tracker, policy.fingerprint),
            policy,
            now,
        ),
        release_held_calls=ReleaseHeldCalls(waiting),
        acknowledgements=Acknowledgements(ports.drifts, tracker, now),
        queries=Queries(ports.drifts, ports.events, ports.states),
    )
