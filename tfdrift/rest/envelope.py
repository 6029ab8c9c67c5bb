"""The one shape of every answer: ``{"success": true, "data": …}`` or ``{"success": false, "error": …}``."""

import json
from typing import Any, Generic, Literal, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

Data = TypeVar("Data")

# A load balancer passes on at most 1 MB of a function's answer as JSON, in which the body is a string.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
LARGEST_ANSWER = 1_000_000

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    503: "unavailable",
}


class Success(BaseModel, Generic[Data]):
    """An answer that has what was asked for."""

    success: Literal[True] = True
    data: Data


class Listing(BaseModel, Generic[Data]):
    """One part of a listing."""

    items: list[Data]
    total: int | None = Field(description="How many match in all; null where it is not counted.")
    total_is_exact: bool = Field(description="False where `total` is only what was counted so far, or null.")
    page: int | None = Field(description="The page's number; null for a part asked for by a cursor.")
    limit: int
    next_cursor: str | None = Field(description="The `cursor` of the part that follows; null at the end.")


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class Failure(BaseModel):
    """An answer that has an error instead."""

    success: Literal[False] = False
    error: ErrorDetail


class ApiError(Exception):
    """An error that is answered with its own status, code and message."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


class EnvelopeResponse(JSONResponse):
    """JSON with exact numbers; text that UTF-8 cannot hold goes out as escapes instead of failing."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the base class's signature
        """Return the body's bytes."""
        return render_json(content)


def render_json(content: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return JSON as `EnvelopeResponse` sends it."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def size_in_function_answer(body: bytes) -> int:
    """Return how many bytes a body takes as a string of a function's answer, escaped as JSON."""
    return len(json.dumps(body.decode("utf-8", "surrogatepass")))


def success(data: object, status: int = 200) -> EnvelopeResponse:
    """Return the answer that holds `data`, which is JSON already."""
    return EnvelopeResponse({"success": True, "data": data}, status)


def failure(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> EnvelopeResponse:
    """Return the answer that tells of an error."""
    body = {"success": False, "error": {"code": code, "message": message}}
    return EnvelopeResponse(body, status, headers)


def install_error_handlers(app: FastAPI) -> None:
    """Have every error of the app answered in the envelope, unknown paths and own faults included."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(Exception, _on_fault)


async def _on_api_error(_: Request, error: Exception) -> EnvelopeResponse:
    assert isinstance(error, ApiError)  # noqa: S101 - registered for this type alone
    return failure(error.status, error.code, error.message, error.headers)


async def _on_http_error(request: Request, error: Exception) -> EnvelopeResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    code = _CODES.get(error.status_code, f"http_{error.status_code}")
    message = str(error.detail)
    if error.status_code == 404:
        message = f"there is nothing at {request.url.path}"
    elif error.status_code == 405:
        message = f"{request.method} is not allowed at {request.url.path}"
    headers = dict(error.headers) if error.headers else None
    return failure(error.status_code, code, message, headers)


async def _on_validation_error(_: Request, error: Exception) -> EnvelopeResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type alone
    complaints = [
        f"{'.'.join(str(part) for part in complaint['loc'])}: {complaint['msg']}"
        for complaint in error.errors()
    ]
    return failure(422, "invalid_request", "; ".join(complaints))


async def _on_fault(_: Request, __: Exception) -> EnvelopeResponse:
    """Answer a fault of our own; what it was stands in the log, not in the answer."""
    return failure(500, "internal_error", "the request failed inside TFDrift; its log says why")
