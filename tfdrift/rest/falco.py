"""REST: takes Falco's alerts, one or a list, from http_output and from Falcosidekick's webhook."""

import zlib
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tfdrift.domain.falco_alert import PRIORITIES, InvalidAlert
from tfdrift.domain.json_reading import InvalidJson, decode
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.rest.authentication import require_token
from tfdrift.rest.dependencies import ServicesDependency
from tfdrift.rest.envelope import ApiError, EnvelopeResponse, Success, success
from tfdrift.rest.models import FalcoReceiptModel
from tfdrift.rest.openapi import errors

router = APIRouter(
    prefix="/api/v1/falco",
    tags=["falco"],
    dependencies=[Depends(require_token)],
    responses=errors(413, 415),
)

MAX_BODY_BYTES = 6 * 1024 * 1024
MAX_ALERTS = 1000

_ALERT: JsonObject = {
    "type": "object",
    "required": ["rule", "priority"],
    "properties": {
        "rule": {"type": "string", "minLength": 1},
        "priority": {"type": "string", "enum": list(PRIORITIES)},
        "output": {"type": "string"},
        "source": {"type": "string", "examples": ["syscall", "aws_cloudtrail"]},
        "time": {"type": "string", "description": "With nanoseconds, as Falco writes it."},
        "hostname": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "output_fields": {"type": "object"},
    },
}
_BODY: JsonObject = {
    "required": True,
    "description": "One alert, or a list of them, as Falco's http_output and Falcosidekick post them.",
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [_ALERT, {"type": "array", "items": _ALERT, "minItems": 1, "maxItems": MAX_ALERTS}]
            },
            "example": {
                "rule": "Terminal shell in container",
                "priority": "Notice",
                "output": "A shell was started in a container",
                "source": "syscall",
                "time": "2025-01-15T10:00:00.123456789Z",
                "output_fields": {"container.id": "3ad7b26ded6d", "proc.name": "bash"},
            },
        }
    },
}


async def read_alerts(request: Request) -> list[JsonValue]:
    """Return the alerts of a request's body, undecided which of them are sound.

    The body is decoded here and not by the framework: numbers of 19 digits stay exact, and Falco does not
    always name a content type. It is cut off at 6 MB, more than a load balancer or Lambda lets through.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    text = _inflated(bytes(body), request.headers.get("content-encoding", "identity"))
    try:
        value = decode(text.decode("utf-8"))
    except (UnicodeDecodeError, InvalidJson) as error:
        raise ApiError(400, "invalid_json", f"the body is not JSON: {error}") from error
    alerts: list[JsonValue] = value if isinstance(value, list) else [value]
    if not alerts:
        raise ApiError(400, "no_alerts", "the list holds no alert")
    if len(alerts) > MAX_ALERTS:
        raise ApiError(413, "too_many_alerts", f"at most {MAX_ALERTS} alerts a request, got {len(alerts)}")
    return alerts


def _inflated(body: bytes, encoding: str) -> bytes:
    """Return a body as it was before it was compressed, which Falco's `compress_uploads` has it be."""
    if encoding.strip().lower() in {"", "identity"}:
        return body
    if encoding.strip().lower() != "gzip":
        raise ApiError(415, "unsupported_encoding", f"content encoding {encoding[:40]!r}: send gzip or none")
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise ApiError(400, "invalid_gzip", f"the body is not gzip: {error}") from error
    if len(text) > MAX_BODY_BYTES:
        raise _too_large()
    if not inflater.eof:
        raise ApiError(400, "invalid_gzip", "the body's gzip data is cut short")
    return text


def _too_large() -> ApiError:
    return ApiError(413, "payload_too_large", f"the body has more than {MAX_BODY_BYTES} bytes")


@router.post(
    "/events",
    status_code=202,
    response_model=Success[FalcoReceiptModel],
    openapi_extra={"requestBody": _BODY},
)
def take_alerts(
    services: ServicesDependency, alerts: Annotated[list[JsonValue], Depends(read_alerts)]
) -> EnvelopeResponse:
    """Store alerts; those of a list that are sound go in, and the answer names the others.

    The same alert again is counted as a duplicate. Where no alert is sound the answer is an error.
    """
    stored = duplicates = 0
    rejected: list[JsonObject] = []
    for index, alert in enumerate(alerts):
        try:
            is_new = services.take_alert(alert)
        except InvalidAlert as error:
            rejected.append({"index": index, "reason": str(error)})
            continue
        stored += is_new
        duplicates += not is_new
    if len(rejected) == len(alerts):
        raise ApiError(400, "invalid_alert", "; ".join(str(entry["reason"]) for entry in rejected[:5]))
    receipt = {
        "received": len(alerts),
        "stored": stored,
        "duplicates": duplicates,
        "rejected": rejected,
    }
    return success(receipt, 202)
