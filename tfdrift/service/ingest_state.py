"""Takes in one version of a Terraform state: the index, the stream's state changes, held calls and drifts."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.drift import StateReference
from tfdrift.domain.drift_json import state_reference_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.lifecycle import Transition
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.state_changes import StateChange, state_changes
from tfdrift.domain.terraform_state import parse_state
from tfdrift.domain.timestamps import format_time
from tfdrift.service.adopt_state import AdoptState, NewVersion
from tfdrift.service.held_calls import WaitingCalls
from tfdrift.service.policy import Policy
from tfdrift.service.ports import EventLog, StateIndex


@dataclass(frozen=True, slots=True)
class StateResult:
    """What a version of a state did.

    Attributes
    ----------
    reference
        The version.
    is_stale
        Whether a newer version is indexed already: then nothing was done.
    resource_count
        How many managed instances it holds.
    changes
        The resources that it altered.
    settled_calls
        How many calls of Terraform's own it explained.
    transitions
        The steps of drifts that it made.
    """

    reference: StateReference
    is_stale: bool
    resource_count: int
    changes: tuple[StateChange, ...] = ()
    settled_calls: int = 0
    transitions: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestState:
    """Takes in versions of states, in any order and as often as they are delivered."""

    states: StateIndex
    events: EventLog
    waiting: WaitingCalls
    adopt: AdoptState
    policy: Policy
    now: Callable[[], datetime]

    def ingest(
        self,
        data: bytes,
        *,
        bucket: str | None,
        key: str,
        version_id: str | None = None,
        owner_id: str | None = None,
    ) -> StateResult:
        """Take in a state's content; `owner_id` is the account that it belongs to, where known.

        The state changes are written before the index is switched, so that a delivery that was cut short is
        made good by the next one; their ids are the version's own, so that none is written twice.

        Raises
        ------
        UnreadableState
            Where the content is no state that can be read; nothing was changed.
        ConcurrentUpdate
            Where other writers were faster again and again; delivering it again is then right.
        """
        state = parse_state(
            data,
            bucket=bucket,
            key=key,
            version_id=version_id,
            owner_id=owner_id,
            fingerprint=self.policy.fingerprint,
        )
        count = len(state.resources)
        if self._is_stale(state.reference):
            return StateResult(state.reference, is_stale=True, resource_count=count)
        now = self.now()
        before = self.states.resources_of(bucket, key)
        changes = state_changes(before, state.resources)
        for change in changes:
            self.events.append(state_change_event(change, state.reference, now))
        replaced = self.states.replace(
            state.reference, state.resources, terraform_version=state.terraform_version, indexed_at=now
        )
        if not replaced:
            return StateResult(state.reference, is_stale=True, resource_count=count)
        accounts = _accounts([*before, *state.resources], owner_id)
        settled, ended = self.waiting.settle_by_state(accounts, state.reference, now)
        adopted = self.adopt.adopt(NewVersion(state.reference, state.resources, changes, now))
        return StateResult(
            state.reference,
            is_stale=False,
            resource_count=count,
            changes=changes,
            settled_calls=settled,
            transitions=(*ended, *adopted),
        )

    def _is_stale(self, reference: StateReference) -> bool:
        return any(
            summary.reference.lineage == reference.lineage and summary.reference.serial > reference.serial
            for summary in self.states.states()
            if (summary.reference.bucket, summary.reference.key) == (reference.bucket, reference.key)
        )


def state_change_event(change: StateChange, reference: StateReference, moment: datetime) -> FeedEvent:
    """Return the event that tells of one altered resource; the same version gives the same id."""
    resource = change.resource
    version = reference.version_id or f"{reference.lineage}:{reference.serial}"
    name = "\x1f".join((reference.bucket or "", reference.key, version, resource.address))
    return FeedEvent(
        event_id=f"state:{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}",
        type=EventType.STATE_CHANGE,
        timestamp=moment,
        payload={
            "resource": resource.address,
            "action": change.action.value,
            "serial": reference.serial,
            "resource_type": resource.resource_type,
            "resource_id": resource.resource_id,
            "provider": resource.provider,
            "account_id": resource.account_id,
            "region": resource.region,
            "state": state_reference_to_json(reference),
            "changed_attributes": list(change.changed_attributes),
            "timestamp": format_time(moment),
        },
        resource_type=resource.resource_type,
        account_id=resource.account_id,
        region=resource.region,
        resource_id=resource.resource_id,
    )


def _accounts(resources: Iterable[ManagedResource], owner_id: str | None) -> tuple[str, ...]:
    named = {resource.account_id for resource in resources} | {owner_id}
    return tuple(sorted(account for account in named if account is not None))
