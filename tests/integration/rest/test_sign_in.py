"""REST with an identity provider: people by the load balancer's token, machines by theirs, nobody else."""

from collections.abc import Iterator

import httpx
import pytest

from tests.integration.rest.answers import error
from tests.integration.rest.conftest import Stored
from tests.support.http import serving
from tests.support.lifecycle_samples import drift, event
from tests.support.sign_in import LOAD_BALANCER, LoadBalancer, load_balancer
from tfdrift.bootstrap import ConfigurationError, Product

TOKEN = "a token of the tests"


@pytest.fixture
def balancer() -> Iterator[LoadBalancer]:
    with load_balancer() as running:
        yield running


@pytest.fixture
def closed(product_environment: pytest.MonkeyPatch, balancer: LoadBalancer) -> Iterator[httpx.Client]:
    """A client of an app whose deployment has an identity provider."""
    product_environment.setenv("TFDRIFT_SIGN_IN_LOAD_BALANCER", LOAD_BALANCER)
    product_environment.setenv("TFDRIFT_SIGN_IN_KEYS_URL", balancer.keys_url)
    product_environment.setenv("TFDRIFT_API_TOKEN", TOKEN)
    with serving(Product.from_environment().rest_app()) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/v1/drifts", "/api/v1/summary", "/api/v1/openapi.json", "/nowhere"])
def test_a_stranger_is_told_nothing(closed: httpx.Client, path: str) -> None:
    answer = closed.get(path)
    assert error(answer) == (401, "unauthorized")


def test_who_signed_in_reads(closed: httpx.Client, balancer: LoadBalancer) -> None:
    answer = closed.get("/api/v1/drifts", headers={"x-amzn-oidc-data": balancer.token()})
    assert answer.status_code == 200


def test_a_machine_reads_with_its_token(closed: httpx.Client) -> None:
    assert closed.get("/api/v1/drifts", headers={"X-API-Key": TOKEN}).status_code == 200
    assert closed.get("/api/v1/drifts", headers={"X-API-Key": "another"}).status_code == 401


def test_beside_a_machines_key_no_proof_is_looked_at(closed: httpx.Client, balancer: LoadBalancer) -> None:
    proof = {"x-amzn-oidc-data": balancer.token()}
    assert closed.get("/api/v1/drifts", headers={**proof, "X-API-Key": "another"}).status_code == 401
    assert balancer.asked == []


def test_keys_out_of_reach_ask_to_come_back(closed: httpx.Client, balancer: LoadBalancer) -> None:
    balancer.status = 500
    answer = closed.get("/api/v1/drifts", headers={"x-amzn-oidc-data": balancer.token()})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_health_is_open_and_alerts_want_the_machines_token(
    closed: httpx.Client, balancer: LoadBalancer
) -> None:
    assert closed.get("/health").status_code == 200
    assert closed.post("/api/v1/falco/events", json={}).status_code == 401
    # A person's proof does not count there: the load balancer asks nobody to sign in on that path.
    proof = {"x-amzn-oidc-data": balancer.token()}
    assert closed.post("/api/v1/falco/events", json={}, headers=proof).status_code == 401


def test_an_acknowledgement_is_by_who_signed_in_whatever_the_body_says(
    closed: httpx.Client, balancer: LoadBalancer, stored: Stored
) -> None:
    record = drift(resource_id="sg-signed-in")
    stored.drifts.record(record, event("signed-in"), expected_version=0)
    headers = {"x-amzn-oidc-data": balancer.token()}
    answer = closed.post(
        f"/api/v1/drifts/{record.id}/acknowledge", json={"by": "somebody else"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["acknowledgement"]["by"] == "platform@example.com"


def test_half_a_configuration_is_refused(product_environment: pytest.MonkeyPatch) -> None:
    product_environment.setenv("TFDRIFT_SIGN_IN_KEYS_URL", "https://public-keys.example.com")
    with pytest.raises(ConfigurationError, match="TFDRIFT_SIGN_IN_LOAD_BALANCER"):
        Product.from_environment().rest_app()
