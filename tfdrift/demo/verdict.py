"""Says whether each expected event of a story arrived, how long it took, and what came that must not."""

from dataclasses import dataclass

from tfdrift.demo.story import Expected, Step
from tfdrift.demo.watch import Arrival
from tfdrift.domain.feed_event import EventType


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was played, and when it was (seconds on the monotonic clock)."""

    step: Step
    at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """An expected event with its arrival; None while it has not come."""

    title: str
    expected: Expected
    arrival: Arrival | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a story came to."""

    seen: tuple[Seen, ...]
    unexpected: tuple[Arrival, ...]

    @property
    def missing(self) -> tuple[Seen, ...]:
        """The expected events that did not come."""
        return tuple(one for one in self.seen if one.arrival is None)

    @property
    def passed(self) -> bool:
        """Whether all came that were expected, and no drift or alert beside them."""
        return not self.missing and not self.unexpected


def judge(played: tuple[Played, ...], arrivals: tuple[Arrival, ...]) -> Verdict:
    """Match what arrived against what was expected.

    A state change is expected for each resource of an upload, so only drifts and alerts can be unexpected.
    """
    seen: list[Seen] = []
    matched: set[str] = set()
    for one in played:
        for expected in one.step.expected:
            arrival = _first_match(expected, one.at, arrivals, matched)
            if arrival is not None:
                matched.add(arrival.id)
            seconds = None if arrival is None else arrival.at - one.at
            seen.append(Seen(one.step.title, expected, arrival, seconds))
    unexpected = tuple(
        arrival
        for arrival in arrivals
        if arrival.type in (EventType.DRIFT, EventType.FALCO) and arrival.id not in matched
    )
    return Verdict(tuple(seen), unexpected)


def _first_match(
    expected: Expected, since: float, arrivals: tuple[Arrival, ...], taken: set[str]
) -> Arrival | None:
    for arrival in arrivals:
        if (
            arrival.at >= since
            and arrival.id not in taken
            and expected.matches(arrival.type, arrival.payload)
        ):
            return arrival
    return None
