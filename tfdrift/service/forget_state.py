"""Forgets a state whose object is gone: its resources are managed no more, and the stream says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from tfdrift.domain.drift import StateReference
from tfdrift.domain.lifecycle import Transition
from tfdrift.domain.state_changes import StateChange, state_changes
from tfdrift.service.adopt_state import AdoptState, NewVersion
from tfdrift.service.ingest_state import state_change_event
from tfdrift.service.ports import EventLog, StateIndex


class ForgettingIndex(StateIndex, Protocol):
    """A state index whose states can go."""

    def remove(self, reference: StateReference) -> bool:
        """Remove a state, if that version of it is still the current one; False if it is not."""
        ...


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went with a state: its resources, and the drifts that ended."""

    changes: tuple[StateChange, ...] = ()
    transitions: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class ForgetState:
    """Takes in that a state's object was deleted, as often as it is told."""

    states: ForgettingIndex
    events: EventLog
    adopt: AdoptState
    now: Callable[[], datetime]

    def forget(self, bucket: str | None, key: str) -> Forgotten:
        """Remove a state from the index; its resources' removal is told before, so that none goes untold.

        A version that is indexed meanwhile stays.
        """
        reference = self._current(bucket, key)
        if reference is None:
            return Forgotten()
        now = self.now()
        changes = state_changes(self.states.resources_of(bucket, key), ())
        for change in changes:
            event = state_change_event(change, reference, now)
            self.events.append(replace(event, event_id=f"{event.event_id}:deleted"))
        if not self.states.remove(reference):
            return Forgotten()
        transitions = self.adopt.adopt(NewVersion(reference, (), changes, now))
        return Forgotten(tuple(changes), transitions)

    def _current(self, bucket: str | None, key: str) -> StateReference | None:
        for summary in self.states.states():
            if (summary.reference.bucket, summary.reference.key) == (bucket, key):
                return summary.reference
        return None
