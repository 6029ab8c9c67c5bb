"""Calls that matter to one another are found by what they touch, and the many others are left alone."""

from dataclasses import replace

from tests.support.lifecycle_samples import ACCOUNT, FUNCTION, lambda_call, minutes
from tests.support.samples import call
from tests.unit.service.product import Product
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.service.touched import touched


def test_a_rule_s_making_and_its_removal_by_its_own_id_share_a_name() -> None:
    group, rule = "sg-0a1b2c3d4e5f60718", "sgr-0f1e2d3c4b5a69788"
    made = call("e-1", request={"groupId": group}, response={"items": [{"securityGroupRuleId": rule}]})
    removed = call("e-2", request={"securityGroupRuleIds": {"items": [rule]}})
    assert touched(made, ()) == {group, rule}
    assert touched(removed, ()) == {rule}


def test_names_of_regions_and_types_are_no_resources() -> None:
    assert touched(call("e-1", request={"region": "eu-central-1", "type": "t3.large"}), ()) == frozenset()


def change(event_id: str, minute: float, function: str, memory: int) -> CloudTrailRecord:
    record = lambda_call(event_id, minutes(minute))
    return replace(record, request={"functionName": function, "memorySize": memory})


def test_a_late_call_does_not_take_up_newer_ones_on_other_resources() -> None:
    # Given newer calls on other functions, and one on the same, which all wait
    product = Product()
    product.function()
    product.take(*(change(f"o-{number}", 5, f"other-{number}", 512) for number in range(20)))
    product.take(change("e-2", 3, FUNCTION, 1024))
    assert len(product.held.held(ACCOUNT)) == 21
    # When an older call on it arrives
    late = change("e-1", 0, FUNCTION, 256)
    use_case = product.use.ingest_cloudtrail
    related = use_case.waiting.newer_than(late, use_case.assess.assess(late).findings)
    product.take(late)
    # Then the one on the same function alone is related to it, and the drift is as that left it
    assert [found.event_id for found in related] == ["e-2"]
    (drift,) = [drift for drift in product.all_drifts() if drift.managed]
    assert drift.new_value == 1024
