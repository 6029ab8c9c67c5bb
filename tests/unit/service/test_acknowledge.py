"""People take note of drifts; that ends when it is taken back, when its time passes, or the value changes."""

import pytest

from tests.support.lifecycle_samples import NOON, lambda_call, minutes
from tests.unit.service.product import Product
from tfdrift.domain.drift import Acknowledgement, DriftStatus
from tfdrift.service.acknowledge import DriftIsOver, TimeHasPassed, UnknownDrift


@pytest.fixture
def product() -> Product:
    made = Product()
    made.function()
    made.take(lambda_call("e-1", NOON, memorySize=1024))
    made.moment = minutes(5)
    return made


def acknowledge(product: Product, until: float | None = None) -> None:
    product.use.acknowledgements.acknowledge(
        product.drift().id,
        "oncall",
        note="until the release",
        until=None if until is None else minutes(until),
    )


def test_it_is_an_event_and_stands_in_record_and_history(product: Product) -> None:
    acknowledge(product, until=60)
    drift = product.drift()
    assert drift.status is DriftStatus.ACKNOWLEDGED
    assert drift.acknowledgement == Acknowledgement("oncall", minutes(5), "until the release", minutes(60))
    assert product.transitions() == ["opened", "acknowledged"]
    last = drift.history[-1]
    assert (last.transition, last.at, last.by, last.reason) == (
        "acknowledged",
        minutes(5),
        "oncall",
        "until the release",
    )


def test_the_same_again_changes_nothing(product: Product) -> None:
    acknowledge(product)
    product.moment = minutes(6)
    acknowledge(product)
    assert product.transitions() == ["opened", "acknowledged"]


def test_a_second_delivery_or_a_late_call_leaves_it_acknowledged(product: Product) -> None:
    acknowledge(product)
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.take(lambda_call("e-2", minutes(1), memorySize=1024))
    assert product.drift().status is DriftStatus.ACKNOWLEDGED
    assert product.transitions() == ["opened", "acknowledged"]


def test_another_value_opens_it_again_and_a_revert_ends_it(product: Product) -> None:
    acknowledge(product)
    product.take(lambda_call("e-2", minutes(7), memorySize=2048))
    assert (product.drift().status, product.drift().acknowledgement) == (DriftStatus.OPEN, None)
    product.moment = minutes(8)
    acknowledge(product)
    product.take(lambda_call("e-3", minutes(9), memorySize=128))
    assert product.transitions() == ["opened", "acknowledged", "reopened", "acknowledged", "resolved"]


def test_a_late_call_that_changes_the_value_is_news_to_who_took_note(product: Product) -> None:
    product.take(lambda_call("e-9", minutes(4), timeout=60))
    (memory,) = [drift for drift in product.all_drifts() if drift.attribute == "memory_size"]
    product.use.acknowledgements.acknowledge(memory.id, "oncall")
    product.take(lambda_call("e-2", minutes(3), memorySize=2048))
    changed = product.drifts.get(memory.id)
    assert changed is not None
    assert (changed.record.status, changed.record.new_value) == (DriftStatus.OPEN, 2048)


def test_taking_it_back_opens_it(product: Product) -> None:
    acknowledge(product)
    product.moment = minutes(6)
    opened = product.use.acknowledgements.unacknowledge(product.drift().id, "lead", note="urgent")
    assert (opened.status, opened.acknowledgement) == (DriftStatus.OPEN, None)
    assert (opened.history[-1].by, opened.history[-1].transition) == ("lead", "reopened")
    # and what is open already stays so
    product.use.acknowledgements.unacknowledge(opened.id, "lead")
    assert product.transitions() == ["opened", "acknowledged", "reopened"]


def test_when_its_time_has_passed_the_pass_opens_it_once(product: Product) -> None:
    acknowledge(product, until=60)
    reopen = product.use.acknowledgements.reopen_expired
    assert reopen(minutes(59)) == ()
    (step,) = reopen(minutes(60))
    assert (step.drift.status, step.drift.acknowledgement) == (DriftStatus.OPEN, None)
    assert reopen(minutes(61)) == ()
    assert product.transitions() == ["opened", "acknowledged", "reopened"]
    assert product.drift().history[-1].reason == "the acknowledgement's time has passed"


def test_what_is_not_there_is_over_or_ends_before_it_begins_is_refused(product: Product) -> None:
    with pytest.raises(UnknownDrift):
        product.use.acknowledgements.acknowledge("0" * 33, "oncall")
    with pytest.raises(TimeHasPassed):
        acknowledge(product, until=5)
    product.take(lambda_call("e-2", minutes(1), memorySize=128))
    with pytest.raises(DriftIsOver):
        acknowledge(product)
    with pytest.raises(DriftIsOver):
        product.use.acknowledgements.unacknowledge(product.drift().id, "oncall")
