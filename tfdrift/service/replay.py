"""Replays log files against state files: who changed what that Terraform manages, without AWS."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.collector import collector_paused
from tfdrift.domain.drift import DriftRecord, StateReference
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.ignore_rules import IgnoreRules
from tfdrift.domain.lifecycle import call_order
from tfdrift.domain.mapping import NO_RULES, SeverityRules
from tfdrift.domain.record_text import FastJson
from tfdrift.domain.terraform_state import TerraformState, UnreadableState, parse_state
from tfdrift.service.assess_call import AssessCall
from tfdrift.service.held_calls import WaitingCalls
from tfdrift.service.ingest_cloudtrail import IngestCloudTrail, IngestResult
from tfdrift.service.memory import (
    MemoryDriftRepository,
    MemoryEventLog,
    MemoryHiddenLog,
    MemoryStateIndex,
    NoHeldCalls,
)
from tfdrift.service.policy import EventCatalog, Policy
from tfdrift.service.replay_evidence import Evidence, Problem, read_evidence_files
from tfdrift.service.replay_summary import ReplaySummary, summarise
from tfdrift.service.track_drift import TrackDrift, untold

Progress = Callable[[int, int], None]
"""Called with how many records were replayed, and how many there are."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to read, and how messages call it; `read` raises OSError where it cannot be read."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class ReplayInput:
    """What to replay, and the policy to do it by (see `tfdrift.service.policy.Policy`).

    `problems` are those that were met while the files were looked for; `fast` is a faster decoder of JSON.
    """

    states: Sequence[InputFile]
    logs: Sequence[InputFile] = ()
    alerts: Sequence[InputFile] = ()
    ignore: IgnoreRules = field(default_factory=IgnoreRules)
    terraform_principals: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    fast: FastJson | None = None
    severities: SeverityRules = NO_RULES


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The drifts, oldest change first, the counts, what could not be read, and what rules hid."""

    drifts: tuple[DriftRecord, ...]
    summary: ReplaySummary
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    hidden: tuple[HiddenChange, ...] = ()


class _RecordedTime:
    """A clock that stands at the call being replayed, so that the same input gives the same output."""

    def __init__(self) -> None:
        self.moment = datetime.fromtimestamp(0, UTC)

    def now(self) -> datetime:
        """Return the moment of the call being replayed."""
        return self.moment


@collector_paused()
def replay(wanted: ReplayInput, catalog: EventCatalog, progress: Progress | None = None) -> ReplayResult:
    """Return what the records did to the resources of the states.

    States are snapshots and usually newer than the records. So calls of Terraform's own are counted and not
    reported, if they come from an approved caller; where such a call sets the state's value it ends an
    earlier drift. Records are taken in the order of their times, whatever the order of the files.

    The key of secrets' fingerprints comes from the states' content, so that the output is the same each time
    and nobody without the states can try out guesses.
    """
    problems = list(wanted.problems)
    contents = _read_all(wanted.states, problems)
    fingerprint = Fingerprint(_key([data for _, data in contents]))
    states, notes = _newest_versions(_parse_all(contents, fingerprint, problems))
    evidence = read_evidence_files(wanted.logs, wanted.alerts, catalog.sources_of, problems, wanted.fast)
    policy = Policy(fingerprint, wanted.ignore, wanted.terraform_principals, severities=wanted.severities)
    drifts = MemoryDriftRepository(MemoryEventLog())
    clock = _RecordedTime()
    ingest = _ingest(states, drifts, catalog, policy, clock)
    results = _replay_records(evidence, ingest, clock, progress)
    found = tuple(sorted(drifts.all(), key=lambda drift: (drift.timestamp, drift.id)))
    return ReplayResult(
        drifts=found,
        summary=summarise(states, evidence, results, found, problems),
        problems=tuple(problems),
        notes=notes,
        hidden=tuple(change for _, result in results for change in result.hidden),
    )


def _read_all(files: Iterable[InputFile], problems: list[Problem]) -> list[tuple[str, bytes]]:
    contents = []
    for file in files:
        try:
            contents.append((file.name, file.read()))
        except OSError as error:
            problems.append(Problem(file.name, f"cannot be read: {error.strerror or error}"))
    return contents


def _key(contents: Iterable[bytes]) -> bytes:
    digests = sorted(hashlib.sha256(data).digest() for data in contents)
    return hashlib.sha256(b"".join(digests)).digest()


def _parse_all(
    contents: Iterable[tuple[str, bytes]], fingerprint: Fingerprint, problems: list[Problem]
) -> list[TerraformState]:
    states = []
    for name, data in contents:
        try:
            states.append(parse_state(data, bucket=None, key=name, fingerprint=fingerprint))
        except UnreadableState as error:
            where = name if error.line is None else f"{name}:{error.line}"
            problems.append(Problem(where, str(error)))
    return states


def _newest_versions(states: Iterable[TerraformState]) -> tuple[list[TerraformState], tuple[str, ...]]:
    """Leave out what is an older version of another file's state (a backup, say)."""
    newest: dict[str, StateReference] = {}
    kept = list(states)
    for state in kept:
        lineage, there = state.reference.lineage, newest.get(state.reference.lineage)
        if lineage and (there is None or state.reference.serial > there.serial):
            newest[lineage] = state.reference
    notes = []
    for state in list(kept):
        best = newest.get(state.reference.lineage, state.reference)
        if state.reference.serial < best.serial:
            kept.remove(state)
            notes.append(
                f"{state.reference.key}: left out, since {best.key} is a newer version of the same state "
                f"(serial {best.serial} after {state.reference.serial})"
            )
    return kept, tuple(notes)


def _ingest(
    states: Iterable[TerraformState],
    drifts: MemoryDriftRepository,
    catalog: EventCatalog,
    policy: Policy,
    clock: _RecordedTime,
) -> IngestCloudTrail:
    index = MemoryStateIndex()
    for state in states:
        index.replace(
            state.reference,
            state.resources,
            terraform_version=state.terraform_version,
            indexed_at=clock.moment,
        )
    tracker = TrackDrift(drifts, event_of=untold)
    assess = AssessCall(catalog, index, drifts, policy)
    waiting = WaitingCalls(NoHeldCalls(), assess, tracker, policy, keeps=False)
    return IngestCloudTrail(assess, tracker, waiting, MemoryHiddenLog(), clock.now)


def _replay_records(
    evidence: Evidence, ingest: IngestCloudTrail, clock: _RecordedTime, progress: Progress | None
) -> list[tuple[CloudTrailRecord, IngestResult]]:
    records = sorted(evidence.records.values(), key=call_order)
    results = []
    for number, record in enumerate(records, start=1):
        clock.moment = record.event_time
        results.append((record, ingest.ingest(record)))
        if progress is not None:
            progress(number, len(records))
    return results
