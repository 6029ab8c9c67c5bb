"""Secrets planted in states, calls and alerts are nowhere in what is stored, logged, answered or streamed."""

import asyncio
import json
import logging
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from handlers.api.handler import handler as answer_request
from handlers.batches import PoisonMessageError
from handlers.cloudtrail.handler import handler as take_calls
from handlers.falco.handler import handler as take_alerts
from handlers.held.handler import handler as release
from handlers.tfstate.handler import handler as take_states
from tests.integration.handlers.conftest import ACCOUNT, REGION, World, call
from tests.support.lambda_events import Context, alb_request, call_event, object_event, sqs_event
from tests.support.lifecycle_samples import state_entry
from tests.support.sse_client import Block, open_stream
from tests.support.streaming_process import streaming_process

pytestmark = pytest.mark.emulator

MARK = "pl4nted"
DATABASE_ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:orders"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 terraform-provider-aws/5.60.0 aws-sdk-go-v2/1.30.0"
DESCRIPTION = [{"type": "get_attr", "value": "description"}]


def state(serial: int, description: str) -> bytes:
    """Return a state with secrets by name, by the state's own marks, and within a block."""
    function = {
        "id": "orders",
        "arn": FUNCTION_ARN,
        "function_name": "orders",
        "memory_size": 128,
        "description": description,
    }
    database = {
        "id": "db-ORDERS",
        "arn": DATABASE_ARN,
        "identifier": "orders",
        "password": f"{MARK}-database-{serial}",
        "allocated_storage": 20,
    }
    parameter = {"id": "/orders/token", "name": "/orders/token", "value": f"{MARK}-parameter"}
    broker = {"id": "b-1", "user": [{"username": "app", "password": f"{MARK}-broker"}]}
    document = {
        "version": 4,
        "terraform_version": "1.9.5",
        "serial": serial,
        "lineage": "lineage-1",
        "outputs": {"token": {"value": f"{MARK}-output", "type": "string", "sensitive": True}},
        "resources": [
            state_entry("aws_lambda_function", "orders", {**function}, sensitive_attributes=[DESCRIPTION]),
            state_entry("aws_db_instance", "orders", {**database}),
            state_entry("aws_ssm_parameter", "token", {**parameter}),
            state_entry("aws_mq_broker", "queue", {**broker}),
        ],
    }
    return json.dumps(document).encode()


def configure(event_id: str, second: int, description: str, **more: Any) -> dict[str, Any]:
    """Return the record of a call that sets the function's description, which the state calls a secret."""
    return call(
        event_id,
        eventSource="lambda.amazonaws.com",
        eventName="UpdateFunctionConfiguration20150331v2",
        eventTime=f"2025-01-15T10:00:{second:02}Z",
        requestParameters={"functionName": "orders", "description": description, **more},
        responseElements={"functionName": "orders", "description": description},
    )


def terraform(record: dict[str, Any], source: str, name: str, **parameters: Any) -> dict[str, Any]:
    """Return a call of Terraform's own, which is held with its parameters."""
    changed = {"eventSource": source, "eventName": name, "requestParameters": parameters}
    return {**record, **changed, "userAgent": TERRAFORM, "sessionCredentialFromConsole": "false"}


def alert() -> dict[str, Any]:
    """Return an alert of Falco's cloudtrail plugin that carries the call's parameters in three ways."""
    request = {"functionName": "orders", "description": f'{MARK}-"quoted"', "memorySize": 512}
    return {
        "rule": "Function changed",
        "priority": "Critical",
        "output": f'somebody set {MARK}-"quoted" and {MARK}-flat',
        "source": "aws_cloudtrail",
        "time": "2025-01-15T10:05:00.000000000Z",
        "output_fields": {
            "ct.id": "e-falco",
            "ct.name": "UpdateFunctionConfiguration",
            "ct.src": "lambda.amazonaws.com",
            "ct.region": REGION,
            "ct.time": "2025-01-15T10:05:00Z",
            "ct.recipientaccountid": ACCOUNT,
            "ct.user": "oncall",
            "ct.user.accountid": ACCOUNT,
            "ct.user.identitytype": "IAMUser",
            "ct.request": json.dumps(request),
            "ct.request.masteruserpassword": f"{MARK}-flat",
            "ct.response": json.dumps({"masterUserPassword": "x1"}),
        },
    }


def put_state(world: World, data: bytes) -> None:
    version = world.upload("prod/terraform.tfstate", data)
    take_states(object_event(world.bucket, "prod/terraform.tfstate", version), Context())


def play(world: World) -> None:
    """Let everything happen that carries the planted secrets."""
    put_state(world, state(1, f"{MARK}-description"))
    calls = [
        configure("e-1", 1, f"{MARK}-by-hand", memorySize=1024),
        configure("e-2", 2, f"{MARK}-by-hand-again"),
        terraform(
            call("e-3", eventTime="2025-01-15T10:00:03Z"),
            "rds.amazonaws.com",
            "ModifyDBInstance",
            dBInstanceIdentifier="orders",
            allocatedStorage=50,
            masterUserPassword=f"{MARK}-held",
        ),
        terraform(
            configure("e-4", 4, ""),
            "lambda.amazonaws.com",
            "UpdateFunctionConfiguration20150331v2",
            functionName="orders",
            description=f"{MARK}-held-description",
        ),
        call(
            "e-5",
            eventSource="ssm.amazonaws.com",
            eventName="PutParameter",
            eventTime="2025-01-15T10:00:05Z",
            requestParameters={"name": "/orders/token", "value": f"{MARK}-put", "overwrite": True},
        ),
        {**configure("e-6", 6, f"{MARK}-in-a-broken-record"), "eventTime": "yesterday"},
    ]
    take_calls(sqs_event(*[call_event(record) for record in calls]), Context())
    take_alerts(alb_request("POST", "/api/v1/falco/events", body=json.dumps(alert())), Context())
    broken = state(2, f"{MARK}-x").replace(b'"version": 4', b'"version": 4,,')
    with pytest.raises(PoisonMessageError):
        put_state(world, broken)
    put_state(world, state(3, f"{MARK}-new-description"))
    release({}, Context())


def stored(world: World) -> str:
    """Return every item of the three tables as text, compressed attributes unpacked."""
    dynamodb = world.emulator.client("dynamodb")
    found: list[str] = []
    for name in (world.tables.events, world.tables.state, world.tables.feed):
        for page in dynamodb.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
            found += [text for item in page["Items"] for text in _texts(item)]
    return "\n".join(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, bytes):
        yield zlib.decompress(value).decode()
    else:
        yield str(value)


def answers(world: World) -> str:
    """Return what the REST API answers to everything that can be asked."""
    paths = ["drifts", "events", "state", "state/resources", "stats", "unmanaged"]
    paths += [f"drifts/{drift.id}" for drift in world.drifts()]
    paths += [f"events/{event.event_id}" for event in world.events()]
    return "\n".join(
        answer_request(alb_request("GET", f"/api/v1/{path}"), Context())["body"] for path in paths
    )


async def head(base: str) -> str:
    """Return the id of the stream's head."""
    async with open_stream(base) as stream:
        return (await stream.next()).id or ""


async def events_after(base: str, last_event_id: str, count: int) -> list[Block]:
    """Return the next events of the stream, as they are on the wire."""
    async with open_stream(base, f"?lastEventId={last_event_id}") as stream:
        return await stream.events(count)


def streamed(world: World, folder: Path) -> str:
    """Return every byte of the stream of what happened, and the streaming process's log."""
    # In a thread of their own: the adapter of the functions uses this thread's event loop.
    with streaming_process(world.emulator, world.tables, folder) as server, ThreadPoolExecutor(1) as aside:
        last = aside.submit(asyncio.run, head(server.base)).result()
        play(world)
        wanted = events_after(server.base, last, len(world.events()))
        blocks = aside.submit(asyncio.run, wanted).result()
        log = server.log.read_text()
    assert {block.event for block in blocks} == {"drift", "falco", "state_change"}
    return "\n".join(line for block in blocks for line in block.lines) + log


def test_no_planted_secret_is_stored_logged_answered_or_streamed(
    world: World,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    seen = {"stream": streamed(world, tmp_path)}
    seen["tables"] = stored(world)
    seen["answers"] = answers(world)
    printed = capfd.readouterr()
    seen["logs"] = printed.out + printed.err + caplog.text

    leaks = {
        where: text[max(0, text.find(MARK) - 200) :][:400] for where, text in seen.items() if MARK in text
    }
    assert leaks == {}
    # and the search looked where the secrets' fingerprints and the messages are
    assert all("fingerprint:" in seen[where] for where in ("stream", "tables", "answers"))
    assert "message fails" in seen["logs"]
    assert '"x1"' not in seen["stream"] + seen["tables"] + seen["answers"]
    # while every change was seen
    changed = {(drift.resource_type, drift.attribute) for drift in world.drifts()}
    assert {("aws_lambda_function", "description"), ("aws_lambda_function", "memory_size")} <= changed
