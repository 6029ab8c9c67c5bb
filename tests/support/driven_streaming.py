"""Drives the container's process: what it tails, streams, reads again for who comes back, and answers."""

import json
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.support.driven_functions import TOKEN
from tests.support.installation import ACCOUNT, Installation
from tests.support.receiver import receiver
from tests.support.streaming_process import streaming_process
from tests.support.tables import TableNames
from tests.support.written_events import drift_event, event_log

TRACE = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=1"
HEADERS = {"x-api-key": TOKEN}
QUERIES: Mapping[str, dict[str, str]] = {
    "drifts": {"status": "open", "limit": "1"},
    "events": {"type": "drift", "limit": "1"},
    "stats": {},
    "states": {},
    "resources": {"limit": "1"},
    "providers": {},
}
# The task's own address, and what an emulator cannot be reached by.
_NOT_HERE = {"TFDRIFT_HOST", "TFDRIFT_PORT", "TFDRIFT_DRAIN_SECONDS", "AWS_ENDPOINT_URL_DYNAMODB_STREAMS"}


def drive_tasks(
    installation: Installation, stack: str, container: dict[str, Any], folder: Path, lines: Path
) -> None:
    """Run the container's process along all that it does; `lines` takes what it calls."""
    variables = {entry["Name"]: entry["Value"] for entry in container["Environment"]}
    environment = {
        name: value
        for name, value in installation.environment(stack, variables).items()
        if name not in _NOT_HERE
    }
    tables = TableNames(*(environment[f"TFDRIFT_{name}_TABLE"] for name in ("EVENTS", "STATE", "FEED")))
    told = {
        **environment,
        "TFDRIFT_RECORDED_CALLS": str(lines),
        "TFDRIFT_RECORDED_ACCOUNT": ACCOUNT,
        # So that whoever comes back is served from the feed's table.
        "TFDRIFT_RING_EVENTS": "1",
        "TFDRIFT_DRAIN_SECONDS": "0",
    }
    write = event_log(installation.clients["dynamodb"], tables.events).append
    with (
        receiver(b"{}") as xray,
        pytest.MonkeyPatch.context() as patch,
        streaming_process(
            installation.emulator,
            tables,
            folder,
            {**told, "AWS_ENDPOINT_URL_XRAY": xray.url},
            module="tests.support.recorded_streaming",
        ) as server,
    ):
        patch.setenv("_X_AMZN_TRACE_ID", TRACE)
        stream = f"{server.base}/api/v1/stream"
        with _events(stream, {}) as found:
            seen = [next(found)]
            for number in range(3):
                write(drift_event(f"streamed-{number}"))
                seen.append(next(found))
        for query in ({"lastEventId": seen[0]["id"]}, {"since": "2025-01-15T10:00:00Z"}):
            with _events(stream, query) as found:
                next(found)
                assert json.loads(next(found)["data"])
        _ask_all(server.base)
        assert httpx.get(f"{server.base}/", headers=HEADERS, timeout=10).status_code in {200, 404}


@contextmanager
def _events(url: str, query: dict[str, str]) -> Any:
    """Open the stream; yields its events' fields."""

    def events() -> Any:
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield fields
                fields = {}

    with httpx.stream("GET", url, params=query, headers=HEADERS, timeout=20) as answer:
        assert answer.status_code == 200, answer.read()
        yield events()


def _ask_all(base: str) -> None:
    """Ask each query of the WebSocket, and for single ones by the ids that lists gave."""
    url = f"{base.replace('http://', 'ws://')}/ws"
    with connect(url, additional_headers=HEADERS) as socket:
        json.loads(socket.recv(10))

        def ask(query: str, **params: str) -> Any:
            socket.send(json.dumps({"type": "query", "query": query, "params": params}))
            answer = json.loads(socket.recv(20))
            assert answer["type"] == "result", answer
            return answer["payload"]["data"]

        found = {query: ask(query, **params) for query, params in QUERIES.items()}
        ask("drift", id=found["drifts"]["items"][0]["id"])
        ask("event", id=found["events"]["items"][0]["event_id"])
