"""The api function: the REST API as load balancers, gateways and function URLs ask for it."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from handlers.api.handler import handler
from tests.integration.handlers.conftest import World, terraform_state
from tests.support.lambda_events import Context, alb_request, gateway_request, url_request
from tests.support.samples import drift, drift_event

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.parametrize("request_of", [alb_request, gateway_request, url_request]),
]


def answered(answer: dict[str, Any]) -> tuple[int, Any]:
    assert answer["isBase64Encoded"] is False
    return answer["statusCode"], json.loads(answer["body"])


def test_health(world: World, request_of: Any) -> None:
    status, body = answered(handler(request_of("GET", "/health"), Context()))

    assert status == 200
    assert body["success"] is True


def test_drifts_with_filters_in_the_query(world: World, request_of: Any) -> None:
    for name in ("sg-1", "sg-2"):
        each = drift(name)
        world.product.drifts.record(each, drift_event(name, each), expected_version=0)
    query = {"severity": "critical,low", "since": "2025-01-15T13:00:00+01:00", "limit": "1"}

    status, body = answered(handler(request_of("GET", "/api/v1/drifts", query), Context()))

    assert status == 200
    assert body["data"]["total"] == 2
    assert [item["resource_id"] for item in body["data"]["items"]] == ["sg-2"] or len(
        body["data"]["items"]
    ) == 1


def test_an_address_in_the_path(world: World, request_of: Any) -> None:
    state = json.loads(terraform_state(1))
    state["resources"][0]["module"] = 'module.web["a/b.c"]'
    data = json.dumps(state).encode()
    world.product.use_cases.ingest_state.ingest(
        data, bucket=world.bucket, key="terraform.tfstate", version_id=None
    )
    address = 'module.web["a/b.c"].aws_security_group.web'
    encoded = quote(address, safe="")
    # Gateways of the older format decode the path before they hand it over.
    path = address if request_of is gateway_request else encoded

    status, body = answered(handler(request_of("GET", f"/api/v1/state/resource/{path}"), Context()))

    assert status == 200
    assert body["data"]["address"] == address


def test_errors_have_the_envelope(world: World, request_of: Any) -> None:
    assert answered(handler(request_of("GET", "/nothing"), Context()))[0] == 404
    assert answered(handler(request_of("PUT", "/api/v1/drifts"), Context()))[0] == 405
    status, body = answered(handler(request_of("GET", "/api/v1/drifts", {"limit": "5000"}), Context()))
    assert (status, body["success"], body["error"]["code"]) == (400, False, "invalid_limit")
