"""Dashboards' questions are answered from what is stored."""

from tests.support.lifecycle_samples import NOON, function_entry, lambda_call, minutes, state_entry
from tests.unit.service.product import Product
from tfdrift.service.ports import Page
from tfdrift.service.queries import ProviderSummary, ResourceFilter


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
    assert page.total == 3
    assert [item.address for item in page.items] == ["aws_lambda_function.orders", "aws_s3_bucket.invoices"]
    assert queries.resources(ResourceFilter(resource_types=("aws_s3_bucket",)), Page(1, 9)).total == 1
    assert queries.resources(ResourceFilter(providers=("null",)), Page(1, 9)).total == 1
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
    assert product().use.queries.providers() == (ProviderSummary("aws", 2, 2), ProviderSummary("null", 1, 1))
