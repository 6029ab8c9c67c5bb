"""REST: a graph in Cytoscape.js elements, the neighbours of a resource, and what a change may reach."""

from typing import Any

import httpx
import pytest

from tests.integration.rest.answers import error
from tests.integration.rest.conftest import Stored
from tests.support.samples import ACCOUNT, NOON, REGION, drift, drift_event
from tfdrift.domain.drift import DriftStatus, Severity, StateReference
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.rest.envelope import Success
from tfdrift.rest.graph_elements import GraphModel

pytestmark = pytest.mark.emulator

PROD = StateReference("prod/terraform.tfstate", 7, "lineage-1", "states", "v7")
LARGE = StateReference("large/terraform.tfstate", 1, "lineage-2", "states")
KEYS = ("a", 'b "quoted"')
WEB = 'module.web["a"].aws_security_group.web'


def resource(state: StateReference, address: str, resource_id: str, *depends_on: str) -> ManagedResource:
    return ManagedResource(
        address,
        "aws_security_group",
        resource_id,
        "aws",
        {"id": resource_id},
        (resource_id,),
        state,
        ACCOUNT,
        REGION,
        depends_on,
    )


@pytest.fixture(autouse=True)
def _fill(stored: Stored, filled: set[str]) -> None:
    if filled:
        return
    filled.add("done")
    content = [resource(PROD, "aws_vpc.main", "vpc-1")]
    for key in ("a", "b"):
        module = f'module.web["{key}"]'
        web = "module.web.aws_security_group.web"
        content.append(resource(PROD, f"{module}.aws_security_group.web", f"sg-{key}", "aws_vpc.main"))
        content.append(resource(PROD, f"{module}.aws_instance.web[0]", f"i-{key}", "aws_vpc.main", web))
    stored.states.replace(PROD, content, terraform_version="1.9.5", indexed_at=NOON)
    large = [resource(LARGE, f"t.many[{n}]", f"large-{n}", "t.hub") for n in range(1500)]
    stored.states.replace(
        LARGE, [*large, resource(LARGE, "t.hub", "hub")], terraform_version=None, indexed_at=NOON
    )
    for number, (attribute, fields) in enumerate(
        {
            "ingress": {"status": DriftStatus.ACKNOWLEDGED},
            "egress": {"severity": Severity.LOW},
            "tags": {"status": DriftStatus.RESOLVED},
        }.items()
    ):
        made = drift("sg-a", attribute, resource_address=WEB, state=PROD, **fields)
        stored.drifts.record(made, drift_event(f"e-{number}", made), expected_version=0)


def graph(client: httpx.Client, path: str = "", **parameters: str) -> dict[str, Any]:
    answer = client.get(f"/api/v1/graph{path}", params={"key": PROD.key, **parameters})
    assert answer.status_code == 200, answer.text
    Success[GraphModel].model_validate(answer.json(), strict=True)
    return answer.json()["data"]


def nodes(drawn: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["data"]["id"]: node["data"] for node in drawn["nodes"]}


def edges(drawn: dict[str, Any], kind: str) -> set[tuple[str, str]]:
    data = [edge["data"] for edge in drawn["edges"]]
    return {(each["source"], each["target"]) for each in data if each["kind"] == kind}


def test_a_state_is_drawn_whole(client: httpx.Client) -> None:
    drawn = graph(client)

    assert drawn["state"]["version_id"] == "v7"
    assert (drawn["total_resources"], drawn["truncated"]) == (5, False)
    assert edges(drawn, "depends_on") == {
        pair
        for key in ("a", "b")
        for pair in (
            (f'module.web["{key}"].aws_instance.web[0]', f'module.web["{key}"].aws_security_group.web'),
            (f'module.web["{key}"].aws_security_group.web', "aws_vpc.main"),
        )
    }
    ids = [element["data"]["id"] for element in (*drawn["nodes"], *drawn["edges"])]
    assert len(ids) == len(set(ids))


def test_a_drifted_resource_shows_its_drifts_and_the_call_that_made_them(client: httpx.Client) -> None:
    drawn = graph(client)
    web = nodes(drawn)[WEB]

    assert (web["label"], web["module"], web["kind"]) == (
        "aws_security_group.web",
        'module.web["a"]',
        "resource",
    )
    assert (web["status"], web["severity"], len(web["drift_ids"])) == ("open", "critical", 2)
    assert edges(drawn, "caused") == {(f"call:{ACCOUNT}:e-1", WEB)}
    call = nodes(drawn)[f"call:{ACCOUNT}:e-1"]
    assert (call["label"], call["origin"], call["source_ip"]) == (
        "AuthorizeSecurityGroupIngress by oncall",
        "console",
        "203.0.113.7",
    )
    assert call["principal"] == f"arn:aws:iam::{ACCOUNT}:user/oncall"
    untouched = nodes(drawn)["aws_vpc.main"]
    assert (untouched["status"], untouched["severity"], untouched["drift_ids"]) == (None, None, [])


def test_neighbours_and_impact_of_a_resource(client: httpx.Client) -> None:
    near = nodes(graph(client, "/neighbours", address=WEB))
    below = nodes(graph(client, "/neighbours", address=WEB, direction="dependencies", depth="5"))
    impact = nodes(graph(client, "/impact", address="aws_vpc.main"))

    assert {name: node["distance"] for name, node in near.items() if node["kind"] == "resource"} == {
        WEB: 0,
        "aws_vpc.main": 1,
        'module.web["a"].aws_instance.web[0]': 1,
    }
    assert {name for name in below if not name.startswith("call:")} == {WEB, "aws_vpc.main"}
    assert sorted(node["distance"] for node in impact.values() if node["kind"] == "resource") == [
        *(0, 1, 1),
        *(2, 2),
    ]


def test_a_large_state_is_cut_and_says_so(client: httpx.Client) -> None:
    whole = graph(client, key=LARGE.key, limit="1000")
    around = graph(client, "/impact", key=LARGE.key, address="t.hub", limit="10")

    assert (whole["total_resources"], whole["truncated"]) == (1501, True)
    assert 0 < len(whole["nodes"]) <= 1000
    assert (around["total_resources"], len(around["nodes"]), around["truncated"]) == (1501, 10, True)
    assert len(edges(around, "depends_on")) == 9


def test_an_answer_stays_within_what_a_load_balancer_lets_a_function_send(
    client: httpx.Client, stored: Stored
) -> None:
    long = StateReference("long/terraform.tfstate", 1, "lineage-3", "states")
    name = "x" * 600
    content = [resource(long, f't.{name}["{n}"]', f"{name}{n}", f"t.{name}_hub") for n in range(900)]
    hub = resource(long, f"t.{name}_hub", "hub")
    stored.states.replace(long, [hub, *content], terraform_version=None, indexed_at=NOON)
    answer = client.get("/api/v1/graph", params={"key": long.key, "limit": "1000"})
    removed = stored.states.remove(long)
    drawn = answer.json()["data"]

    assert removed
    assert len(answer.content) < 1_000_000
    assert drawn["truncated"]
    ids = set(nodes(drawn))
    assert all({edge["data"]["source"], edge["data"]["target"]} <= ids for edge in drawn["edges"])


def test_of_several_states_one_is_to_be_named(client: httpx.Client) -> None:
    answer = client.get("/api/v1/graph")

    assert error(answer) == (409, "ambiguous_state")
    assert "states/prod/terraform.tfstate" in answer.json()["error"]["message"]
    assert client.get("/api/v1/graph/impact", params={"address": WEB}).status_code == 200


@pytest.mark.parametrize(
    ("path", "parameters", "expected"),
    [
        ("", {"key": "none"}, (404, "state_not_found")),
        ("/impact", {"address": "aws_vpc.none"}, (404, "resource_not_found")),
        ("/neighbours", {"address": WEB, "bucket": "none"}, (404, "resource_not_found")),
        ("/neighbours", {"address": WEB, "direction": "sideways"}, (400, "invalid_direction")),
        (
            "/neighbours",
            {"address": WEB, "direction": "dependencies,dependents"},
            (400, "invalid_direction"),
        ),
        ("/neighbours", {"address": WEB, "depth": "0"}, (400, "invalid_depth")),
        ("/neighbours", {}, (422, "invalid_request")),
        ("", {"limit": "1001"}, (400, "invalid_limit")),
    ],
)
def test_faults_are_named(
    client: httpx.Client, path: str, parameters: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error(client.get(f"/api/v1/graph{path}", params=parameters)) == expected
