"""The container with an identity provider: stream, WebSocket and pages for who signed in, health for all."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.sign_in import LOAD_BALANCER, LoadBalancer, load_balancer
from tests.support.streaming_process import StreamingProcess, streaming_process
from tests.support.tables import TableNames, create_tables, delete_tables
from tfdrift.demo.emulator import Emulator


@pytest.fixture(scope="module")
def tables(emulator: Emulator) -> Iterator[TableNames]:
    dynamodb = emulator.client("dynamodb")
    names = create_tables(dynamodb)
    yield names
    delete_tables(dynamodb, names)


@pytest.fixture(scope="module")
def balancer() -> Iterator[LoadBalancer]:
    with load_balancer() as running:
        yield running


@pytest.fixture(scope="module")
def closed(
    emulator: Emulator, tables: TableNames, balancer: LoadBalancer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamingProcess]:
    folder = tmp_path_factory.mktemp("sign-in")
    environment = {
        "TFDRIFT_SIGN_IN_LOAD_BALANCER": LOAD_BALANCER,
        "TFDRIFT_SIGN_IN_KEYS_URL": balancer.keys_url,
    }
    with streaming_process(emulator, tables, folder, environment) as running:
        yield running


def test_health_answers_everybody(closed: StreamingProcess) -> None:
    assert closed.health()["status"] == "ok"


@pytest.mark.parametrize("path", ["/", "/api/v1/stream", "/api/v1/drifts", "/ws"])
def test_a_stranger_is_refused(closed: StreamingProcess, path: str) -> None:
    answer = httpx.get(f"{closed.base}{path}", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_who_signed_in_gets_the_stream(closed: StreamingProcess, balancer: LoadBalancer) -> None:
    headers = {"x-amzn-oidc-data": balancer.token()}
    with httpx.stream("GET", f"{closed.base}/api/v1/stream", headers=headers, timeout=10) as answer:
        assert answer.status_code == 200
        assert "event: connected" in next(line for line in answer.iter_lines() if line.startswith("event"))


def test_a_socket_is_for_who_signed_in(closed: StreamingProcess, balancer: LoadBalancer) -> None:
    url = closed.base.replace("http", "ws", 1) + "/ws"
    with pytest.raises(InvalidStatus) as refused, connect(url):
        pass
    assert refused.value.response.status_code == 401
    with connect(url, additional_headers={"x-amzn-oidc-data": balancer.token()}) as socket:
        assert "welcome" in str(socket.recv(timeout=10))


def test_a_token_of_another_load_balancer_is_refused(
    closed: StreamingProcess, balancer: LoadBalancer
) -> None:
    headers = {"x-amzn-oidc-data": balancer.token(signer=f"{LOAD_BALANCER}0")}
    assert httpx.get(f"{closed.base}/api/v1/stream", headers=headers, timeout=5).status_code == 401
