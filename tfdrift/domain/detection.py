"""Decides what a CloudTrail record means for the resources that Terraform manages."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from tfdrift.domain.attribute_changes import find_resources, target_changes
from tfdrift.domain.change import Change
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import Fidelity, Severity
from tfdrift.domain.elements import one_by_one
from tfdrift.domain.finding import (
    CurrentValues,
    Detection,
    DetectionOutcome,
    Finding,
    Lookup,
    StateValues,
)
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.mapping import EventMapping, SeverityRules, Target
from tfdrift.domain.new_value import holds
from tfdrift.domain.normalisers.plain import plain
from tfdrift.domain.parameters import values_at
from tfdrift.domain.security_group_changes import security_group_changes
from tfdrift.domain.severity import TOUCHED, Judged, severity_of, severity_of_touch
from tfdrift.domain.touched_resources import touched_resources
from tfdrift.domain.values_so_far import ValuesSoFar

__all__ = [
    "TRANSLATORS",
    "CurrentValues",
    "Detection",
    "DetectionOutcome",
    "Finding",
    "Lookup",
    "StateValues",
    "detect",
]

Translator = Callable[[CloudTrailRecord, Lookup, CurrentValues], tuple[Change, ...]]

TRANSLATORS: Mapping[str, Translator] = MappingProxyType({"security_group_rules": security_group_changes})
"""The translations that take more than a row of data, by the name that a row gives."""

READING = re.compile(r"(?:Describe|List|Get|Head|Lookup|Search|BatchGet|Query|Scan|Select)(?=[A-Z])")
"""The beginnings of the names of operations that read."""

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_CALL_TYPES = frozenset({"", "AwsApiCall", "AwsServiceEvent", "AwsConsoleAction"})
_CHANGING_CATEGORIES = frozenset({None, "", "Management"})
_CALL_TYPES_IF_MAPPED = _CALL_TYPES | {"AwsConsoleSignIn"}
_CHANGING_CATEGORIES_IF_MAPPED = _CHANGING_CATEGORIES | {"Data"}
_OMITTED = (Severity.MEDIUM, "a managed resource was changed; CloudTrail left the parameters out")


def detect(
    record: CloudTrailRecord,
    mappings: Sequence[EventMapping],
    lookup: Lookup,
    current: CurrentValues,
) -> Detection:
    """Return what a record changed; never raises, whatever the record holds.

    Failed calls and dry runs are not drift (decision 3,
    https://github.com/cloud-custodian/cloud-custodian/issues/9648), nor are read-only ones. An event without
    a mapping that names a managed resource is a finding of fidelity ``event_only`` (decision 8).

    Parameters
    ----------
    record
        The call.
    mappings
        The catalog's rows for the call's source and name.
    lookup
        The state index.
    current
        What AWS is known to have where a drift is open.
    """
    outcome = _not_drift(record, mappings)
    if outcome is not None:
        return Detection(outcome)
    if not mappings:
        return _unmapped(record, lookup)
    if record.parameters_omitted:
        return _omitted(record, mappings, lookup)
    severities = mappings[0].severities
    seen = ValuesSoFar(current)
    for mapping in mappings:
        for change in _changes(record, mapping, lookup, seen):
            seen.note(change)
    findings = _sorted([_finding(record, change, severities) for change in seen.changes()])
    return Detection(_outcome(findings), findings)


def _not_drift(record: CloudTrailRecord, mappings: Sequence[EventMapping]) -> DetectionOutcome | None:
    if record.error_code is not None or _is_dry_run(record):
        return DetectionOutcome.FAILED
    if record.read_only or (record.read_only is None and READING.match(record.event_name)):
        return DetectionOutcome.READ_ONLY
    if any(not mapping.changes for mapping in mappings) or not _may_change(record, mapped=bool(mappings)):
        return DetectionOutcome.NOT_A_CHANGE
    return None


def _is_dry_run(record: CloudTrailRecord) -> bool:
    return any(plain(value) is True for value in values_at(record, "request.dryRun"))


def _may_change(record: CloudTrailRecord, *, mapped: bool) -> bool:
    """Return whether a record is of a call that may change configuration.

    Data events are, if the catalog has them: an object of a bucket may be a resource. So are older records of
    the billing console, which have the type of sign-ins.
    """
    if mapped:
        return (
            record.event_type in _CALL_TYPES_IF_MAPPED
            and record.event_category in _CHANGING_CATEGORIES_IF_MAPPED
        )
    return record.event_type in _CALL_TYPES and record.event_category in _CHANGING_CATEGORIES


def _changes(
    record: CloudTrailRecord, mapping: EventMapping, lookup: Lookup, current: CurrentValues
) -> Iterator[Change]:
    for target in mapping.targets:
        for part in one_by_one(record, target.each):
            if not holds(target.when, part):
                continue
            translator = target.ways[0].translator
            if translator is not None:
                yield from TRANSLATORS[translator](part, lookup, current)
            else:
                yield from target_changes(part, target, lookup, current)


def _unmapped(record: CloudTrailRecord, lookup: Lookup) -> Detection:
    touched = touched_resources(record, lookup)
    findings = _sorted([_unspecified(resource, Fidelity.EVENT_ONLY, TOUCHED) for resource in touched])
    return Detection(DetectionOutcome.FINDINGS if findings else DetectionOutcome.UNMAPPED, findings)


def _omitted(record: CloudTrailRecord, mappings: Sequence[EventMapping], lookup: Lookup) -> Detection:
    """Judge a call whose parameters CloudTrail left out: the record still names resources here and there."""
    targets: list[Target] = [target for mapping in mappings for target in mapping.targets]
    named = [r for target in targets for way in target.ways for r in find_resources(record, way, lookup)]
    resources = named or touched_resources(record, lookup)
    findings = _sorted([_unspecified(resource, Fidelity.OMITTED, _OMITTED) for resource in resources])
    return Detection(_outcome(findings), findings)


def _unspecified(resource: ManagedResource, fidelity: Fidelity, judged: tuple[Severity, str]) -> Finding:
    severity, reason = judged
    change = Change(
        resource,
        resource.resource_type,
        resource.resource_id,
        None,
        None,
        None,
        differs=True,
        fidelity=fidelity,
    )
    return _judged(change, severity, reason)


def _finding(record: CloudTrailRecord, change: Change, rules: SeverityRules) -> Finding:
    judged = Judged(
        change.resource_type,
        change.attribute,
        record.event_name,
        change.change_type,
        change.expected,
        change.actual,
        change.differs,
        record.account_id,
    )
    judge = severity_of_touch if change.fidelity is Fidelity.EVENT_ONLY else severity_of
    return _judged(change, *judge(judged, rules))


def _judged(change: Change, severity: Severity, reason: str) -> Finding:
    return Finding(
        resource=change.resource,
        resource_type=change.resource_type,
        resource_id=change.resource_id,
        address=change.resource.address if change.resource else None,
        attribute=change.attribute,
        expected=change.expected,
        actual=change.actual,
        differs=change.differs,
        change_type=change.change_type,
        severity=severity,
        severity_reason=reason,
        fidelity=change.fidelity,
        parent=change.parent,
    )


def _outcome(findings: Sequence[Finding]) -> DetectionOutcome:
    if any(finding.managed or finding.parent is not None for finding in findings):
        return DetectionOutcome.FINDINGS
    return DetectionOutcome.NO_MANAGED_RESOURCE


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted, one for each attribute of a resource.

    Where two states hold the same resource, one that differs is kept: the drift's identity is the resource's.
    """
    if len(findings) <= 1:
        return tuple(findings)
    kept: dict[tuple[str, str, str], Finding] = {}
    for finding in findings:
        key = (finding.resource_type, finding.resource_id, finding.attribute or "")
        other = kept.get(key)
        if other is None or (finding.differs and not other.differs):
            kept[key] = finding
    return tuple(sorted(kept.values(), key=_order))


def _order(finding: Finding) -> tuple[str, str, str, str]:
    return (finding.address or "", finding.resource_type, finding.resource_id, finding.attribute or "")
