"""A client's topics, each with its filter and its place in the feed, and what is to be delivered next."""

from dataclasses import dataclass

from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.websocket.topics import Interest, Topic


@dataclass(slots=True)
class _Lane:
    wanted: StreamFilter
    position: Position


@dataclass(frozen=True, slots=True)
class Step:
    """The next part of the feed to deliver: after `position`, at most up to `until`, to the interest.

    `until` is where another topic stands, which wants to be delivered together with these from there on.
    """

    position: Position
    until: Position | None
    interest: Interest
    topics: frozenset[Topic]
    version: int


class Subscriptions:
    """Topics at places of their own, so that one can catch up without repeating or skipping another's events.

    The topic that is farthest behind is served first, up to the next one; from there they go on as one. So
    everything a client gets is in the feed's order from its lowest place on.
    """

    def __init__(self) -> None:
        self._lanes: dict[Topic, _Lane] = {}
        self.version = 0

    @property
    def topics(self) -> frozenset[Topic]:
        """Return the topics."""
        return frozenset(self._lanes)

    @property
    def position(self) -> Position | None:
        """Return the lowest place, None without a topic."""
        return min((lane.position for lane in self._lanes.values()), default=None)

    def subscribe(self, topic: Topic, wanted: StreamFilter, position: Position) -> None:
        """Add a topic, or change its filter and its place."""
        self._lanes[topic] = _Lane(wanted, position)
        self.version += 1

    def place_of(self, topic: Topic) -> Position | None:
        """Return where a topic stands, None if it is not subscribed to."""
        lane = self._lanes.get(topic)
        return None if lane is None else lane.position

    def unsubscribe(self, topic: Topic) -> None:
        """Remove a topic, if it is there."""
        self._lanes.pop(topic, None)
        self.version += 1

    def next_step(self) -> Step | None:
        """Return what is next, None without a topic."""
        position = self.position
        if position is None:
            return None
        here = {topic: lane for topic, lane in self._lanes.items() if lane.position == position}
        beyond = [lane.position for lane in self._lanes.values() if lane.position > position]
        interest = Interest(frozenset(lane.wanted for lane in here.values()))
        return Step(position, min(beyond, default=None), interest, frozenset(here), self.version)

    def advance(self, step: Step, position: Position) -> None:
        """Move a step's topics; raises ValueError if the subscriptions have changed since it was made."""
        if step.version != self.version:
            raise ValueError("the subscriptions changed during the step")
        for topic in step.topics:
            self._lanes[topic].position = position
