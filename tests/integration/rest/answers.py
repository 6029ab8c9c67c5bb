"""What the REST API's answers hold; anything but the documented envelope fails the test."""

from typing import Any

import httpx


def data(answer: httpx.Response) -> Any:
    """Return the data of a success."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["success"] is True
    return body["data"]


def error(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a failure."""
    body = answer.json()
    assert body["success"] is False
    assert set(body) == {"success", "error"}
    assert set(body["error"]) == {"code", "message"}
    return answer.status_code, body["error"]["code"]
