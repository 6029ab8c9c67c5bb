"""The machines' token through its rotations: what is accepted, and how often its source is asked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tfdrift.service.machine_token import MachineToken, TokenUnavailable


@dataclass
class Source:
    """A secret with its versions, and a clock that the test turns."""

    versions: tuple[str, ...] | None
    time: float = 1000.0
    reads: list[float] = field(default_factory=list)

    def read(self) -> tuple[str, ...]:
        self.reads.append(self.time)
        if self.versions is None:
            raise TokenUnavailable("the secret is out of reach")
        return self.versions

    def token(self) -> MachineToken:
        return MachineToken(self.read, lambda: self.time)


def test_current_and_previous_are_accepted_and_nothing_else() -> None:
    token = Source(("new", "old")).token()
    assert token.accepts([b"new"])
    assert token.accepts([b"old"])
    assert token.accepts([b"wrong", b"new"])
    assert not token.accepts([b"wrong"])
    assert not token.accepts([b"", b"ne", b"news"])


def test_nothing_is_read_before_somebody_shows_a_token() -> None:
    source = Source(("new",))
    token = source.token()
    assert not token.accepts([])
    assert source.reads == []


def test_a_new_version_is_accepted_at_once_if_the_last_look_was_half_a_minute_ago() -> None:
    source = Source(("one",))
    token = source.token()
    assert token.accepts([b"one"])
    source.versions, source.time = ("two", "one"), source.time + 30
    assert token.accepts([b"two"])
    assert token.accepts([b"one"])
    assert len(source.reads) == 2


def test_a_version_that_was_rotated_out_is_refused_within_five_minutes() -> None:
    source = Source(("two", "one"))
    token = source.token()
    assert token.accepts([b"one"])
    source.versions, source.time = ("three", "two"), source.time + 299
    assert token.accepts([b"one"])
    source.time += 1
    assert not token.accepts([b"one"])
    assert token.accepts([b"two"])


def test_unknown_tokens_have_the_source_asked_twice_a_minute_at_the_most() -> None:
    source = Source(("one",))
    token = source.token()
    for _ in range(600):
        assert not token.accepts([b"guess"])
        source.time += 1.0
    assert len(source.reads) == 20


def test_while_the_source_is_out_of_reach_the_last_versions_do_for_an_hour(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source(("one",))
    token = source.token()
    assert token.accepts([b"one"])
    source.versions, source.time = None, source.time + 3600
    assert token.accepts([b"one"])
    assert "the secret is out of reach" in caplog.text
    source.time += 1
    with pytest.raises(TokenUnavailable):
        token.accepts([b"one"])
    source.versions, source.time = ("one",), source.time + 300
    assert token.accepts([b"one"])


def test_a_source_that_never_answered_is_tried_every_few_seconds_whatever_is_shown() -> None:
    source = Source(None)
    token = source.token()
    for _ in range(10):
        with pytest.raises(TokenUnavailable):
            token.accepts([b"one"])
        source.time += 1.0
    assert len(source.reads) == 2
    source.versions = ("one",)
    assert token.accepts([b"one"])


def test_nobody_waits_for_another_ones_look_who_can_be_compared_already() -> None:
    # Given a token that was read, and a source that takes long the second time
    begun, may_end = threading.Event(), threading.Event()
    source = Source(("one",))

    def slowly() -> tuple[str, ...]:
        if source.reads:
            begun.set()
            assert may_end.wait(10)
        return source.read()

    token = MachineToken(slowly, lambda: source.time)
    assert token.accepts([b"one"])
    source.time += 300
    looking = _in_thread(lambda: token.accepts([b"one"]))
    assert begun.wait(10)
    # When another request comes meanwhile, then it is answered from what is known
    assert token.accepts([b"one"])
    may_end.set()
    looking.join(10)
    assert len(source.reads) == 2


def _in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread
