"""Writes input for `tfdrift replay`, and reads its answers."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from tests.support.lifecycle_samples import ACCOUNT, REGION, minutes
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.timestamps import format_time

Replay = Callable[..., Result]


def call(event_id: str, minute: float = 0, *, agent: str = "aws-cli/2.31.0", **fields: Any) -> JsonObject:
    """Return a record of a call that configures the function ``orders``, as CloudTrail writes it."""
    parameters = fields.pop("parameters", {"memorySize": 1024})
    return {
        "eventVersion": "1.11",
        "eventID": event_id,
        "eventTime": format_time(minutes(minute)),
        "eventSource": "lambda.amazonaws.com",
        "eventName": "UpdateFunctionConfiguration20150331v2",
        "eventType": "AwsApiCall",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "readOnly": False,
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROA1:oncall",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/oncall",
            "accountId": ACCOUNT,
        },
        "sourceIPAddress": "203.0.113.7",
        "userAgent": agent,
        "requestParameters": {"functionName": "orders", **parameters},
        "responseElements": None,
        **fields,
    }


def write(name: str, *values: JsonValue) -> str:
    """Write values as lines of JSON."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(value) + "\n" for value in values).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return name


def lines(result: Result) -> list[dict[str, Any]]:
    """Return the drifts that were printed as lines of JSON."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def count(result: Result, label: str) -> int:
    """Return a count of the summary by its label."""
    (line,) = [line for line in result.stderr.splitlines() if line.strip().startswith(f"{label}: ")]
    return int(line.strip().removeprefix(f"{label}: ").split(",")[0].split(" ")[0])
