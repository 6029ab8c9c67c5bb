"""GET /ws: decides whether a client is taken, and ends its connection in words when it has to end."""

import logging
from typing import NoReturn

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from streaming.admission import admit, beginning
from streaming.metrics import Transport
from streaming.start import Wish
from streaming.stream_end import StreamEnd
from streaming.websocket.channel import Channel
from streaming.websocket.faults import FAULT, Ending
from streaming.websocket.session import Session, SessionLimits
from streaming.websocket.sockets import WebSockets
from tfdrift.rest.envelope import ApiError, failure

_LOG = logging.getLogger(__name__)

router = APIRouter(tags=["stream"])


@router.websocket("/ws")
async def connect(websocket: WebSocket) -> None:
    """Serve a client from its welcome to its end."""
    sockets: WebSockets = websocket.app.state.websockets
    try:
        address = await _admit(websocket, sockets)
    except ApiError as refusal:
        answer = failure(refusal.status, refusal.code, refusal.message, refusal.headers)
        await websocket.send_denial_response(answer)
        return
    try:
        await _serve(websocket, sockets)
    finally:
        sockets.runtime.clients.leave(address)


@router.websocket("/{path:path}")
async def elsewhere(websocket: WebSocket) -> None:
    """Refuse a WebSocket at any other path."""
    message = f"there is no WebSocket at {websocket.url.path}, only at /ws"
    await websocket.send_denial_response(failure(404, "not_found", message))


@router.get("/ws", include_in_schema=False, response_model=None)
async def without_upgrade() -> NoReturn:
    """Tell who asks by plain HTTP what this is."""
    headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
    raise ApiError(426, "upgrade_required", "this is a WebSocket", headers)


async def _admit(websocket: WebSocket, sockets: WebSockets) -> str:
    """Return the client's address, counted; raises ApiError where it is not to be served."""
    headers = websocket.headers
    if not sockets.origins.allow(headers.get("origin"), headers.get("host")):
        raise ApiError(403, "origin_not_allowed", "pages of this origin may not connect")
    await beginning(sockets.runtime, Wish())
    return admit(websocket, sockets.runtime)


async def _serve(websocket: WebSocket, sockets: WebSockets) -> None:
    hub, settings = sockets.runtime.hub, sockets.runtime.settings
    channel = Channel(websocket, settings.write_timeout_seconds, sockets.runtime.fanout)
    limits = SessionLimits(
        heartbeat=settings.heartbeat_seconds,
        drain=settings.drain_seconds,
        lifetime=settings.max_lifetime_seconds,
        max_lag_events=settings.max_lag_events,
    )
    subscriber = hub.join()
    session = Session(sockets, channel, subscriber, limits)
    about = {"stream_id": session.client_id, "transport": "websocket"}
    _LOG.info("Client connected", extra={**about, "clients": hub.clients})
    ending: Ending | None = None
    try:
        await websocket.accept()
        ending = await session.run()
    except WebSocketDisconnect:
        pass  # the client left before it was accepted
    except Exception:  # noqa: BLE001 - logged; the client is told that the fault is the server's
        _LOG.exception("A client's session failed", extra=about)
        ending = FAULT
    finally:
        hub.leave(subscriber)
        hub.metrics.ended(Transport.WEBSOCKET, (ending.end if ending else StreamEnd.LEFT).value)
        extra = {**about, "clients": hub.clients, "end": ending.reason if ending else "left"}
        _LOG.info("Client gone", extra=extra)
    if ending is not None:
        await channel.end(ending)
