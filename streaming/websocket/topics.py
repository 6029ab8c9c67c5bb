"""What a client can subscribe to, and which events belong to which topic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from streaming.filters import InvalidFilter, StreamFilter, parse_filter
from streaming.frames import Frame
from tfdrift.domain.feed_event import EventType
from tfdrift.service.stream_ports import GAP


class Topic(StrEnum):
    """The topics; `all` is short for the others together."""

    ALL = "all"
    DRIFTS = "drifts"
    EVENTS = "events"
    STATE = "state"
    STATS = "stats"


class UnknownTopic(ValueError):  # noqa: N818 - names what was found
    """A message names a topic that does not exist; the text says which, and what there is."""


EVENT_TOPICS: Mapping[Topic, EventType] = {
    Topic.DRIFTS: EventType.DRIFT,
    Topic.EVENTS: EventType.FALCO,
    Topic.STATE: EventType.STATE_CHANGE,
}
_TOPIC_OF: Mapping[str, Topic] = {
    GAP: Topic.ALL,
    **{kind.value: topic for topic, kind in EVENT_TOPICS.items()},
}


def topic_of(event_type: str) -> Topic:
    """Return the topic of an event; a gap concerns all of them."""
    return _TOPIC_OF[event_type]


def parse_topics(names: Iterable[str]) -> tuple[Topic, ...]:
    """Return the topics that names mean, `all` resolved, in a fixed order; raises UnknownTopic."""
    wanted = {part.strip() for name in names for part in name.split(",") if part.strip()} or {Topic.ALL.value}
    unknown = sorted(wanted.difference(Topic))
    if unknown:
        raise UnknownTopic(f"there is no topic {unknown[0][:40]!r}; there are {', '.join(Topic)}")
    single = [topic for topic in Topic if topic is not Topic.ALL]
    return tuple(single) if Topic.ALL in wanted else tuple(t for t in single if t in wanted)


def filters_for(topics: Iterable[Topic], query: Mapping[str, Sequence[str]]) -> dict[Topic, StreamFilter]:
    """Return the filter of each topic that has events, narrowed to the topic's type.

    A topic whose events `types` leaves out is not among them. Raises InvalidFilter, also if none is left
    though topics with events were named.
    """
    asked = parse_filter(query)
    named = [topic for topic in topics if topic in EVENT_TOPICS]
    found = {
        topic: replace(asked, types=frozenset({EVENT_TOPICS[topic].value}))
        for topic in named
        if not asked.types or EVENT_TOPICS[topic].value in asked.types
    }
    if named and not found:
        raise InvalidFilter(f"types leaves nothing of {', '.join(named)}")
    return found


@dataclass(frozen=True, slots=True)
class Interest:
    """The filters of several topics: an event must pass one of them. Equal ones share their selections."""

    filters: frozenset[StreamFilter]

    def passes(self, frame: Frame) -> bool:
        """Return whether the event is wanted."""
        return any(wanted.passes(frame) for wanted in self.filters)
