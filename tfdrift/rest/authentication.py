"""The token of machine clients in a request: as Bearer, as X-API-Key, or as the password of Basic."""

import base64
import binascii
from collections.abc import Iterator

from fastapi import Request
from starlette.requests import HTTPConnection

from tfdrift.rest.dependencies import services_of
from tfdrift.rest.envelope import ApiError
from tfdrift.service.machine_token import TokenUnavailable

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tfdrift", Basic realm="tfdrift"'}


def require_token(request: Request) -> None:
    """Refuse the request with 401 unless it carries an accepted token, or who sent it signed in.

    Without a token in the configuration all pass.

    Falco and Falcosidekick can put a user and a password into their URL, which arrives as Basic; the user's
    name does not matter.
    """
    # Who signed in was let in before the route was looked for.
    if getattr(request.state, "person", None) is not None or services_of(request).machine_token is None:
        return
    if not carries_token(request):
        raise ApiError(401, "unauthorized", "a valid API token is needed", headers=_CHALLENGE)


def carries_token(request: HTTPConnection) -> bool:
    """Tell whether the request carries an accepted token; never where none is configured.

    Raises
    ------
    ApiError
        With 503, if the accepted tokens cannot be read now.
    """
    token = services_of(request).machine_token
    if token is None:
        return False
    try:
        return token.accepts(list(_offers(request)))
    except TokenUnavailable as error:
        raise ApiError(503, "unavailable", str(error), {"Retry-After": "5"}) from error


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
