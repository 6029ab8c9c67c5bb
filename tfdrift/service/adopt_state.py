"""Ends or updates open drifts by a new version of a state: what Terraform took over is drift no more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift.domain.attribute_path import attribute_at, is_known
from tfdrift.domain.comparison import equal
from tfdrift.domain.drift import (
    NOT_OVER,
    ChangeType,
    DriftRecord,
    Fidelity,
    Resolution,
    ResolutionHow,
    StateReference,
    resource_hash,
)
from tfdrift.domain.fingerprint import Fingerprint, hide_like
from tfdrift.domain.json_value import JsonValue
from tfdrift.domain.lifecycle import Transition, expect, resolve, take_over
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.mapping import AttributeRule
from tfdrift.domain.rule_set import atoms_of_blocks
from tfdrift.domain.state_changes import StateAction, StateChange
from tfdrift.service.policy import EventCatalog
from tfdrift.service.ports import DriftFilter, DriftRepository, StateIndex
from tfdrift.service.track_drift import TrackDrift
from tfdrift.service.walk import every_drift

_GROUPS = ("aws_security_group", "aws_default_security_group")
_RULES = ("ingress", "egress")


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a state that was just indexed, and what it altered."""

    reference: StateReference
    resources: Sequence[ManagedResource]
    changes: Sequence[StateChange]
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class AdoptState:
    """Considers the drifts that are not over in the light of a new version of a state."""

    catalog: EventCatalog
    states: StateIndex
    drifts: DriftRepository
    tracker: TrackDrift
    fingerprint: Fingerprint

    def adopt(self, version: NewVersion) -> tuple[Transition, ...]:
        """Apply the new version to each drift that it tells of, and return the steps made."""
        by_id: dict[tuple[str, str], list[ManagedResource]] = defaultdict(list)
        for resource in version.resources:
            for identifier in {resource.resource_id, *resource.identifiers}:
                by_id[resource.resource_type, identifier].append(resource)
        altered = {change.resource.address for change in version.changes}
        steps = []
        for drift in self._candidates(version):
            described = _described(drift, by_id[drift.resource_type, drift.resource_id])
            decision = self._decision(drift, described, version, altered)
            if decision is not None:
                steps.append(self._store(drift, decision, version))
        return tuple(step for step in steps if step is not None)

    def _candidates(self, version: NewVersion) -> Iterator[DriftRecord]:
        """Yield the drifts that are not over, each once, as far as listings and direct reads show them."""
        seen: dict[str, DriftRecord] = {}
        for drift in every_drift(self.drifts, DriftFilter(statuses=NOT_OVER)):
            seen[drift.id] = drift
        # Listings lag behind writes; what the version altered is read directly as well.
        for hashed in _hashes(version.changes):
            for entry in self.drifts.of_resource(hashed):
                if entry.record.status in NOT_OVER:
                    seen[entry.record.id] = entry.record
        yield from (seen[drift_id] for drift_id in sorted(seen))

    def _decision(
        self,
        drift: DriftRecord,
        described: ManagedResource | None,
        version: NewVersion,
        altered: set[str],
    ) -> "_Decision | None":
        if described is None:
            return _Adopted() if self._left_terraform(drift, version.reference) else None
        if drift.is_unmanaged_creation:
            return _Adopted()
        if drift.attribute is None or _is_unseen(drift):
            is_there_again = drift.change_type is ChangeType.DELETED
            explained = described.address in altered or self._is_operation(drift)
            return _Adopted() if explained and not is_there_again else None
        if not is_known(described.attributes, drift.attribute):
            return None
        expected = attribute_at(described.attributes, drift.attribute)
        if self._equal(drift, expected, hide_like(expected, drift.new_value, self.fingerprint)):
            return _Adopted()
        if not drift.managed:
            return _TakenOver(described, expected)
        return None if self._equal(drift, expected, drift.old_value) else _Expected(expected)

    def _is_operation(self, drift: DriftRecord) -> bool:
        """Return whether a drift is of a call that leaves every attribute as it is, such as a reboot.

        No state can show it: it is over when the resource is described again.
        """
        mappings = self.catalog.mappings(drift.cause.event_source, drift.cause.event_name)
        ways = [way for mapping in mappings for target in mapping.targets for way in target.ways]
        return bool(ways) and not any(
            way.attributes or way.translator or way.change is not ChangeType.MODIFIED for way in ways
        )

    def _left_terraform(self, drift: DriftRecord, reference: StateReference) -> bool:
        """Return whether the drift's resource was in this state and is in none now."""
        was_here = drift.state is not None and _same_state(drift.state, reference)
        return was_here and not self.states.find(
            drift.resource_type, drift.account_id, drift.region, drift.resource_id
        )

    def _equal(self, drift: DriftRecord, one: JsonValue, other: JsonValue) -> bool:
        """Return whether two values of the drift's attribute are the same to Terraform."""
        if one == other:
            return True
        if drift.resource_type in _GROUPS and drift.attribute in _RULES:
            return atoms_of_blocks(one, drift.resource_id) == atoms_of_blocks(other, drift.resource_id)
        return any(equal(one, other, rule.normaliser, rule.default) for rule in self._rules(drift))

    def _rules(self, drift: DriftRecord) -> Iterator[AttributeRule]:
        for mapping in self.catalog.mappings(drift.cause.event_source, drift.cause.event_name):
            for target in mapping.targets:
                for way in target.ways:
                    if drift.resource_type in way.types:
                        yield from (rule for rule in way.attributes if rule.attribute == drift.attribute)

    def _store(self, drift: DriftRecord, decision: "_Decision", version: NewVersion) -> Transition | None:
        state = version.reference

        def decide(current: DriftRecord | None) -> Transition | None:
            if current is None or current.cause != drift.cause:
                return None
            if isinstance(decision, _Expected):
                return expect(current, decision.value, state)
            if isinstance(decision, _TakenOver):
                hidden = hide_like(decision.value, current.new_value, self.fingerprint)
                return take_over(replace(current, new_value=hidden), decision.resource, decision.value)
            ending = Resolution(ResolutionHow.ADOPTED, None, version.arrived_at)
            return resolve(current, ending)

        cause = f"state:{state.lineage}:{state.serial}:{state.version_id or ''}"
        return self.tracker.step(drift.id, cause, version.arrived_at, decide)


@dataclass(frozen=True, slots=True)
class _Adopted:
    """The state has what AWS has."""


@dataclass(frozen=True, slots=True)
class _Expected:
    """The state has a value of its own."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class _TakenOver:
    """The state manages what nobody managed, with a value of its own."""

    resource: ManagedResource
    value: JsonValue


_Decision = _Adopted | _Expected | _TakenOver


def _hashes(changes: Iterable[StateChange]) -> set[str]:
    return {
        resource_hash(
            change.resource.account_id,
            change.resource.region,
            change.resource.resource_type,
            change.resource.resource_id,
        )
        for change in changes
        if change.action is not StateAction.ADDED
        and change.resource.account_id is not None
        and change.resource.region is not None
    }


def _described(drift: DriftRecord, resources: Iterable[ManagedResource]) -> ManagedResource | None:
    """Return the version's resource that a drift is of."""
    for resource in resources:
        same_account = resource.account_id in (None, drift.account_id)
        if same_account and resource.region in (None, drift.region):
            return resource
    return None


def _is_unseen(drift: DriftRecord) -> bool:
    unknown = drift.fidelity in (Fidelity.EVENT_ONLY, Fidelity.OMITTED)
    return unknown or (drift.fidelity is Fidelity.PARTIAL and drift.new_value is None)


def _same_state(one: StateReference, other: StateReference) -> bool:
    return (one.bucket, one.key) == (other.bucket, other.key)
