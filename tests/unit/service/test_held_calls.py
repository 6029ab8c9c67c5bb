"""Terraform's own calls wait for the state that explains them; what waits in vain becomes a drift."""

import pytest

from tests.support.lifecycle_samples import ACCOUNT, NOON, function_entry, lambda_call, minutes
from tests.unit.service.product import Product
from tfdrift.domain.drift import DriftStatus, OriginKind, ResolutionHow
from tfdrift.service.ingest_cloudtrail import IngestOutcome


@pytest.fixture
def product() -> Product:
    made = Product()
    made.function()
    return made


def test_terraform_s_call_waits_and_the_state_explains_it(product: Product) -> None:
    (result,) = product.take(lambda_call("e-1", NOON, terraform=True, memorySize=512))
    assert (result.outcome, result.held) == (IngestOutcome.TERRAFORM, True)
    assert product.all_drifts() == []
    # when the next version of the state has the value
    uploaded = product.function(serial=2, memory_size=512)
    # then nothing is open, then or later
    assert uploaded.settled_calls == 1
    assert product.use.release_held_calls.run(minutes(99)).transitions == ()
    assert product.all_drifts() == []


def test_a_state_that_comes_first_explains_the_call_too(product: Product) -> None:
    product.function(serial=2, memory_size=512)
    (result,) = product.take(lambda_call("e-1", NOON, terraform=True, memorySize=512))
    assert (result.outcome, result.held) == (IngestOutcome.TERRAFORM, False)
    assert product.use.release_held_calls.run(minutes(99)).transitions == ()
    assert product.all_drifts() == []


def test_a_call_that_no_state_explains_is_reported_after_the_grace_window(product: Product) -> None:
    product.take(lambda_call("e-1", NOON, terraform=True, memorySize=512))
    assert product.use.release_held_calls.run(minutes(14)).settled == 0
    released = product.use.release_held_calls.run(minutes(15))
    assert (released.settled, len(released.transitions)) == (1, 1)
    assert (product.drift().origin.kind, product.drift().timestamp) == (OriginKind.TERRAFORM, NOON)
    reason = "Terraform applied this, and no state with it arrived within 15 minutes"
    assert product.drift().report_reason == reason
    # and the pass run twice, or the call delivered again, reports nothing more
    product.use.release_held_calls.run(minutes(30))
    product.take(lambda_call("e-1", NOON, terraform=True, memorySize=512))
    product.use.release_held_calls.run(minutes(99))
    assert product.transitions() == ["opened"]


def test_a_state_without_the_change_leaves_the_call_waiting(product: Product) -> None:
    product.take(lambda_call("e-1", NOON, terraform=True, memorySize=512))
    assert product.function(serial=2, timeout=60).settled_calls == 0
    product.use.release_held_calls.run(minutes(15))
    assert [(drift.attribute, drift.status) for drift in product.all_drifts()] == [
        ("memory_size", DriftStatus.OPEN)
    ]


def test_steps_on_the_way_to_the_state_s_value_are_explained_with_it(product: Product) -> None:
    product.take(
        lambda_call("e-1", NOON, terraform=True, memorySize=512),
        lambda_call("e-2", minutes(1), terraform=True, memorySize=1024),
    )
    assert product.function(serial=2, memory_size=1024).settled_calls == 2
    assert product.use.release_held_calls.run(minutes(99)).transitions == ()


def test_terraform_that_returns_the_value_resolves_as_applied(product: Product) -> None:
    product.take(
        lambda_call("e-1", NOON, memorySize=1024),
        lambda_call("e-2", minutes(1), terraform=True, memorySize=128),
    )
    resolution = product.drift().resolution
    assert resolution is not None
    assert (resolution.how, resolution.at) == (ResolutionHow.APPLIED, minutes(1))


def test_terraform_that_sets_a_new_value_resolves_when_the_state_has_it(product: Product) -> None:
    product.take(
        lambda_call("e-1", NOON, memorySize=1024),
        lambda_call("e-2", minutes(1), terraform=True, memorySize=512),
    )
    assert product.drift().status is DriftStatus.OPEN
    product.function(serial=2, memory_size=512)
    resolution = product.drift().resolution
    assert resolution is not None
    assert resolution.how is ResolutionHow.APPLIED


def test_what_terraform_destroys_is_no_drift(product: Product) -> None:
    product.take(lambda_call("e-1", NOON, terraform=True, name="DeleteFunction"))
    assert product.upload(serial=2).settled_calls == 1
    product.use.release_held_calls.run(minutes(99))
    assert product.all_drifts() == []


def test_what_terraform_destroyed_before_its_call_arrives_is_no_drift(product: Product) -> None:
    product.upload(serial=2)
    product.take(lambda_call("e-1", NOON, terraform=True, name="DeleteFunction"))
    product.use.release_held_calls.run(minutes(99))
    assert product.all_drifts() == []


def test_what_terraform_creates_is_no_drift() -> None:
    product = Product()
    product.upload()
    product.take(lambda_call("e-1", NOON, terraform=True, name="CreateFunction", memorySize=128))
    assert product.all_drifts() == []
    product.upload(function_entry(), serial=2)
    product.use.release_held_calls.run(minutes(99))
    assert product.all_drifts() == []
    assert list(product.held.held(ACCOUNT)) == []


def test_a_remembered_match_is_not_reported_when_the_state_moves_on(product: Product) -> None:
    # given a call of Terraform's that set what the state has
    product.take(lambda_call("e-1", NOON, terraform=True, memorySize=128))
    # when Terraform changes its mind within the grace window
    product.function(serial=2, memory_size=512)
    product.take(lambda_call("e-2", minutes(1), terraform=True, memorySize=512))
    # then neither is reported
    assert product.use.release_held_calls.run(minutes(99)).transitions == ()
    assert product.all_drifts() == []
