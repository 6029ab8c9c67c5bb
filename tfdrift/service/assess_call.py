"""Decides what a call means now: detection against states and open drifts, secrets hidden, rules applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.comparison import equal, holds_secret
from tfdrift.domain.detection import detect
from tfdrift.domain.drift import DriftStatus, Fidelity, Origin, resource_hash
from tfdrift.domain.finding import DetectionOutcome, Finding
from tfdrift.domain.fingerprint import Fingerprint, hide_like
from tfdrift.domain.hidden_parameters import secret_texts
from tfdrift.domain.ignore_rules import IgnoreRule, IgnoreRules
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.lifecycle import resource_key
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.origin import NOT_APPROVED, is_own, origin_of, says_terraform
from tfdrift.domain.severity_overrides import judged_by
from tfdrift.domain.state_secrets import hide_by_schema
from tfdrift.service.policy import EventCatalog, Policy
from tfdrift.service.ports import DriftRepository, StateIndex, VersionedDrift


@dataclass(frozen=True, slots=True)
class IgnoredFinding:
    """A finding that a rule hides."""

    finding: Finding
    rule: IgnoreRule


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a call means: its origin, what is to be reported (one finding a drift), and what rules hide.

    `report_reason` says why a call is reported that calls itself Terraform's. `secrets` are the texts that
    the findings hide: whoever keeps the call hides them as well.
    """

    outcome: DetectionOutcome
    origin: Origin
    findings: tuple[Finding, ...] = ()
    ignored: tuple[IgnoredFinding, ...] = ()
    report_reason: str | None = None
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class AssessCall:
    """Assesses calls; reads states and drifts, writes nothing."""

    catalog: EventCatalog
    states: StateIndex
    drifts: DriftRepository
    policy: Policy

    def assess(self, record: CloudTrailRecord) -> Assessment:
        """Return what a call means against the states and the open drifts as they are now."""
        mappings = self.catalog.mappings(record.event_source, record.event_name)
        current = _OpenValues(self.drifts, record)
        detection = detect(record, mappings, self.states, current)
        principals = self.policy.terraform_principals
        origin = origin_of(record, principals)
        if not detection.findings:
            return Assessment(detection.outcome, origin)
        complete = [self._complete(finding, record) for finding in detection.findings]
        shown = _one_a_drift(complete, record)
        reported, ignored = _sorted_by(self.policy.ignore, shown, record, origin)
        doubtful = says_terraform(origin) and not is_own(origin, record, principals)
        reason = NOT_APPROVED if doubtful else None
        secrets = _secrets(detection.findings, complete)
        return Assessment(detection.outcome, origin, reported, ignored, reason, secrets)

    def _complete(self, finding: Finding, record: CloudTrailRecord) -> Finding:
        """Return the finding with secrets hidden, judged by the installation, and with its other states."""
        hidden = without_secrets(finding, self.policy.fingerprint)
        judged = judged_by(self.policy.severities, hidden, record)
        others = self._other_holders(judged, record)
        return replace(judged, also=others) if others else judged

    def _other_holders(self, finding: Finding, record: CloudTrailRecord) -> tuple[ManagedResource, ...]:
        own = finding.resource
        if own is None:
            return ()
        key = resource_key(finding, record)
        found = self.states.find(key.resource_type, key.account_id, key.region, key.resource_id)
        others = [
            other
            for other in found
            if other is not own and other.resource_id == own.resource_id and _place(other) != _place(own)
        ]
        return tuple(sorted(others, key=_place))


def _secrets(findings: Iterable[Finding], hidden: Iterable[Finding]) -> frozenset[str]:
    """Return the texts that findings with their secrets hidden no longer show."""
    changed = [
        (plain.actual, shown.actual)
        for plain, shown in zip(findings, hidden, strict=True)
        if shown.actual is not plain.actual
    ]
    return frozenset(secret for plain, shown in changed for secret in secret_texts(plain, shown))


def _place(resource: ManagedResource) -> tuple[str, str, str]:
    return (resource.state.bucket or "", resource.state.key, resource.address)


class _OpenValues:
    """The values that AWS has where a drift is open; each resource's drifts are read once."""

    def __init__(self, drifts: DriftRepository, record: CloudTrailRecord) -> None:
        self._drifts = drifts
        self._record = record
        self._known: dict[str, dict[str | None, VersionedDrift]] = {}

    def value(self, resource: ManagedResource, attribute: str) -> tuple[bool, JsonValue]:
        """Return whether a drift of that attribute is open, and if so the value that AWS has."""
        hashed = resource_hash(
            resource.account_id or self._record.account_id,
            resource.region or self._record.region,
            resource.resource_type,
            resource.resource_id,
        )
        if hashed not in self._known:
            stored = self._drifts.of_resource(hashed)
            self._known[hashed] = {entry.record.attribute: entry for entry in stored}
        entry = self._known[hashed].get(attribute)
        if entry is None or entry.record.status is DriftStatus.RESOLVED:
            return False, None
        return True, entry.record.new_value


def without_secrets(finding: Finding, fingerprint: Fingerprint) -> Finding:
    """Return the finding with secrets hidden on both sides, and compared again where that told anything.

    A secret that was set back to Terraform's value has Terraform's fingerprint, so it ends its drift.
    """
    if finding.actual is None:
        return finding
    expected: JsonValue = finding.expected
    actual: JsonValue = finding.actual
    if finding.attribute is not None:
        expected = hide_by_schema(finding.resource_type, finding.attribute, expected, fingerprint)
        actual = hide_by_schema(finding.resource_type, finding.attribute, actual, fingerprint)
    if holds_secret(expected):
        actual = hide_like(expected, actual, fingerprint)
    elif actual == finding.actual:
        return finding
    is_same = finding.fidelity is Fidelity.EXACT and _is_same(expected, actual)
    differs = finding.differs and not is_same
    return replace(finding, expected=expected, actual=actual, differs=differs)


def _is_same(expected: JsonValue, actual: JsonValue) -> bool:
    normaliser = "set" if isinstance(expected, list) else "plain"
    return equal(expected, actual, normaliser)


def _one_a_drift(findings: Sequence[Finding], record: CloudTrailRecord) -> tuple[Finding, ...]:
    """Keep one finding of those that several states make of one resource: the first that differs."""
    if len(findings) == 1:
        return tuple(findings)
    kept: dict[str, Finding] = {}
    for finding in findings:
        drift = resource_key(finding, record).drift_id(finding.attribute)
        if drift not in kept or (finding.differs and not kept[drift].differs):
            kept[drift] = finding
    return tuple(kept.values())


def _sorted_by(
    rules: IgnoreRules, findings: tuple[Finding, ...], record: CloudTrailRecord, origin: Origin
) -> tuple[tuple[Finding, ...], tuple[IgnoredFinding, ...]]:
    if not rules.rules:
        return findings, ()
    reported: list[Finding] = []
    ignored: list[IgnoredFinding] = []
    for finding in findings:
        rule = rules.deciding(finding, record.identity, origin)
        if rule is None:
            reported.append(finding)
        else:
            ignored.append(IgnoredFinding(finding, rule))
    return tuple(reported), tuple(ignored)
