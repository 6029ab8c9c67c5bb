"""REST: states, their resources by address, figures and providers."""

from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest

from tests.integration.rest.answers import data, error
from tests.integration.rest.conftest import Stored
from tests.support.samples import ACCOUNT, NOON, REGION, drift, drift_event
from tfdrift.domain.drift import StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.rest.envelope import Listing, Success
from tfdrift.rest.models import ProviderModel, ResourceModel, StateModel, StatsModel

pytestmark = pytest.mark.emulator

ODD = 'module.web["a/b.c"].aws_instance.x["ü \\"quoted\\" %2F"]'


def resource(state: StateReference, address: str, resource_type: str = "aws_instance") -> ManagedResource:
    return ManagedResource(
        address=address,
        resource_type=resource_type,
        resource_id=f"id of {address}",
        provider="aws",
        attributes={"id": f"id of {address}", "big": 1736935200123456789},
        identifiers=(f"id of {address}",),
        state=state,
        account_id=ACCOUNT,
        region=REGION,
    )


@pytest.fixture(autouse=True)
def _fill(stored: Stored, filled: set[str]) -> None:
    if filled:
        return
    filled.add("done")
    prod = StateReference("prod/terraform.tfstate", 7, "lineage-1", "states", "v7")
    test = StateReference("test/terraform.tfstate", 2, "lineage-2", "states", None)
    contents = {
        prod: [ODD, "aws_instance.both", "aws_instance.count[0]", "aws_instance.count[1]"],
        test: ["aws_instance.both"],
    }
    for state, addresses in contents.items():
        stored.states.replace(
            state,
            [resource(state, address) for address in addresses],
            terraform_version="1.9.5",
            indexed_at=NOON,
        )
    opened = drift("sg-1")
    stored.drifts.record(opened, drift_event("one", opened), expected_version=0)


def test_states_are_listed_by_bucket_and_key(client: httpx.Client) -> None:
    answer = client.get("/api/v1/state")

    Success[Listing[StateModel]].model_validate(answer.json(), strict=True)
    assert [(item["key"], item["serial"], item["resource_count"]) for item in data(answer)["items"]] == [
        ("prod/terraform.tfstate", 7, 4),
        ("test/terraform.tfstate", 2, 1),
    ]
    assert data(client.get("/api/v1/state?limit=1&page=2"))["items"][0]["key"] == "test/terraform.tfstate"
    first = data(client.get("/api/v1/state?limit=1"))
    second = data(client.get("/api/v1/state", params={"limit": 1, "cursor": first["next_cursor"]}))
    assert [item["key"] for item in second["items"]] == ["test/terraform.tfstate"]


def test_resources_are_listed_by_state_and_address_a_page_at_a_time(client: httpx.Client) -> None:
    answer = client.get("/api/v1/state/resources?limit=3")

    Success[Listing[ResourceModel]].model_validate(answer.json(), strict=True)
    listing = data(answer)
    assert listing["total"] == 5
    assert [item["address"] for item in listing["items"]] == [
        "aws_instance.both",
        "aws_instance.count[0]",
        "aws_instance.count[1]",
    ]
    rest = data(client.get("/api/v1/state/resources", params={"limit": 3, "cursor": listing["next_cursor"]}))
    assert [item["address"] for item in rest["items"]] == [ODD, "aws_instance.both"]
    assert (rest["total"], rest["next_cursor"]) == (None, None)
    assert data(client.get("/api/v1/state/resources?resource_type=aws_vpc"))["total"] == 0
    assert data(client.get("/api/v1/state/resources?provider=aws"))["total"] == 5


@pytest.mark.parametrize("address", [ODD, "aws_instance.count[1]"])
def test_a_resource_is_found_by_its_encoded_address(client: httpx.Client, address: str) -> None:
    found = data(client.get(f"/api/v1/state/resource/{quote(address, safe='')}"))

    assert found["address"] == address
    assert found["attributes"]["big"] == 1736935200123456789
    assert found["state"]["serial"] == 7


def test_of_several_states_one_is_to_be_named(client: httpx.Client) -> None:
    path = "/api/v1/state/resource/aws_instance.both"

    ambiguous = client.get(path)
    chosen = data(client.get(path, params={"bucket": "states", "key": "test/terraform.tfstate"}))

    assert error(ambiguous) == (409, "ambiguous_address")
    assert "states/prod/terraform.tfstate" in ambiguous.json()["error"]["message"]
    assert chosen["state"]["serial"] == 2


@pytest.mark.parametrize("address", ["aws_instance.none", "aws_instance.count", "x" * 5000, "%00"])
def test_an_address_that_no_state_has_is_not_found(client: httpx.Client, address: str) -> None:
    assert error(client.get(f"/api/v1/state/resource/{address}")) == (404, "resource_not_found")


def test_figures(client: httpx.Client) -> None:
    answer = client.get("/api/v1/stats")

    Success[StatsModel].model_validate(answer.json(), strict=True)
    figures = data(answer)
    assert figures["by_status"] == {"open": 1, "acknowledged": 0, "resolved": 0}
    assert figures["by_severity"]["critical"] == 1
    assert figures["by_origin"] == {"console": 1}
    assert (figures["states"], figures["resources"]) == (2, 5)
    assert figures["events_by_type"]["drift"] == 1
    assert figures["at_least"] == []


def test_providers(client: httpx.Client) -> None:
    answer = client.get("/api/v1/providers")

    Success[Listing[ProviderModel]].model_validate(answer.json(), strict=True)
    assert data(answer)["items"] == [{"name": "aws", "resources": 5, "resource_types": 1}]


def test_a_state_that_is_removed_is_gone_and_can_come_back_older(
    stored: Stored, client: httpx.Client
) -> None:
    state = StateReference("gone/terraform.tfstate", 9, "lineage-9", "states", "v9")
    back = replace(state, serial=3, version_id="v10")

    def put(reference: StateReference) -> bool:
        content = [resource(reference, "aws_instance.gone")]
        return stored.states.replace(reference, content, terraform_version=None, indexed_at=NOON)

    assert put(state)
    assert not stored.states.remove(replace(state, serial=8))
    assert stored.states.remove(state)
    assert not stored.states.remove(state)
    assert error(client.get("/api/v1/state/resource/aws_instance.gone")) == (404, "resource_not_found")
    assert put(back)
    assert data(client.get("/api/v1/state/resource/aws_instance.gone"))["state"]["serial"] == 3
    assert stored.states.remove(back)
