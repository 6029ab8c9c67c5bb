"""Reads the log and alert files of a replay into records, each call once, and notes what cannot be used."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tfdrift.domain.cloudtrail_parser import InvalidRecord, RecordHead, complete, parse_head
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.envelopes import (
    AlertFound,
    ObjectReference,
    RecordFound,
    RecordText,
    Skipped,
    Unwrapped,
    read_evidence_fast,
)
from tfdrift.domain.falco_alert import InvalidAlert, cloudtrail_evidence, parse_alert
from tfdrift.domain.json_reading import InvalidJson
from tfdrift.domain.json_value import JsonObject
from tfdrift.domain.record_text import FastJson

CallKey = tuple[str, str, str]
SourcesOf = Callable[[str], Sequence[str]]


class ReadableFile(Protocol):
    """A file to read."""

    @property
    def name(self) -> str:
        """How messages call it."""
        ...

    @property
    def read(self) -> Callable[[], bytes]:
        """Returns its content; raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: ``file`` or ``file:line``, and why."""

    where: str
    reason: str


@dataclass(slots=True)
class Evidence:
    """What the files held.

    `records` are the calls that may have changed something, each once, by account, eventID and operation.
    Failed and read-only calls change nothing and are only counted.
    """

    records: dict[CallKey, CloudTrailRecord] = field(default_factory=dict)
    seen: set[CallKey] = field(default_factory=set)
    records_read: int = 0
    duplicates: int = 0
    failed: int = 0
    read_only: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    alerts_read: int = 0
    alert_ids: set[str] = field(default_factory=set)
    duplicate_alerts: int = 0
    records_from_alerts: int = 0


def read_evidence_files(
    logs: Iterable[ReadableFile],
    alerts: Iterable[ReadableFile],
    sources_of: SourcesOf,
    problems: list[Problem],
    fast: FastJson | None = None,
) -> Evidence:
    """Return what the files hold; what cannot be read is added to `problems`, and the rest goes on.

    A file may hold both records and alerts, whichever list it is in. `fast` is a faster decoder of JSON.
    """
    evidence = Evidence()
    for item in _items([*logs, *alerts], problems, fast):
        if isinstance(item, RecordText):
            _take_text(item, evidence, problems)
        elif isinstance(item, RecordFound):
            _take_record(item, evidence, problems)
        elif isinstance(item, AlertFound):
            _take_alert(item.obj, item.where, evidence, sources_of, problems)
        elif isinstance(item, ObjectReference):
            problems.append(
                Problem(item.where, f"names the object s3://{item.bucket}/{item.key}: give the object itself")
            )
        elif isinstance(item, Skipped):
            evidence.skipped[item.reason] += 1
        else:
            problems.append(Problem(item.where, item.reason))
    return evidence


def _items(
    files: Iterable[ReadableFile], problems: list[Problem], fast: FastJson | None
) -> Iterator[Unwrapped | RecordText]:
    for file in files:
        try:
            data = file.read()
        except OSError as error:
            problems.append(Problem(file.name, f"cannot be read: {error.strerror or error}"))
            continue
        yield from read_evidence_fast(data, name=file.name, fast=fast)


def _take_text(found: RecordText, evidence: Evidence, problems: list[Problem]) -> None:
    try:
        _keep(found.head, found.whole, evidence)
    except InvalidJson as error:
        problems.append(Problem(found.where, str(error)))


def _take_record(found: RecordFound, evidence: Evidence, problems: list[Problem]) -> None:
    try:
        head = parse_head(found.obj, default_account=found.default_account)
    except InvalidRecord as error:
        problems.append(Problem(found.where, str(error)))
        return
    _keep(head, lambda: complete(head, found.obj), evidence)


def _take_alert(
    obj: JsonObject, where: str, evidence: Evidence, sources_of: SourcesOf, problems: list[Problem]
) -> None:
    try:
        alert = parse_alert(obj)
    except InvalidAlert as error:
        problems.append(Problem(where, str(error)))
        return
    evidence.alerts_read += 1
    if alert.event_id in evidence.alert_ids:
        evidence.duplicate_alerts += 1
        return
    evidence.alert_ids.add(alert.event_id)
    record = cloudtrail_evidence(alert, sources_of=sources_of)
    if record is not None:
        evidence.records_from_alerts += 1
        _keep(record, lambda: record, evidence)


def _keep(
    head: RecordHead | CloudTrailRecord, whole_record: Callable[[], CloudTrailRecord], evidence: Evidence
) -> None:
    """Count a record, and keep the whole of it if it may have changed something.

    What `whole_record` raises is passed on, and the record is then not counted.
    """
    # Published samples share made-up ids; the same id of another operation is surely another call.
    key = (*head.key, head.event_name)
    if key in evidence.seen:
        _keep_fuller(key, whole_record, evidence)
        evidence.duplicates += 1
    elif head.error_code is not None:
        evidence.failed += 1
    elif head.read_only:
        evidence.read_only += 1
    else:
        evidence.records[key] = whole_record()
    evidence.seen.add(key)
    evidence.records_read += 1


def _keep_fuller(key: CallKey, whole_record: Callable[[], CloudTrailRecord], evidence: Evidence) -> None:
    """Keep the fuller of two accounts of a call: an alert tells less of it than CloudTrail's own record."""
    there = evidence.records.get(key)
    if there is not None and there.parameters_omitted:
        fuller = whole_record()
        if not fuller.parameters_omitted:
            evidence.records[key] = fuller
