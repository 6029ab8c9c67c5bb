"""The token of machine clients: Bearer, X-API-Key, or the password of Basic, compared in constant time."""

import base64
import binascii
import hmac
from collections.abc import Iterator

from fastapi import Request
from starlette.requests import HTTPConnection

from tfdrift.rest.dependencies import services_of
from tfdrift.rest.envelope import ApiError

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tfdrift", Basic realm="tfdrift"'}


def require_token(request: Request) -> None:
    """Refuse the request with 401 unless it carries the configured token, or who sent it signed in.

    Without a token in the configuration all pass.

    Falco and Falcosidekick can put a user and a password into their URL, which arrives as Basic; the user's
    name does not matter.
    """
    # Who signed in was let in before the route was looked for.
    if getattr(request.state, "person", None) is not None or services_of(request).api_token() is None:
        return
    if not carries_token(request):
        raise ApiError(401, "unauthorized", "a valid API token is needed", headers=_CHALLENGE)


def carries_token(request: HTTPConnection) -> bool:
    """Tell whether the request carries the configured token; never where none is configured."""
    token = services_of(request).api_token()
    if token is None:
        return False
    expected = token.encode("utf-8")
    # All offers are compared, so that the time tells neither which header was looked at nor how far.
    matches = [hmac.compare_digest(offer, expected) for offer in _offers(request)]
    return any(matches)


def _offers(request: HTTPConnection) -> Iterator[bytes]:
    """Yield the tokens that a request carries, as the bytes that were sent (headers arrive as latin-1)."""
    key = request.headers.get("x-api-key")
    if key is not None:
        yield key.encode("latin-1")
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield value.strip().encode("latin-1")
    elif scheme.lower() == "basic":
        yield _password(value.strip())


def _password(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""
