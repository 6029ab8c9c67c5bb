"""Every state index finds resources by every id, in their account and region, and switches versions whole."""

import pytest

from tests.support.lifecycle_samples import ACCOUNT, NOON, REGION, managed, reference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.service.ports import TypeCount
from tfdrift.service.use_cases import Ports


def put(ports: Ports, *resources: ManagedResource, serial: int = 1, key: str = "prod.tfstate") -> bool:
    return ports.states.replace(
        reference(serial, key=key), resources, terraform_version="1.9.8", indexed_at=NOON
    )


def test_a_resource_is_found_by_each_of_its_ids(ports: Ports) -> None:
    resource = managed(identifiers=("i-1", "arn:aws:ec2:eu-central-1:111122223333:instance/i-1"))
    put(ports, resource)
    for identifier in resource.identifiers:
        assert ports.states.find("aws_instance", ACCOUNT, REGION, identifier) == (resource,)
        assert ports.states.find_any_type(ACCOUNT, REGION, identifier) == (resource,)


def test_nothing_is_found_by_what_is_no_id(ports: Ports) -> None:
    put(ports, managed())
    for identifier in ("i-", "i-11", "I-1", "", "aws_instance.web"):
        assert ports.states.find_any_type(ACCOUNT, REGION, identifier) == ()
    assert ports.states.find("aws_db_instance", ACCOUNT, REGION, "i-1") == ()


@pytest.mark.parametrize(
    ("account", "region", "is_found"),
    [
        (ACCOUNT, REGION, True),
        ("999999999999", REGION, False),
        (ACCOUNT, "us-east-1", False),
    ],
)
def test_another_account_or_region_is_another_resource(
    ports: Ports, account: str, region: str, *, is_found: bool
) -> None:
    put(ports, managed())
    assert bool(ports.states.find("aws_instance", account, region, "i-1")) is is_found


def test_an_unknown_account_or_region_matches_any(ports: Ports) -> None:
    put(ports, managed(account_id=None, region=None))
    assert ports.states.find("aws_instance", "999999999999", "us-east-1", "i-1")


def test_a_resource_of_two_states_is_found_in_both(ports: Ports) -> None:
    first, second = managed(key="a.tfstate"), managed("aws_instance.copy", key="b.tfstate")
    put(ports, second, key="b.tfstate")
    put(ports, first, key="a.tfstate")
    found = ports.states.find("aws_instance", ACCOUNT, REGION, "i-1")
    assert sorted(resource.state.key for resource in found) == ["a.tfstate", "b.tfstate"]


def test_a_new_version_replaces_the_whole_content(ports: Ports) -> None:
    put(ports, managed(), managed("aws_instance.old", "i-2"))
    changed = managed(state=reference(2), attributes={"id": "i-1", "instance_type": "t3.large"})
    # when the next version has one resource changed and one gone
    assert put(ports, changed, serial=2)
    # then only that version is seen
    assert ports.states.resources_of("states", "prod.tfstate") == (changed,)
    assert ports.states.find("aws_instance", ACCOUNT, REGION, "i-1") == (changed,)
    assert ports.states.find_any_type(ACCOUNT, REGION, "i-2") == ()
    assert ports.states.by_address("aws_instance.old") == ()


def test_an_older_serial_changes_nothing(ports: Ports) -> None:
    newer = managed(state=reference(5))
    put(ports, newer, serial=5)
    assert put(ports, serial=4) is False
    assert ports.states.resources_of("states", "prod.tfstate") == (newer,)


def test_the_same_version_again_is_taken_and_changes_nothing(ports: Ports) -> None:
    assert put(ports, managed())
    assert put(ports, managed())
    assert ports.states.resources_of("states", "prod.tfstate") == (managed(),)
    assert len(ports.states.states()) == 1


def test_another_lineage_takes_the_place_whatever_its_serial(ports: Ports) -> None:
    put(ports, managed(state=reference(9)), serial=9)
    fresh = reference(1, lineage="lineage-2")
    assert ports.states.replace(fresh, [], terraform_version=None, indexed_at=NOON)
    assert ports.states.resources_of("states", "prod.tfstate") == ()


def test_states_are_listed_by_bucket_and_key(ports: Ports) -> None:
    put(ports, managed(key="b"), key="b")
    put(ports, key="a")
    summaries = ports.states.states()
    assert [(summary.reference.key, summary.resource_count) for summary in summaries] == [("a", 0), ("b", 1)]
    assert summaries[1].terraform_version == "1.9.8"
    assert summaries[1].indexed_at == NOON


def test_addresses_with_index_keys_are_found(ports: Ports) -> None:
    address = 'module.web["a.b\\"c"].aws_instance.this[0]'
    resource = managed(address)
    put(ports, resource)
    assert ports.states.by_address(address) == (resource,)


def test_what_is_not_indexed_is_empty(ports: Ports) -> None:
    assert ports.states.resources_of("states", "none") == ()
    assert ports.states.states() == ()
    assert ports.states.find_any_type(ACCOUNT, REGION, "i-1") == ()


def test_resources_come_by_address_after_any_address(ports: Ports) -> None:
    addresses = ["aws_instance.b", "aws_instance.a", 'aws_instance.c["x/y"]', "module.web.aws_instance.a"]
    put(ports, *(managed(address, key="order.tfstate") for address in addresses), key="order.tfstate")
    ordered = sorted(addresses)
    for start in range(len(ordered) + 1):
        after = ordered[start - 1] if start else ""
        found = ports.states.resources_after("states", "order.tfstate", after)
        assert [resource.address for resource in found] == ordered[start:]
    assert list(ports.states.resources_after("states", "none", "")) == []


def test_a_summary_counts_the_types(ports: Ports) -> None:
    put(ports, managed("aws_instance.a"), managed("aws_instance.b"))
    (summary,) = ports.states.states()
    assert summary.types == (TypeCount("aws", "aws_instance", 2, ACCOUNT),)
    assert summary.resource_count == 2
