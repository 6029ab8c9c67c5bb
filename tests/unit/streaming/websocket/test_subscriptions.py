"""Topics at places of their own: each event of each topic once, in the feed's order."""

from hypothesis import given
from hypothesis import strategies as st

from streaming.cursor import Position
from streaming.filters import StreamFilter
from streaming.websocket.subscriptions import Subscriptions
from streaming.websocket.topics import EVENT_TOPICS, Topic

HEAD = 12


def run_to_head(subscriptions: Subscriptions) -> list[tuple[Topic, int]]:
    """Deliver batch by batch; returns what each topic got, in order."""
    delivered: list[tuple[Topic, int]] = []
    while (step := subscriptions.next_step()) is not None and step.position.n <= HEAD:
        delivered += [(topic, step.position.n) for topic in sorted(step.topics)]
        reached = Position(step.position.n + 1)
        subscriptions.advance(step, min(reached, step.until or reached))
    return delivered


@given(st.dictionaries(st.sampled_from(sorted(EVENT_TOPICS)), st.integers(1, HEAD + 3), min_size=1))
def test_each_topic_gets_what_follows_its_own_place_once(places: dict[Topic, int]) -> None:
    subscriptions = Subscriptions()
    for topic, n in places.items():
        subscriptions.subscribe(topic, StreamFilter(), Position(n))

    delivered = run_to_head(subscriptions)

    assert sorted(delivered) == sorted((t, n) for t, start in places.items() for n in range(start, HEAD + 1))
    assert [n for _, n in delivered] == sorted(n for _, n in delivered)


def test_topics_at_one_place_go_on_as_one() -> None:
    subscriptions = Subscriptions()
    subscriptions.subscribe(Topic.DRIFTS, StreamFilter(), Position(5))
    subscriptions.subscribe(Topic.EVENTS, StreamFilter(), Position(3, 1))

    first = subscriptions.next_step()

    assert first is not None
    assert (first.topics, first.position, first.until) == ({Topic.EVENTS}, Position(3, 1), Position(5))
    subscriptions.advance(first, Position(5))
    second = subscriptions.next_step()
    assert second is not None
    assert (second.topics, second.until) == ({Topic.EVENTS, Topic.DRIFTS}, None)


def test_without_topics_there_is_nothing_to_do() -> None:
    subscriptions = Subscriptions()
    subscriptions.subscribe(Topic.STATE, StreamFilter(), Position(1))
    subscriptions.unsubscribe(Topic.STATE)

    assert subscriptions.next_step() is None
    assert subscriptions.position is None
