"""REST: every error has the envelope, and no answer gives away what failed inside."""

from dataclasses import replace

import httpx
import pytest

from tests.support.http import serving
from tests.support.tables import TableNames
from tfdrift.bootstrap import Product
from tfdrift.rest.application import build_rest_app
from tfdrift.rest.envelope import Failure
from tfdrift.service.graph import Graphs
from tfdrift.service.memory import MemoryStateIndex
from tfdrift.service.ports import ConcurrentUpdate, StateSummary

pytestmark = pytest.mark.emulator


def error(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    failure = Failure.model_validate(answer.json(), strict=True)
    return answer.status_code, failure.error.code


@pytest.mark.parametrize(
    "path", ["/", "/api/v1", "/api/v1/nothing", "/api/v1/drifts/a/b/c", "/api/v2/drifts"]
)
def test_an_unknown_path_is_not_found(client: httpx.Client, path: str) -> None:
    assert error(client.get(path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/drifts"), ("DELETE", "/health"), ("GET", "/api/v1/falco/events")]
)
def test_a_method_that_a_path_does_not_have_is_refused(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"]


def test_a_fault_inside_is_answered_without_its_cause(
    product_environment: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    product_environment.setenv("TFDRIFT_EVENTS_TABLE", "no-such-table")
    with serving(Product.from_environment().rest_app()) as broken:
        answer = broken.get("/api/v1/drifts")

    assert error(answer) == (500, "internal_error")
    assert "no-such-table" not in answer.text


class BusyStates(MemoryStateIndex):
    """An index whose states are replaced again and again while they are read."""

    def states(self) -> tuple[StateSummary, ...]:
        """Give up, as the index on DynamoDB does after some attempts."""
        raise ConcurrentUpdate("a state was replaced again and again while it was read")


def test_what_others_keep_changing_can_be_asked_again(product_environment: pytest.MonkeyPatch) -> None:
    services = Product.from_environment().rest_services()
    busy = replace(services, graphs=Graphs(BusyStates(), services.drifts))
    with serving(build_rest_app(busy)) as client:
        answer = client.get("/api/v1/graph")

    assert error(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"


def test_health_is_answered_without_touching_storage(
    product_environment: pytest.MonkeyPatch, tables: TableNames
) -> None:
    product_environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with serving(Product.from_environment().rest_app()) as client:
        answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "ok"


def test_origins_are_allowed_only_where_named(
    product_environment: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    origin = {"Origin": "https://dashboard.example.com"}
    assert "access-control-allow-origin" not in client.get("/health", headers=origin).headers

    product_environment.setenv("TFDRIFT_CORS_ORIGINS", "https://dashboard.example.com")
    with serving(Product.from_environment().rest_app()) as open_client:
        allowed = open_client.get("/health", headers=origin)
        other = open_client.get("/health", headers={"Origin": "https://other.example.com"})
    assert allowed.headers["access-control-allow-origin"] == "https://dashboard.example.com"
    assert "access-control-allow-origin" not in other.headers


def test_the_description_names_every_path(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]

    assert set(described) == {
        "/health",
        "/api/v1/drifts",
        "/api/v1/drifts/{drift_id}",
        "/api/v1/drifts/{drift_id}/acknowledge",
        "/api/v1/drifts/{drift_id}/unacknowledge",
        "/api/v1/unmanaged",
        "/api/v1/ignored",
        "/api/v1/events",
        "/api/v1/events/{event_id}",
        "/api/v1/state",
        "/api/v1/state/resources",
        "/api/v1/state/resource/{address}",
        "/api/v1/graph",
        "/api/v1/graph/neighbours",
        "/api/v1/graph/impact",
        "/api/v1/timeline",
        "/api/v1/stats",
        "/api/v1/providers",
        "/api/v1/falco/events",
    }
