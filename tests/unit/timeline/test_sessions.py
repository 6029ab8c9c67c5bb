"""Events make sessions by who did them and by pauses, and a part of them says where one may go on."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import NOON
from tfdrift.domain.actor import Actor
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.sessions import Session, sessions_of
from tfdrift.service.timeline import timeline_of

ALICE, BOB = Actor("arn:alice", "alice"), Actor("arn:bob", "bob")


def event(
    minute: float,
    actor: Actor | None = ALICE,
    kind: EventType = EventType.DRIFT,
    severity: str | None = "high",
    account_id: str | None = None,
) -> FeedEvent:
    return FeedEvent(
        f"e-{minute}",
        kind,
        NOON + timedelta(minutes=minute),
        {},
        severity=severity,
        account_id=account_id,
        actor=actor,
    )


def minutes(*sessions: Session) -> list[list[float]]:
    return [[float(each.event_id[2:]) for each in session.events] for session in sessions]


def test_a_longer_pause_begins_another_session() -> None:
    found = sessions_of([event(100), event(70), event(39.9), event(39)])

    assert minutes(*found) == [[100, 70], [39.9, 39]]
    assert (found[0].last_at, found[0].first_at) == (event(100).timestamp, event(70).timestamp)


def test_sessions_of_two_principals_run_side_by_side() -> None:
    found = sessions_of([event(9), event(8, BOB), event(7), event(6, BOB)])

    assert minutes(*found) == [[9, 7], [8, 6]]
    assert [session.actor for session in found] == [ALICE, BOB]


def test_what_nobody_is_known_to_have_done_is_apart_by_kind_and_account() -> None:
    found = sessions_of(
        [
            event(9, None, EventType.FALCO),
            event(8, None, EventType.STATE_CHANGE, account_id="1"),
            event(7, None, EventType.STATE_CHANGE, account_id="2"),
            event(6, None, EventType.FALCO),
        ]
    )
    assert minutes(*found) == [[9, 6], [8], [7]]
    assert found[0].actor is None


def test_severities_are_counted_gravest_first() -> None:
    severities = ("low", "critical", None, "low")
    (found,) = sessions_of([event(9 - n, severity=each) for n, each in enumerate(severities)])

    assert list(found.severities.items()) == [("critical", 1), ("low", 2)]


def test_a_session_at_the_end_of_a_part_may_go_on() -> None:
    part = [event(100), event(65, BOB), event(40)]

    assert [entry.continues for entry in timeline_of(part, is_end=True)] == [False, False, False]
    # Alice's first one began too long ago, Bob's and her second one may have begun before
    assert [entry.continues for entry in timeline_of(part, is_end=False)] == [False, True, True]
    assert timeline_of([], is_end=True) == ()


@given(
    st.lists(st.tuples(st.integers(0, 500), st.sampled_from([ALICE, BOB, None])), max_size=60),
    st.integers(1, 20),
)
def test_a_session_that_a_part_calls_whole_is_whole(
    moments: list[tuple[int, Actor | None]], size: int
) -> None:
    newest_first = sorted(moments, key=lambda each: -each[0])
    events = [
        replace(event(minute, actor), event_id=f"e-{n}") for n, (minute, actor) in enumerate(newest_first)
    ]
    oldest_of_sessions = {session.events[-1].event_id for session in sessions_of(events)}
    for start in range(0, len(events), size):
        entries = timeline_of(events[start : start + size], is_end=start + size >= len(events))
        shown = [each.event_id for entry in entries for each in entry.session.events]
        assert sorted(shown) == sorted(each.event_id for each in events[start : start + size])
        for entry in entries:
            assert entry.continues or entry.session.events[-1].event_id in oldest_of_sessions
