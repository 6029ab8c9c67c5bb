"""REST: what one of many accounts sees of everything that is listed or counted."""

from dataclasses import replace

import httpx
import pytest

from tests.integration.rest.answers import data, error
from tests.integration.rest.conftest import Stored
from tests.support.samples import ACCOUNT, NOON, REGION, drift, drift_event
from tfdrift.domain.drift import ChangeType, DriftRecord, StateReference, drift_id
from tfdrift.domain.hidden_change import HiddenChange
from tfdrift.domain.managed_resource import ManagedResource

pytestmark = pytest.mark.emulator

OTHER, EMPTY = "222233334444", "333344445555"


def resource(state: StateReference, address: str, account: str | None) -> ManagedResource:
    return ManagedResource(
        address=address,
        resource_type=address.partition(".")[0],
        resource_id=address,
        provider="aws",
        attributes={"id": address},
        identifiers=(address,),
        state=state,
        account_id=account,
        region=REGION,
    )


def of_account(account: str, resource_id: str, **changes: object) -> DriftRecord:
    made = drift(resource_id, **changes)
    identity = drift_id(account, REGION, made.resource_type, resource_id, made.attribute)
    return replace(made, account_id=account, id=identity)


@pytest.fixture(autouse=True)
def _fill(stored: Stored, filled: set[str]) -> None:
    if filled:
        return
    filled.add("done")
    one = StateReference("one.tfstate", 1, "lineage-1", "states", "v1")
    shared = StateReference("shared.tfstate", 1, "lineage-2", "states", "v1")
    contents = {
        one: [("aws_instance.a", ACCOUNT)],
        shared: [
            ("aws_instance.b", ACCOUNT),
            ("aws_instance.c", OTHER),
            ("aws_vpc.d", OTHER),
            ("null.e", None),
        ],
    }
    for state, entries in contents.items():
        resources = [resource(state, *entry) for entry in entries]
        stored.states.replace(state, resources, terraform_version=None, indexed_at=NOON)
    created = {"managed": False, "change_type": ChangeType.CREATED, "attribute": None}
    records = [
        of_account(ACCOUNT, "sg-1"),
        of_account(OTHER, "sg-2"),
        of_account(OTHER, "sg-3", **created),
    ]
    for number, record in enumerate(records):
        stored.drifts.record(record, drift_event(f"e-{number}", record), expected_version=0)
    for account, resource_id in ((ACCOUNT, "sg-4"), (OTHER, "sg-5")):
        stored.hidden.keep(HiddenChange(of_account(account, resource_id), 1, "aws_security_group.*"))


def asked(client: httpx.Client, path: str, *accounts: str) -> list[str]:
    """Return what tells the entries of a listing apart."""
    items = data(client.get(f"/api/v1/{path}", params={"account_id": ",".join(accounts)}))["items"]
    names = ("address", "resource_id", "key", "event_id", "name")
    return sorted(next(str(item[name]) for name in names if name in item) for item in items)


def test_states_that_hold_resources_of_an_account(client: httpx.Client) -> None:
    assert asked(client, "state", ACCOUNT) == ["one.tfstate", "shared.tfstate"]
    assert asked(client, "state", OTHER) == ["shared.tfstate"]
    assert asked(client, "state", EMPTY) == []
    accounts = {item["key"]: item["accounts"] for item in data(client.get("/api/v1/state"))["items"]}
    assert accounts == {"one.tfstate": [ACCOUNT], "shared.tfstate": [ACCOUNT, OTHER]}


def test_resources_of_an_account_are_listed_and_counted(client: httpx.Client) -> None:
    assert asked(client, "state/resources", OTHER) == ["aws_instance.c", "aws_vpc.d"]
    assert asked(client, "state/resources", ACCOUNT, OTHER) == [
        "aws_instance.a",
        "aws_instance.b",
        "aws_instance.c",
        "aws_vpc.d",
    ]
    query = {"account_id": OTHER, "resource_type": "aws_vpc"}
    assert data(client.get("/api/v1/state/resources", params=query))["total"] == 1
    assert data(client.get("/api/v1/state/resources"))["total"] == 5


def test_drifts_events_and_what_was_hidden(client: httpx.Client) -> None:
    assert asked(client, "drifts", ACCOUNT) == ["sg-1"]
    assert asked(client, "events", OTHER) == ["e-1", "e-2"]
    assert asked(client, "ignored", OTHER) == ["sg-5"]
    assert len(asked(client, "drifts", ACCOUNT, OTHER)) == 3


def test_what_was_created_without_terraform(client: httpx.Client) -> None:
    def groups(account: str) -> list[str]:
        answer = client.get("/api/v1/unmanaged", params={"account_id": account})
        return [drift["resource_id"] for group in data(answer)["items"] for drift in group["drifts"]]

    assert groups(OTHER) == ["sg-3"]
    assert groups(ACCOUNT) == []


def test_figures_of_an_account(client: httpx.Client) -> None:
    def figures(**query: str) -> tuple[object, ...]:
        found = data(client.get("/api/v1/stats", params=query))
        return (
            found["by_status"]["open"],
            found["by_account"],
            found["unmanaged"],
            found["events_by_type"]["drift"],
            found["states"],
            found["resources"],
        )

    assert figures() == (3, {ACCOUNT: 1, OTHER: 2}, 1, 3, 2, 5)
    assert figures(account_id=OTHER) == (2, {OTHER: 2}, 1, 2, 1, 2)
    assert figures(account_id=EMPTY) == (0, {}, 0, 0, 0, 0)
    assert figures(account_id=f"{ACCOUNT},{OTHER}")[4:] == (2, 4)


def test_providers_of_an_account(client: httpx.Client) -> None:
    answer = client.get("/api/v1/providers", params={"account_id": OTHER})
    assert data(answer)["items"] == [{"name": "aws", "resources": 2, "resource_types": 2}]


@pytest.mark.parametrize("path", ["state", "state/resources", "drifts", "events", "unmanaged", "ignored"])
def test_a_cursor_leads_on_within_the_accounts_that_were_asked_for(client: httpx.Client, path: str) -> None:
    whole = asked_pages(client, path, OTHER)
    assert whole == asked_pages(client, path, OTHER, limit=1)
    first = data(client.get(f"/api/v1/{path}", params={"account_id": f"{ACCOUNT},{OTHER}", "limit": 1}))
    if first["next_cursor"]:
        query = {"account_id": OTHER, "limit": "1", "cursor": first["next_cursor"]}
        assert error(client.get(f"/api/v1/{path}", params=query)) == (400, "invalid_cursor")


def asked_pages(client: httpx.Client, path: str, account: str, limit: int = 50) -> list[object]:
    """Return all entries, a part at a time."""
    found: list[object] = []
    query: dict[str, str] = {"account_id": account, "limit": str(limit)}
    while True:
        part = data(client.get(f"/api/v1/{path}", params=query))
        found += part["items"]
        if part["next_cursor"] is None:
            return found
        query["cursor"] = part["next_cursor"]


@pytest.mark.parametrize("path", ["state", "state/resources", "stats", "unmanaged", "ignored", "providers"])
def test_too_many_accounts_are_refused(client: httpx.Client, path: str) -> None:
    accounts = ",".join(f"{number:012d}" for number in range(101))
    assert error(client.get(f"/api/v1/{path}", params={"account_id": accounts})) == (
        400,
        "invalid_account_id",
    )
