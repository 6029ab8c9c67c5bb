"""Lets in who signed in at the load balancer, where a deployment has an identity provider, and machines."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from tfdrift.rest.authentication import carries_token
from tfdrift.rest.envelope import ApiError, failure
from tfdrift.service.sign_in import KeysUnavailable, NotSignedIn, Person, SignIn

# What the load balancer adds to a request of somebody who signed in.
TOKEN_HEADER = "x-amzn-oidc-data"  # noqa: S105 - a header's name
# The load balancer's own checks carry no proof, and Falco's alerts carry the machines' token, which their
# route asks for.
_OPEN_PATHS = ("/health", "/ready")
_MACHINE_PATHS = "/api/v1/falco/"


class SignInGate:
    """ASGI middleware: refuses with 401 what neither a person nor a machine of this deployment sent.

    The load balancer is asked to do the same; this holds where somebody reaches the app past it.
    """

    def __init__(self, app: ASGIApp, sign_in: SignIn) -> None:
        self._app = app
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass, with the person in the request's state."""
        if scope["type"] in ("http", "websocket") and not _is_open(scope["path"]):
            try:
                person = await self._admit(HTTPConnection(scope))
            except ApiError as refusal:
                await _refuse(refusal, scope, receive, send)
                return
            scope.setdefault("state", {})["person"] = person
        await self._app(scope, receive, send)

    async def _admit(self, connection: HTTPConnection) -> Person | None:
        """Return who signed in, None for a machine with the token; raises ApiError for anybody else."""
        token = connection.headers.get(TOKEN_HEADER)
        try:
            # A request with a machine's key passes the load balancer without a sign-in, so that whatever
            # proof it carries is its sender's own make, and not worth fetching a key for.
            if token is not None and "x-api-key" not in connection.headers:
                # A key that is not known yet is fetched.
                return await run_in_threadpool(self._sign_in.verify, token)
            if await run_in_threadpool(carries_token, connection):
                return None
        except NotSignedIn as error:
            raise ApiError(401, "unauthorized", str(error)) from error
        except KeysUnavailable as error:
            raise ApiError(503, "unavailable", str(error), {"Retry-After": "1"}) from error
        raise ApiError(401, "unauthorized", "sign in, or send a valid API token")


def person_of(request: Request) -> Person | None:
    """Return who signed in; None where the deployment has no identity provider, and for machines."""
    person: Person | None = getattr(request.state, "person", None)
    return person


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(_MACHINE_PATHS)


async def _refuse(refusal: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    answer = failure(refusal.status, refusal.code, refusal.message, refusal.headers)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:
        await answer(scope, receive, send)
