"""Dashboards' questions are answered from what is stored."""

from dataclasses import replace

from tests.support.lifecycle_samples import NOON, function_entry, lambda_call, minutes, state_entry
from tests.unit.service.product import Product
from tfdrift.service.ports import Page, Total
from tfdrift.service.queries import ProviderSummary
from tfdrift.service.resource_listing import ResourceFilter


def product() -> Product:
    made = Product()
    made.upload(
        function_entry(),
        state_entry("aws_s3_bucket", "invoices", {"id": "invoices"}),
        {
            **state_entry("null_resource", "x", {"id": "1"}),
            "provider": 'provider["registry.terraform.io/hashicorp/null"]',
        },
    )
    made.take(
        lambda_call("e-1", NOON, memorySize=1024, timeout=60), lambda_call("e-2", minutes(1), timeout=3)
    )
    return made


def test_resources_are_paged_and_filtered_by_address() -> None:
    queries = product().use.queries
    page = queries.resources(ResourceFilter(), Page(1, 2))
    assert page.total == Total(3)
    assert [item.address for item in page.items] == ["aws_lambda_function.orders", "aws_s3_bucket.invoices"]
    assert queries.resources(ResourceFilter(resource_types=("aws_s3_bucket",)), Page(1, 9)).total == Total(1)
    assert queries.resources(ResourceFilter(providers=("null",)), Page(1, 9)).total == Total(1)
    assert queries.resources(ResourceFilter(), Page(2, 2)).items[0].address == "null_resource.x"


def test_statistics_count_what_is_open() -> None:
    counts = product().use.queries.statistics()
    assert counts.by_status == {"open": 1, "acknowledged": 0, "resolved": 1}
    assert counts.by_resource_type == {"aws_lambda_function": 1}
    assert sum(counts.by_severity.values()) == 1
    assert counts.by_origin == {"cli": 1}
    assert counts.events_by_type == {"drift": 3, "falco": 0, "state_change": 3}
    assert (counts.states, counts.resources, counts.unmanaged) == (1, 3, 0)


def test_providers_are_counted() -> None:
    assert product().use.queries.providers(Page(1, 9)).items == (
        ProviderSummary("aws", 2, 2),
        ProviderSummary("null", 1, 1),
    )


def test_what_was_created_without_terraform_is_grouped_by_the_call_that_made_it() -> None:
    made = Product()
    made.upload()
    launched = replace(
        lambda_call("e-1", NOON),
        event_source="ec2.amazonaws.com",
        event_name="RunInstances",
        request={},
        response={"instancesSet": {"items": [{"instanceId": f"i-{n:017x}"} for n in range(3)]}},
    )
    made.take(launched, lambda_call("e-2", minutes(1), name="CreateFunction", memorySize=128))
    newer, older = made.use.queries.unmanaged_groups(Page(1, 9)).items
    assert [drift.resource_type for drift in newer.drifts] == ["aws_lambda_function"]
    assert [drift.resource_id for drift in older.drifts] == [f"i-{n:017x}" for n in range(3)]
    # and one that a state takes over is in no group any more
    made.upload(function_entry(), serial=2)
    assert made.use.queries.unmanaged_groups(Page(1, 9)).items == (older,)
