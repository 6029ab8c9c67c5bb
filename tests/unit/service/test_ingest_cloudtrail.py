"""Calls become drifts once, whatever is delivered how often and in what order."""

import json
import random
from dataclasses import replace

import pytest

from tests.support.lifecycle_samples import (
    ACCOUNT,
    NOON,
    function_entry,
    lambda_call,
    minutes,
    state_entry,
)
from tests.unit.service.product import FUNCTION_ADDRESS, Product
from tfdrift.domain.drift import (
    Confidence,
    DriftStatus,
    Fidelity,
    OriginKind,
    ResolutionHow,
    Severity,
)
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.origin import NOT_APPROVED
from tfdrift.service.ingest_cloudtrail import IngestOutcome
from tfdrift.service.ports import Page


@pytest.fixture
def product() -> Product:
    made = Product()
    made.function()
    return made


def test_a_person_s_change_opens_a_drift_and_tells_the_stream(product: Product) -> None:
    (result,) = product.take(lambda_call("e-1", NOON, memorySize=1024))
    assert result.outcome is IngestOutcome.FINDINGS
    drift = product.drift()
    assert (drift.resource_address, drift.attribute) == (FUNCTION_ADDRESS, "memory_size")
    assert (drift.old_value, drift.new_value, drift.fidelity) == (128, 1024, Fidelity.EXACT)
    (event,) = product.feed()
    assert event.payload["transition"] == "opened"
    assert event.payload["id"] == drift.id
    assert event.resource_type == "aws_lambda_function"


def test_a_second_delivery_changes_nothing(product: Product) -> None:
    # two trails deliver everything twice, and queues at least once
    record = lambda_call("e-1", NOON, memorySize=1024, timeout=60)
    product.take(record)
    before, events = product.all_drifts(), product.feed()
    product.moment = minutes(9)
    results = product.take(record, replace(record, user_agent="another trail's"))
    assert [result.transitions for result in results] == [(), ()]
    assert product.all_drifts() == before
    assert product.feed() == events


def test_shuffled_calls_give_the_records_of_sorted_ones(product: Product) -> None:
    records = [
        lambda_call(f"e-{number}", minutes(number), memorySize=size, timeout=timeout)
        for number, (size, timeout) in enumerate([(256, 3), (512, 9), (128, 60), (1024, 3), (256, 3)])
    ]
    product.take(*records)
    expected = product.all_drifts()
    assert [(drift.attribute, drift.status) for drift in expected] == [
        ("memory_size", DriftStatus.OPEN),
        ("timeout", DriftStatus.RESOLVED),
    ]
    for seed in range(100):
        shuffled = [*records, *records[:3]]
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - a repeatable order
        other = Product()
        other.function()
        other.take(*shuffled)
        still_open = [drift for drift in other.all_drifts() if drift.status is DriftStatus.OPEN]
        assert [(drift.attribute, drift.new_value) for drift in still_open] == [("memory_size", 256)], seed


def test_a_revert_that_arrives_before_its_change_is_remembered(product: Product) -> None:
    product.take(lambda_call("e-2", minutes(2), memorySize=128))
    product.take(lambda_call("e-1", minutes(1), memorySize=1024))
    assert product.drift().status is DriftStatus.RESOLVED
    assert product.transitions() == ["opened", "resolved"]
    # and once the window has passed nothing more is reported of it
    assert product.use.release_held_calls.run(minutes(99)).transitions == ()


def test_a_person_s_revert_resolves(product: Product) -> None:
    product.take(lambda_call("e-1", NOON, memorySize=1024), lambda_call("e-2", minutes(1), memorySize=128))
    drift = product.drift()
    assert drift.status is DriftStatus.RESOLVED
    assert drift.resolution is not None
    assert (drift.resolution.how, drift.resolution.by) == (ResolutionHow.REVERTED, "oncall")
    assert product.transitions() == ["opened", "resolved"]


def test_a_change_after_the_revert_reopens(product: Product) -> None:
    product.take(
        lambda_call("e-1", NOON, memorySize=1024),
        lambda_call("e-2", minutes(1), memorySize=128),
        lambda_call("e-3", minutes(2), memorySize=2048),
    )
    assert product.transitions() == ["opened", "resolved", "reopened"]
    assert (product.drift().status, product.drift().new_value) == (DriftStatus.OPEN, 2048)


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        # https://github.com/cloud-custodian/cloud-custodian/issues/9648
        (lambda_call("e-1", NOON, error="AccessDeniedException", memorySize=1024), IngestOutcome.FAILED),
        (
            replace(lambda_call("e-1", NOON, name="GetFunction", memorySize=1024), read_only=True),
            IngestOutcome.READ_ONLY,
        ),
        (
            replace(
                lambda_call("e-1", NOON, memorySize=1024), event_source="unheard-of.amazonaws.com", request={}
            ),
            IngestOutcome.UNMAPPED,
        ),
    ],
)
def test_what_changes_nothing_alters_nothing(
    product: Product, record: object, outcome: IngestOutcome
) -> None:
    product.take(lambda_call("e-0", minutes(-1), memorySize=1024))
    before, events = product.all_drifts(), product.feed()
    (result,) = product.take(record)  # type: ignore[arg-type]
    assert (result.outcome, result.transitions) == (outcome, ())
    assert (product.all_drifts(), product.feed()) == (before, events)


def test_an_event_without_a_row_on_a_managed_resource_is_a_finding(product: Product) -> None:
    record = lambda_call("e-1", NOON, name="PutFunctionOfTomorrow")
    arn = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:orders"
    (result,) = product.take(replace(record, request={"resource": arn}))
    assert result.outcome is IngestOutcome.FINDINGS
    drift = product.drift()
    assert (drift.fidelity, drift.attribute, drift.resource_address) == (
        Fidelity.EVENT_ONLY,
        None,
        FUNCTION_ADDRESS,
    )


def test_what_no_state_holds_is_shown_as_unmanaged(product: Product) -> None:
    # https://github.com/higakikeita/tfdrift-falco/issues/407
    record = replace(
        lambda_call("e-1", NOON),
        event_source="ec2.amazonaws.com",
        event_name="ModifyInstanceAttribute",
        request={"instanceId": "i-0123456789abcdef0", "instanceType": {"value": "t3.xlarge"}},
    )
    product.take(record)
    drift = product.drift()
    assert (drift.managed, drift.resource_address, drift.resource_id) == (False, None, "i-0123456789abcdef0")
    assert drift.old_value is None


def test_ignored_changes_are_counted_and_not_shown() -> None:
    # https://github.com/hashicorp/terraform/issues/28803
    product = Product(ignore="aws_lambda_function.orders.memory_size")
    product.function()
    first, second = product.take(
        lambda_call("e-1", NOON, memorySize=1024), lambda_call("e-2", minutes(1), memorySize=1024, timeout=60)
    )
    assert (first.outcome, first.ignored) == (IngestOutcome.IGNORED, 1)
    assert (second.outcome, second.ignored) == (IngestOutcome.FINDINGS, 1)
    assert [drift.attribute for drift in product.all_drifts()] == ["timeout"]
    # and what was hidden can be listed, each change once
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    listed = product.hidden.find(Page(1, 10)).items
    assert [(change.drift.cause.event_id, change.drift.new_value) for change in listed] == [
        ("e-2", 1024),
        ("e-1", 1024),
    ]
    assert (listed[0].line, listed[0].rule) == (1, "aws_lambda_function.orders.memory_size")


def test_a_rule_ends_a_drift_that_was_open_before_it() -> None:
    before = Product()
    before.function()
    before.take(lambda_call("e-1", NOON, memorySize=1024))
    # given the same storage and, since then, a rule
    after = Product(ignore="aws_lambda_function.*", events=before.events, states=before.states)
    after.drifts.record(before.drift(), replace(before.feed()[0], event_id="copy"), expected_version=0)
    after.take(lambda_call("e-2", minutes(1), memorySize=2048))
    resolution = after.drift().resolution
    assert resolution is not None
    assert resolution.how is ResolutionHow.IGNORED


def test_terraform_outside_the_approved_roles_is_reported_at_once() -> None:
    product = Product(principals=("arn:aws:iam::*:role/deploy-*",))
    product.function()
    (result,) = product.take(lambda_call("e-1", NOON, terraform=True, memorySize=1024))
    assert result.outcome is IngestOutcome.FINDINGS
    assert product.drift().origin.kind is OriginKind.TERRAFORM
    assert product.drift().origin.confidence is Confidence.LOW
    assert product.drift().report_reason == NOT_APPROVED


def test_a_resource_in_two_states_is_named_so(product: Product) -> None:
    product.upload({**function_entry(), "name": "copy"}, key="copy.tfstate")
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    drift = product.drift()
    named = {(drift.resource_address, drift.state.key if drift.state else None)}
    named |= {(holder.address, holder.state.key) for holder in drift.also_managed_by}
    assert named == {
        ("aws_lambda_function.orders", "prod.tfstate"),
        ("aws_lambda_function.copy", "copy.tfstate"),
    }
    # and of one that only one state holds nothing more is said
    assert product.transitions() == ["opened"]


def test_a_resource_in_one_state_has_no_other_holders(product: Product) -> None:
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    assert product.drift().also_managed_by == ()


SEVERITY_RULES = """
[[rule]]
severity = "critical"
reason = "memory is money"
types = ["aws_lambda_*"]
attributes = ["memory_*"]
"""


def test_a_rules_file_decides_the_severity_and_its_reason_is_in_the_record() -> None:
    product = Product(severity_rules=SEVERITY_RULES)
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024, timeout=60))
    memory, timeout = product.all_drifts()
    assert (memory.severity, memory.severity_reason) == (
        Severity.CRITICAL,
        "memory is money (the severity rules)",
    )
    assert timeout.severity is not Severity.CRITICAL


def test_a_restored_value_keeps_the_severity_of_its_drift() -> None:
    product = Product(severity_rules=SEVERITY_RULES)
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024), lambda_call("e-2", minutes(1), memorySize=128))
    drift = product.drift()
    assert (drift.status, drift.severity) == (DriftStatus.RESOLVED, Severity.CRITICAL)
    assert [event.severity for event in product.feed()] == ["critical", "critical"]


def test_every_step_is_an_event_and_an_entry_of_the_history(product: Product) -> None:
    product.take(
        lambda_call("e-1", NOON, memorySize=1024),
        lambda_call("e-2", minutes(1), memorySize=2048),
        lambda_call("e-3", minutes(2), memorySize=128),
        lambda_call("e-4", minutes(3), memorySize=512),
        lambda_call("e-2", minutes(1), memorySize=2048),
    )
    history = product.drift().history
    assert [entry.transition for entry in history] == ["opened", "updated", "resolved", "reopened"]
    assert [entry.event_id for entry in history] == [event.event_id for event in product.feed()]
    assert [(entry.at, entry.by) for entry in history] == [(minutes(n), "oncall") for n in range(4)]
    assert history[2].reason == "reverted"


def test_a_less_exact_account_of_the_same_call_adds_nothing(product: Product) -> None:
    exact = lambda_call("e-1", NOON, memorySize=1024)
    vague = replace(exact, parameters_omitted=True, request={"functionName": "orders"})
    product.take(exact, vague)
    assert [drift.attribute for drift in product.all_drifts()] == ["memory_size"]


def test_an_exact_account_ends_the_less_exact_one_of_the_same_call(product: Product) -> None:
    exact = lambda_call("e-1", NOON, memorySize=1024)
    vague = replace(exact, parameters_omitted=True, request={"functionName": "orders"})
    product.take(vague, exact, vague)
    still_open = [drift for drift in product.all_drifts() if drift.status is DriftStatus.OPEN]
    assert [drift.attribute for drift in still_open] == ["memory_size"]


def test_secrets_of_a_state_are_never_shown_and_their_change_is_seen() -> None:
    product = Product()
    planted = "hunter2-planted"
    marked = [[{"type": "get_attr", "value": "description"}]]
    entry = function_entry(description=planted)
    entry["instances"][0]["sensitive_attributes"] = marked  # type: ignore[index, call-overload]
    product.upload(entry)
    product.take(lambda_call("e-1", NOON, description="another-planted"))
    stored = json.dumps([event.payload for event in [*product.feed()]]) + repr(product.all_drifts())
    assert "planted" not in stored
    assert product.drift().attribute == "description"
    assert str(product.drift().old_value).startswith("fingerprint:")


def secret_entry(**attributes: JsonValue) -> JsonObject:
    """Return the function's entry with a description that the state marks as sensitive."""
    entry = function_entry(**attributes)
    marked = [[{"type": "get_attr", "value": "description"}]]
    return {**entry, "instances": [{**entry["instances"][0], "sensitive_attributes": marked}]}  # type: ignore[index, dict-item]


def test_a_secret_that_is_set_back_ends_its_drift_by_its_fingerprint() -> None:
    product = Product()
    product.upload(secret_entry(description="hunter2-planted"))
    product.take(
        lambda_call("e-1", NOON, description="another-planted"),
        lambda_call("e-2", minutes(1), description="hunter2-planted"),
    )
    drift = product.drift()
    assert (drift.status, drift.fidelity) == (DriftStatus.RESOLVED, Fidelity.EXACT)
    assert product.transitions() == ["opened", "resolved"]
    assert "planted" not in json.dumps([event.payload for event in product.feed()])


def test_what_cloudtrail_masks_is_seen_and_never_taken_for_the_secret() -> None:
    product = Product()
    product.upload(secret_entry(description="hunter2-planted"))
    product.take(lambda_call("e-1", NOON, description="HIDDEN_DUE_TO_SECURITY_REASONS"))
    drift = product.drift()
    assert (drift.status, drift.new_value, drift.fidelity) == (DriftStatus.OPEN, None, Fidelity.PARTIAL)


def test_a_held_call_keeps_no_secret_and_is_still_explained_by_the_state() -> None:
    product = Product()
    product.upload(secret_entry(description="hunter2-planted"))
    product.take(lambda_call("e-1", NOON, terraform=True, description="another-planted"))
    (held,) = product.held.held(ACCOUNT)
    assert "planted" not in json.dumps(held.record.request)
    # when the next version of the state has that very secret
    result = product.upload(secret_entry(description="another-planted"), serial=2)
    # then the call is explained
    assert result.settled_calls == 1
    assert product.all_drifts() == []


def test_the_database_is_found_by_identifier_under_any_provider_version() -> None:
    # https://github.com/hashicorp/terraform-provider-aws/issues/31232
    product = Product()
    product.upload(
        state_entry(
            "aws_db_instance",
            "orders",
            {"id": "db-ABCDEFGHIJKL", "identifier": "orders", "instance_class": "db.t3.micro"},
        )
    )
    record = replace(
        lambda_call("e-1", NOON),
        event_source="rds.amazonaws.com",
        event_name="ModifyDBInstance",
        request={
            "dBInstanceIdentifier": "orders",
            "dBInstanceClass": "db.r6g.large",
            "applyImmediately": True,
        },
    )
    product.take(record)
    assert [drift.resource_address for drift in product.all_drifts()] == ["aws_db_instance.orders"]
