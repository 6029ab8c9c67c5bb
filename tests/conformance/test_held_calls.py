"""Every store of held calls keeps a call once, lets it go for good, and knows which have expired."""

from dataclasses import replace

from tests.support.lifecycle_samples import ACCOUNT, NOON, lambda_call, minutes
from tfdrift.service.ports import HeldCall
from tfdrift.service.use_cases import Ports


def held(event_id: str, minute: float, *, matched: bool = False) -> HeldCall:
    record = lambda_call(event_id, minutes(minute), terraform=True, memorySize=256)
    return HeldCall(record, minutes(minute), minutes(minute + 15), matched=matched)


def test_a_held_call_is_read_back_exactly(ports: Ports) -> None:
    for call in (held("e-1", 0), held("e-2", 1, matched=True)):
        assert ports.held.hold(call)
    assert list(ports.held.held(ACCOUNT)) == [held("e-1", 0), held("e-2", 1, matched=True)]
    assert list(ports.held.held("999999999999")) == []


def test_a_second_delivery_is_not_held_again(ports: Ports) -> None:
    ports.held.hold(held("e-1", 0))
    assert ports.held.hold(held("e-1", 0)) is False
    assert ports.held.settle(ACCOUNT, "e-1")
    assert ports.held.hold(held("e-1", 0)) is False
    assert list(ports.held.held(ACCOUNT)) == []


def test_a_call_is_settled_once(ports: Ports) -> None:
    ports.held.hold(held("e-1", 0))
    assert ports.held.settle(ACCOUNT, "e-1") is True
    assert ports.held.settle(ACCOUNT, "e-1") is False
    assert ports.held.settle(ACCOUNT, "never held") is False


def test_calls_are_listed_oldest_first(ports: Ports) -> None:
    for event_id, minute in (("e-2", 2), ("e-1", 2), ("e-0", 0)):
        ports.held.hold(held(event_id, minute))
    assert [call.record.event_id for call in ports.held.held(ACCOUNT)] == ["e-0", "e-1", "e-2"]


def test_expired_calls_are_those_whose_window_has_passed(ports: Ports) -> None:
    for event_id, minute in (("late", 5), ("early", 0)):
        ports.held.hold(held(event_id, minute))
    assert list(ports.held.expired(NOON)) == []
    assert [call.record.event_id for call in ports.held.expired(minutes(15))] == ["early"]
    assert [call.record.event_id for call in ports.held.expired(minutes(99))] == ["early", "late"]
    ports.held.settle(ACCOUNT, "early")
    assert [call.record.event_id for call in ports.held.expired(minutes(99))] == ["late"]


def test_calls_are_found_by_what_they_touch(ports: Ports) -> None:
    # Given calls that touch this and that, and one of before such names were kept
    for event_id, minute, touches in (("e-2", 2, {"a", "b"}), ("e-1", 1, {"b", "c"}), ("e-0", 0, set())):
        assert ports.held.hold(replace(held(event_id, minute), touches=frozenset(touches)))

    def found(*names: str) -> list[str]:
        return [call.record.event_id for call in ports.held.touching(ACCOUNT, frozenset(names))]

    # Then they are found by any of their names, oldest first, and the unnamed one always
    assert found("b") == ["e-0", "e-1", "e-2"]
    assert found("a", "x") == ["e-0", "e-2"]
    assert found("x") == ["e-0"]
    assert list(ports.held.touching("999999999999", frozenset("b"))) == []
    assert ports.held.held(ACCOUNT)[2].touches == {"a", "b"}
