"""A version of a state alters the index, the stream and open drifts, once."""

from dataclasses import replace

import pytest

from tests.support.lifecycle_samples import (
    ACCOUNT,
    NOON,
    REGION,
    function_entry,
    lambda_call,
    minutes,
    state_bytes,
    state_entry,
)
from tests.unit.service.product import FUNCTION_ADDRESS, Product
from tests.unit.service.security_groups import call, group, rule
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftStatus, ResolutionHow
from tfdrift.domain.feed_event import EventType
from tfdrift.domain.fingerprint import is_fingerprint
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.state_changes import StateAction
from tfdrift.domain.terraform_state import UnreadableState

BUCKET = state_entry("aws_s3_bucket", "invoices", {"id": "invoices", "arn": "arn:aws:s3:::invoices"})


@pytest.fixture
def product() -> Product:
    return Product()


def changes(product: Product) -> list[tuple[object, object, object]]:
    payloads = [event.payload for event in product.feed(EventType.STATE_CHANGE)]
    return sorted((p["serial"], p["action"], p["resource"]) for p in payloads)  # type: ignore[type-var]


def test_each_altered_resource_is_an_event_with_the_serial(product: Product) -> None:
    product.upload(function_entry(), serial=1)
    product.upload(function_entry(memory_size=512), BUCKET, serial=2)
    product.upload(BUCKET, serial=3)
    assert changes(product) == [
        (1, "added", FUNCTION_ADDRESS),
        (2, "added", "aws_s3_bucket.invoices"),
        (2, "modified", FUNCTION_ADDRESS),
        (3, "removed", FUNCTION_ADDRESS),
    ]
    (modified,) = [
        event.payload
        for event in product.feed(EventType.STATE_CHANGE)
        if event.payload["action"] == StateAction.MODIFIED
    ]
    assert modified["changed_attributes"] == ["memory_size"]
    assert modified["state"] == {
        "bucket": "states",
        "key": "prod.tfstate",
        "serial": 2,
        "lineage": "lineage-1",
        "version_id": "v2",
    }


def test_a_second_delivery_changes_nothing(product: Product) -> None:
    product.function()
    before = product.feed(EventType.STATE_CHANGE)
    product.moment = minutes(5)
    again = product.function()
    assert (again.is_stale, again.changes) == (False, ())
    assert product.feed(EventType.STATE_CHANGE) == before


def test_an_older_version_that_arrives_late_is_left_out(product: Product) -> None:
    product.function(serial=2, memory_size=512)
    late = product.function(serial=1)
    assert late.is_stale
    assert [event.payload["serial"] for event in product.feed(EventType.STATE_CHANGE)] == [2]
    (found,) = product.states.find("aws_lambda_function", ACCOUNT, REGION, "orders")
    assert found.attributes["memory_size"] == 512


def test_what_cannot_be_read_changes_nothing(product: Product) -> None:
    product.function()
    with pytest.raises(UnreadableState):
        product.use.ingest_state.ingest(b"oops", bucket="states", key="prod.tfstate", version_id="v2")
    assert len(product.states.resources_of("states", "prod.tfstate")) == 1


def test_a_state_that_takes_over_the_new_value_adopts_the_drift(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.moment = minutes(20)
    result = product.function(serial=2, memory_size=1024)
    assert len(result.transitions) == 1
    drift = product.drift()
    assert drift.status is DriftStatus.RESOLVED
    assert drift.resolution is not None
    assert (drift.resolution.how, drift.resolution.at) == (ResolutionHow.ADOPTED, minutes(20))
    # a late second delivery of the call, or of the state, reopens nothing
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.function(serial=2, memory_size=1024)
    assert product.transitions() == ["opened", "resolved"]


def test_values_are_adopted_as_terraform_sees_them(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.function(serial=2, memory_size="1024")
    assert product.drift().status is DriftStatus.RESOLVED


def test_a_state_that_expects_something_else_keeps_the_drift_open(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.function(serial=2, memory_size=256)
    drift = product.drift()
    assert (drift.status, drift.old_value, drift.new_value) == (DriftStatus.OPEN, 256, 1024)
    assert drift.state is not None
    assert drift.state.serial == 2
    assert drift.user_identity.user_name == "oncall"


def test_a_state_without_news_of_the_attribute_keeps_the_drift(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.function(serial=2, timeout=9)
    assert product.drift().status is DriftStatus.OPEN
    assert product.transitions() == ["opened"]


def test_a_resource_that_leaves_terraform_has_no_drift(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    product.upload(serial=2)
    assert product.drift().status is DriftStatus.RESOLVED


def test_a_deletion_by_hand_is_over_when_the_state_knows_it(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, name="DeleteFunction"))
    assert product.drift().attribute is None
    product.function(serial=2)
    assert product.drift().status is DriftStatus.OPEN
    product.upload(serial=3)
    assert product.drift().status is DriftStatus.RESOLVED


def test_an_unmanaged_resource_that_is_imported_is_adopted(product: Product) -> None:
    product.upload()
    product.take(lambda_call("e-1", NOON, name="CreateFunction", memorySize=128, timeout=3))
    assert not product.drift().managed
    product.upload(function_entry(), serial=2)
    assert product.drift().status is DriftStatus.RESOLVED
    resolution = product.drift().resolution
    assert resolution is not None
    assert resolution.how is ResolutionHow.ADOPTED


def resized(instance_type: str, **instance_entry: JsonValue) -> tuple[CloudTrailRecord, JsonObject]:
    """Return a call that resizes an instance to t3.xlarge, and a state's entry of it with another type."""
    instance = "i-0123456789abcdef0"
    record = replace(
        lambda_call("e-1", NOON),
        event_source="ec2.amazonaws.com",
        event_name="ModifyInstanceAttribute",
        request={"instanceId": instance, "instanceType": {"value": "t3.xlarge"}},
    )
    attributes: JsonObject = {"id": instance, "instance_type": instance_type}
    return record, state_entry("aws_instance", "web", attributes, **instance_entry)


def test_a_change_of_what_nobody_managed_is_adopted_by_the_state_that_has_it(product: Product) -> None:
    record, entry = resized("t3.xlarge")
    product.take(record)
    product.upload(entry)
    resolution = product.drift().resolution
    assert resolution is not None
    assert resolution.how is ResolutionHow.ADOPTED


def test_a_change_of_what_nobody_managed_is_taken_over_by_a_state_with_another_value(
    product: Product,
) -> None:
    record, entry = resized("t3.micro")
    product.take(record)
    product.upload(entry)
    drift = product.drift()
    assert (drift.status, drift.managed) == (DriftStatus.OPEN, True)
    assert (drift.resource_address, drift.old_value, drift.new_value) == (
        "aws_instance.web",
        "t3.micro",
        "t3.xlarge",
    )
    assert drift.state is not None
    assert drift.state.serial == 1
    assert product.transitions() == ["opened", "updated"]
    # and what comes next finds it as any other
    product.upload(entry, BUCKET, serial=2)
    assert product.transitions() == ["opened", "updated"]
    product.upload(resized("t3.xlarge")[1], BUCKET, serial=3)
    assert product.drift().status is DriftStatus.RESOLVED


def test_a_value_that_the_state_holds_to_be_secret_is_hidden_when_it_takes_over(product: Product) -> None:
    record, entry = resized(
        "t3.micro", sensitive_attributes=[[{"type": "get_attr", "value": "instance_type"}]]
    )
    product.take(record)
    product.upload(entry)
    drift = product.drift()
    assert drift.managed
    assert is_fingerprint(drift.old_value)
    assert is_fingerprint(drift.new_value)


def test_rules_of_a_group_are_adopted_as_a_set(product: Product) -> None:
    product.upload(group(rule(443), rule(80)))
    product.take(call("e-1", 1, "Authorize", 22))
    # given versions that say nothing new of the rules, in whatever order they write them
    product.upload(group(rule(80), rule(443)), BUCKET, serial=2)
    assert (product.drift().status, product.transitions()) == (DriftStatus.OPEN, ["opened"])
    # when one has the new rule too
    product.upload(group(rule(22, security_groups=None), rule(443), rule(80)), BUCKET, serial=3)
    assert product.drift().status is DriftStatus.RESOLVED


def test_a_drift_s_values_of_one_attribute_each_are_compared_by_its_own_rule(product: Product) -> None:
    product.function(environment=[{"variables": {"A": "1"}}], layers=["b", "a"])
    product.take(lambda_call("e-1", NOON, layers=["c", "a"]))
    product.function(serial=2, environment=[{"variables": {"A": "1"}}], layers=["a", "b"])
    assert product.transitions() == ["opened"]
    product.function(serial=3, environment=[{"variables": {"A": "1"}}], layers=["a", "c"])
    assert product.drift().status is DriftStatus.RESOLVED


def test_a_reboot_is_over_with_the_next_version_that_describes_the_resource(product: Product) -> None:
    web = state_entry("aws_instance", "web", {"id": "i-0123456789abcdef0"})
    product.upload(web, serial=1)
    reboot = replace(
        lambda_call("reboot", minutes(1)),
        event_source="ec2.amazonaws.com",
        event_name="RebootInstances",
        request={"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}},
    )
    product.take(reboot)
    assert (product.drift().status, product.drift().attribute) == (DriftStatus.OPEN, None)
    product.upload(web, BUCKET, serial=2)
    resolution = product.drift().resolution
    assert resolution is not None
    assert resolution.how is ResolutionHow.ADOPTED


def test_states_of_other_keys_are_left_alone(product: Product) -> None:
    product.function()
    product.take(lambda_call("e-1", NOON, memorySize=1024))
    other = state_bytes(BUCKET, lineage="lineage-2")
    product.use.ingest_state.ingest(other, bucket="states", key="other.tfstate", version_id="v1")
    assert product.drift().status is DriftStatus.OPEN
    assert len(product.states.states()) == 2
