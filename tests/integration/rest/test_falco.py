"""REST: Falco's alerts are taken one by one or as a list, once each, with a token where one is set."""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.rest.answers import error
from tests.integration.rest.conftest import Stored
from tests.support.falco_alerts import alert
from tests.support.http import serving
from tfdrift.bootstrap import Product
from tfdrift.rest.falco import MAX_BODY_BYTES

pytestmark = pytest.mark.emulator

PATH = "/api/v1/falco/events"


def receipt(answer: httpx.Response) -> Any:
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]


def test_an_alert_is_stored_once_with_exact_numbers(client: httpx.Client, stored: Stored) -> None:
    answers = [receipt(client.post(PATH, json=alert("once"))) for _ in range(3)]

    assert [(answer["stored"], answer["duplicates"]) for answer in answers] == [(1, 0), (0, 1), (0, 1)]
    listing = client.get("/api/v1/events?type=falco&limit=1000").json()["data"]["items"]
    [event] = [each for each in listing if each["payload"]["output"] == "shell once"]
    assert event["severity"] == "low"
    assert event["payload"]["container_id"] == "abc123"
    assert event["payload"]["output_fields"]["evt.rawtime"] == 1736935200123456789


def test_the_sound_alerts_of_a_list_go_in(client: httpx.Client) -> None:
    answer = receipt(
        client.post(PATH, json=[alert("l-1"), {"rule": "x"}, "text", alert("l-2"), alert("l-1")])
    )

    assert (answer["received"], answer["stored"], answer["duplicates"]) == (5, 2, 1)
    assert [entry["index"] for entry in answer["rejected"]] == [1, 2]
    assert all(entry["reason"] for entry in answer["rejected"])


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json; charset=utf-8"])
def test_the_content_type_does_not_matter(client: httpx.Client, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    body = json.dumps(alert(f"type {content_type}")).encode()

    assert receipt(client.post(PATH, content=body, headers=headers))["stored"] == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        (b'{"rule": NaN}', "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b"[]", "no_alerts"),
        (b"null", "invalid_alert"),
        (b'{"rule": "r", "priority": "Loud", "output": "o"}', "invalid_alert"),
    ],
)
def test_what_is_no_alert_is_refused(client: httpx.Client, body: bytes, code: str) -> None:
    assert error(client.post(PATH, content=body)) == (400, code)


def test_a_compressed_body_is_taken(client: httpx.Client) -> None:
    body = gzip.compress(json.dumps(alert("compressed")).encode())
    headers = {"Content-Encoding": "gzip"}

    assert receipt(client.post(PATH, content=body, headers=headers))["stored"] == 1
    assert error(client.post(PATH, content=body[:-9], headers=headers)) == (400, "invalid_gzip")
    assert error(client.post(PATH, content=b"plain", headers=headers)) == (400, "invalid_gzip")
    bomb = gzip.compress(b" " * (MAX_BODY_BYTES + 1))
    assert error(client.post(PATH, content=bomb, headers=headers)) == (413, "payload_too_large")
    headers = {"Content-Encoding": "br"}
    assert error(client.post(PATH, content=body, headers=headers)) == (415, "unsupported_encoding")


def test_too_much_is_refused(client: httpx.Client) -> None:
    assert error(client.post(PATH, content=b" " * (MAX_BODY_BYTES + 1))) == (413, "payload_too_large")
    assert error(client.post(PATH, json=[{}] * 1001)) == (413, "too_many_alerts")


@pytest.fixture
def guarded(product_environment: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The app with a token set."""
    product_environment.setenv("TFDRIFT_API_TOKEN", "tökén")
    with serving(Product.from_environment().rest_app()) as client:
        yield client


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer tökén".encode()},
        {"Authorization": "bearer   tökén".encode()},
        {"X-API-Key": "tökén".encode()},
        {"Authorization": basic("falco", "tökén")},
        {"Authorization": basic("", "tökén")},
        {"Authorization": "Bearer wrong", "X-API-Key": "tökén".encode()},
    ],
)
def test_the_token_opens(guarded: httpx.Client, headers: dict[str, Any]) -> None:
    assert receipt(guarded.post(PATH, json=alert(f"guarded {headers}"), headers=headers))["received"] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "tökén".encode()},
        {"Authorization": basic("tökén", "")},
        {"Authorization": "Basic not-base64!"},
        {"Authorization": "Digest tökén".encode()},
        {"X-API-Key": ""},
        {"X-API-Key": "tökén2".encode()},
    ],
)
def test_nothing_else_opens(guarded: httpx.Client, headers: dict[str, Any]) -> None:
    answer = guarded.post(PATH, json=alert("refused"), headers=headers)

    assert error(answer) == (401, "unauthorized")
    assert "Bearer" in answer.headers["www-authenticate"]
    assert "tökén" not in answer.text


def test_reading_needs_no_token(guarded: httpx.Client) -> None:
    assert guarded.get("/api/v1/events").status_code == 200
