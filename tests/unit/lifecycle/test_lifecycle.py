"""A drift opens, changes, ends and reopens as calls say, in the order of the calls and never twice."""

from dataclasses import replace
from itertools import permutations

import pytest

from tests.support.lifecycle_samples import NOON, lambda_call, minutes, reference
from tests.unit.lifecycle.findings import finding, reverting, unmanaged
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import (
    Acknowledgement,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Fidelity,
    Origin,
    OriginKind,
    Resolution,
    ResolutionHow,
    TransitionName,
)
from tfdrift.domain.finding import Finding
from tfdrift.domain.lifecycle import (
    Transition,
    acknowledge,
    advance,
    expect,
    expire_acknowledgement,
    resolve,
    unacknowledge,
    with_history,
)

CLI = Origin(OriginKind.CLI, ("user agent names the AWS CLI",))
TERRAFORM = Origin(OriginKind.TERRAFORM)


def call(event_id: str = "e-1", minute: float = 0) -> CloudTrailRecord:
    return lambda_call(event_id, minutes(minute))


def step(
    current: DriftRecord | None, found: Finding, record: CloudTrailRecord, origin: Origin = CLI
) -> Transition | None:
    return advance(current, found, record, origin, minutes(60))


def opened(found: Finding | None = None, record: CloudTrailRecord | None = None) -> DriftRecord:
    transition = step(None, found or finding(), record or call())
    assert transition is not None
    assert transition.name is TransitionName.OPENED
    return transition.drift


def ended(how: ResolutionHow = ResolutionHow.REVERTED) -> DriftRecord:
    origin = TERRAFORM if how is ResolutionHow.APPLIED else CLI
    transition = step(opened(), reverting(), call("e-2", 2), origin)
    assert transition is not None
    return transition.drift


def test_a_difference_opens_a_drift_with_all_that_is_known() -> None:
    drift = opened()
    assert drift.status is DriftStatus.OPEN
    assert (drift.old_value, drift.new_value) == ("t3.micro", "t3.large")
    assert drift.user_identity.user_name == "oncall"
    assert (drift.timestamp, drift.detected_at) == (NOON, minutes(60))
    assert drift.cause.event_id == "e-1"
    assert drift.state == reference()
    assert drift.managed
    assert drift.resource_address == "aws_instance.web"


def test_terraform_s_value_without_an_open_drift_is_nothing() -> None:
    assert step(None, reverting(), call()) is None
    assert step(ended(), reverting(), call("e-3", 3)) is None


def test_another_value_updates_and_the_same_value_does_not() -> None:
    drift = opened()
    assert step(drift, finding(), call("e-2", 2)) is None
    updated = step(drift, finding(actual="t3.xlarge"), call("e-2", 2))
    assert updated is not None
    assert updated.name is TransitionName.UPDATED
    assert (updated.drift.id, updated.drift.new_value) == (drift.id, "t3.xlarge")


@pytest.mark.parametrize("fidelity", [Fidelity.EVENT_ONLY, Fidelity.OMITTED])
def test_an_unknown_value_may_be_another_each_time(fidelity: Fidelity) -> None:
    vague = finding(attribute=None, expected=None, actual=None, fidelity=fidelity)
    updated = step(opened(vague), vague, call("e-2", 2))
    assert updated is not None
    assert updated.drift.cause.event_id == "e-2"


@pytest.mark.parametrize(
    ("origin", "how"), [(CLI, ResolutionHow.REVERTED), (TERRAFORM, ResolutionHow.APPLIED)]
)
def test_terraform_s_value_ends_the_drift(origin: Origin, how: ResolutionHow) -> None:
    transition = step(opened(), reverting(), call("e-2", 2), origin)
    assert transition is not None
    assert transition.name is TransitionName.RESOLVED
    assert transition.drift.resolution == Resolution(how, "oncall", minutes(2), "e-2")
    # the record still tells who made the drift
    assert transition.drift.cause.event_id == "e-1"
    assert transition.drift.new_value == "t3.large"


def test_a_newer_difference_reopens() -> None:
    transition = step(ended(), finding(), call("e-3", 3))
    assert transition is not None
    assert transition.name is TransitionName.REOPENED
    assert transition.drift.resolution is None
    assert transition.drift.cause.event_id == "e-3"


@pytest.mark.parametrize("late", [call("e-1", 0), call("e-0", -5), call("e-2", 2), call("e-1", 2)])
def test_a_late_or_second_delivery_does_not_reopen(late: CloudTrailRecord) -> None:
    assert step(ended(), finding(actual="t3.xlarge"), late) is None


def test_calls_of_the_same_second_are_ordered_by_event_id() -> None:
    # given a revert with the id e-2, calls of its very second are older below that id and newer above
    assert step(ended(), finding(), call("e-10", 2)) is None
    assert step(ended(), finding(), call("e-3", 2)) is not None


def test_any_order_of_full_values_ends_with_the_newest() -> None:
    calls = [(finding(actual=value), call(f"e-{n}", n)) for n, value in enumerate(("a", "b", "c", "d"))]
    for order in permutations(calls):
        current: DriftRecord | None = None
        for found, record in order:
            transition = step(current, found, record)
            current = current if transition is None else transition.drift
        assert current is not None
        assert (current.new_value, current.cause.event_id) == ("d", "e-3")


def test_an_addendum_completes_the_record_that_it_names() -> None:
    vague = opened(finding(attribute=None, fidelity=Fidelity.OMITTED, actual=None))
    addendum = replace(call("e-9", 0), original_event_id="e-1")
    completed = step(vague, finding(attribute=None, actual="x"), addendum)
    assert completed is not None
    assert completed.drift.cause.event_id == "e-1"
    assert step(completed.drift, finding(attribute=None, actual="x"), addendum) is None


def acknowledged(until: float | None = None) -> DriftRecord:
    taken = acknowledge(opened(), note("oncall", until))
    assert taken is not None
    return taken.drift


def note(by: str, until: float | None = None, text: str | None = "until the release") -> Acknowledgement:
    return Acknowledgement(by, minutes(30), text, None if until is None else minutes(until))


def test_an_acknowledged_drift_stays_so_while_the_value_stays() -> None:
    drift = acknowledged()
    assert drift.status is DriftStatus.ACKNOWLEDGED
    assert drift.acknowledgement == note("oncall")
    assert step(drift, finding(), call("e-2", 2)) is None
    changed = step(drift, finding(actual="t3.xlarge"), call("e-2", 2))
    assert changed is not None
    assert (changed.name, changed.drift.status) == (TransitionName.REOPENED, DriftStatus.OPEN)
    assert changed.drift.acknowledgement is None


def test_replayed_and_late_calls_never_reopen_what_is_acknowledged() -> None:
    drift = acknowledged()
    assert step(drift, finding(), call("e-1", 0)) is None
    assert step(drift, finding(actual="t3.xlarge"), call("e-0", -5)) is None


def test_saying_the_same_again_is_no_step_and_saying_more_is_one() -> None:
    drift = acknowledged()
    assert acknowledge(drift, replace(note("oncall"), at=minutes(31))) is None
    longer = acknowledge(drift, note("oncall", until=120))
    assert longer is not None
    assert longer.name is TransitionName.ACKNOWLEDGED
    assert longer.drift.acknowledgement == note("oncall", until=120)


def test_only_a_drift_that_is_not_over_is_acknowledged() -> None:
    assert acknowledge(ended(), note("oncall")) is None


def test_an_acknowledgement_is_taken_back() -> None:
    back = unacknowledge(acknowledged(), "lead", "it is urgent after all")
    assert back is not None
    assert (back.name, back.drift.status, back.by) == (TransitionName.REOPENED, DriftStatus.OPEN, "lead")
    assert back.reason == "the acknowledgement was taken back: it is urgent after all"
    assert back.drift.acknowledgement is None
    assert unacknowledge(back.drift, "lead") is None


@pytest.mark.parametrize(
    ("until", "minute", "reopened"), [(60, 59, False), (60, 60, True), (None, 9e5, False)]
)
def test_an_acknowledgement_ends_when_its_time_has_passed(
    until: float | None, minute: float, reopened: bool
) -> None:
    transition = expire_acknowledgement(acknowledged(until), minutes(minute))
    assert (transition is not None) is reopened
    if transition is not None:
        assert (transition.name, transition.drift.status) == (TransitionName.REOPENED, DriftStatus.OPEN)


def test_the_last_hundred_steps_are_kept() -> None:
    drift = opened()
    for number in range(120):
        wanted = acknowledge(drift, note("oncall", text=str(number)))
        assert wanted is not None
        drift = with_history(drift, wanted, f"event-{number}", minutes(number)).drift
    assert len(drift.history) == 100
    assert (drift.history[0].event_id, drift.history[-1].reason) == ("event-20", "119")


def test_an_unmanaged_resource_that_is_removed_again_is_over() -> None:
    drift = opened(unmanaged())
    assert not drift.managed
    transition = step(drift, unmanaged(change_type=ChangeType.DELETED), call("e-2", 2))
    assert transition is not None
    assert transition.drift.resolution == Resolution(ResolutionHow.REVERTED, "oncall", minutes(2), "e-2")


def test_a_state_resolves_once_and_leaves_later_calls_free() -> None:
    adopted = resolve(opened(), Resolution(ResolutionHow.ADOPTED, None, minutes(30)))
    assert adopted is not None
    assert resolve(adopted.drift, Resolution(ResolutionHow.ADOPTED, None, minutes(31))) is None
    # a call that was made before the state arrived may be delivered after it
    assert step(adopted.drift, finding(actual="t3.xlarge"), call("e-2", 20)) is not None
    assert step(adopted.drift, finding(), call("e-1", 0)) is None


def test_a_state_with_another_value_changes_what_is_expected() -> None:
    transition = expect(opened(), "t3.small", reference(2))
    assert transition is not None
    assert (transition.drift.old_value, transition.drift.new_value) == ("t3.small", "t3.large")
    assert transition.drift.state == reference(2)
    assert expect(opened(), "t3.micro", reference(2)) is None
    assert expect(ended(), "t3.small", reference(2)) is None


def test_what_the_state_does_not_tell_is_taken_from_the_call() -> None:
    resource = replace(finding().resource, account_id=None, region=None)
    drift = opened(finding(resource=resource))
    assert (drift.account_id, drift.region) == ("111122223333", "eu-central-1")
