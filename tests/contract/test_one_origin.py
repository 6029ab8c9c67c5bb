"""Stream, REST API and Falco's endpoint are one origin, served by one process."""

import asyncio
import json

import httpx
import pytest

from tests.support.sse_client import open_stream

from .conftest import Product

pytestmark = pytest.mark.emulator


def test_rest_is_on_the_same_origin(product: Product) -> None:
    """[REST API](API.md) - HTTP-based API endpoints."""
    answers = [httpx.get(f"{product.base}/api/v1/{path}") for path in ("drifts", "events", "state", "stats")]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(answer.json()["success"] for answer in answers)


async def test_an_alert_that_falco_posts_arrives_on_the_stream(product: Product, new_id: str) -> None:
    """`docker-compose logs falco`: check Falco is sending events; the same origin takes them."""
    alert = {
        "time": "2025-01-15T10:00:00.123456789Z",
        "rule": "Terminal shell in container",
        "priority": "Notice",
        "source": "syscall",
        "hostname": "node-1",
        "output": f"a shell was started {new_id}",
        "output_fields": {"container.id": "abc123", "evt.time": 1736935200123456789},
        "tags": ["container"],
    }
    async with open_stream(product.base, "?types=falco") as stream:
        await stream.next()
        answer = await asyncio.to_thread(
            httpx.post, f"{product.base}/api/v1/falco/events", json=alert, timeout=30
        )
        assert answer.status_code == 202, answer.text
        (block,) = await stream.events(1)

    data = json.loads(block.data or "")
    assert (data["rule"], data["severity"], data["container_id"]) == (alert["rule"], "low", "abc123")


def test_an_unknown_path_of_the_api_is_answered_in_the_envelope(product: Product) -> None:
    """The API's own shape of errors, also where nothing is."""
    answer = httpx.get(f"{product.base}/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
