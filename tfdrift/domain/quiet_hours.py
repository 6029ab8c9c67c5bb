"""Hours in which only the gravest is told at once; the rest waits for their end."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tfdrift.domain.drift import Severity


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A part of each day, by the wall clock of a time zone.

    Attributes
    ----------
    start, end
        Local times; an end before the start is on the next day. The same time for both is the whole day.
    zone
        Whose clock counts, daylight saving included.
    loud
        Severities that are told at once all the same.
    """

    start: time
    end: time
    zone: ZoneInfo
    loud: frozenset[Severity] = frozenset({Severity.CRITICAL})

    def over_at(self, moment: datetime, severity: Severity) -> datetime | None:
        """Return when what happens at a moment may be told, in UTC; None for at once."""
        if severity in self.loud:
            return None
        local = moment.astimezone(self.zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            starts = datetime.combine(day, self.start, self.zone)
            last_day = day if self.start < self.end else day + timedelta(days=1)
            ends = datetime.combine(last_day, self.end, self.zone)
            # Compared in UTC: of two times of one zone, Python compares what the clocks show.
            if starts.astimezone(UTC) <= moment < ends.astimezone(UTC):
                return ends.astimezone(UTC)
        return None
