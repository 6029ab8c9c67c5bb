"""Lets people take note of drifts, take that back, and have it end by itself when its time has passed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tfdrift.domain.drift import Acknowledgement, DriftRecord, DriftStatus
from tfdrift.domain.lifecycle import Transition, acknowledge, expire_acknowledgement, unacknowledge
from tfdrift.domain.timestamps import format_time
from tfdrift.service.ports import DriftFilter, DriftRepository
from tfdrift.service.track_drift import Decide, TrackDrift
from tfdrift.service.walk import every_drift


class UnknownDrift(Exception):  # noqa: N818 - names what was asked for
    """There is no drift with that id."""


class DriftIsOver(Exception):  # noqa: N818 - names what was found
    """The drift is resolved: there is nothing left to take note of."""


class TimeHasPassed(ValueError):  # noqa: N818 - names what was asked for
    """The acknowledgement would have ended before it began."""


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """What people say of drifts. Each step is an event of the stream and an entry of the drift's history."""

    drifts: DriftRepository
    tracker: TrackDrift
    now: Callable[[], datetime]

    def acknowledge(
        self, drift_id: str, by: str, *, note: str | None = None, until: datetime | None = None
    ) -> DriftRecord:
        """Take note of a drift and return its record; the same again changes nothing.

        Raises
        ------
        UnknownDrift, DriftIsOver
            Where there is nothing to take note of.
        TimeHasPassed
            Where `until` is not in the future.
        ConcurrentUpdate
            Where other writers were faster again and again.
        """
        now = self.now()
        if until is not None and until <= now:
            raise TimeHasPassed("the time until which it is to hold has passed")
        taken = Acknowledgement(by, now, note, until)
        return self._say(drift_id, "acknowledged", now, lambda drift: acknowledge(drift, taken))

    def unacknowledge(self, drift_id: str, by: str, *, note: str | None = None) -> DriftRecord:
        """Take an acknowledgement back and return the record; where there is none, nothing changes.

        Raises `UnknownDrift`, `DriftIsOver` and `ConcurrentUpdate` as `acknowledge` does.
        """
        now = self.now()
        return self._say(drift_id, "unacknowledged", now, lambda drift: unacknowledge(drift, by, note))

    def reopen_expired(self, now: datetime) -> tuple[Transition, ...]:
        """Open again what is acknowledged until a moment that has passed; twice does no harm."""
        acknowledged = DriftFilter(statuses=(DriftStatus.ACKNOWLEDGED,))
        steps = [self._reopen(drift, now) for drift in list(every_drift(self.drifts, acknowledged))]
        return tuple(step for step in steps if step is not None)

    def _reopen(self, listed: DriftRecord, now: datetime) -> Transition | None:
        if expire_acknowledgement(listed, now) is None:
            return None
        until = listed.acknowledgement.until if listed.acknowledgement else None
        cause = f"acknowledged-until:{format_time(until or now)}"
        return self.tracker.step(listed.id, cause, now, _of_known(lambda d: expire_acknowledgement(d, now)))

    def _say(
        self, drift_id: str, what: str, now: datetime, decide: Callable[[DriftRecord], Transition | None]
    ) -> DriftRecord:
        found = self.drifts.get(drift_id)
        if found is None:
            raise UnknownDrift(drift_id)
        step = self.tracker.step(drift_id, f"{what}:{format_time(now)}", now, _of_known(decide))
        if step is not None:
            return step.drift
        found = self.drifts.get(drift_id) or found
        if found.record.status is DriftStatus.RESOLVED:
            raise DriftIsOver(drift_id)
        return found.record


def _of_known(decide: Callable[[DriftRecord], Transition | None]) -> Decide:
    return lambda current: None if current is None else decide(current)
