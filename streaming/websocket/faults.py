"""Why a connection ends: the close codes of RFC 6455 that this server sends, each with its reason."""

from dataclasses import dataclass
from enum import IntEnum

from streaming.stream_end import StreamEnd


class CloseCode(IntEnum):
    """The codes; those of the framing itself (1002, 1007, 1009) are sent by the protocol's library."""

    GOING_AWAY = 1001
    NOT_UNDERSTOOD = 1003
    POLICY = 1008
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013


class ProtocolFault(Exception):  # noqa: N818 - names what the client did
    """The client sent what this server does not speak: the connection is closed with a code and a reason."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class ClientGone(Exception):  # noqa: N818 - names what happened
    """The connection is closed, or about to be, by the client or by the server's own protocol."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the server ends a connection; one that is `cut` gets no close frame, it would not read it."""

    code: CloseCode
    reason: str
    end: StreamEnd
    cut: bool = False


STOPPING = Ending(
    CloseCode.SERVICE_RESTART, "the server restarts: connect again with the last id", StreamEnd.STOPPING
)
LIFETIME_OVER = Ending(
    CloseCode.GOING_AWAY, "the connection was long open: connect again with the last id", StreamEnd.TOO_OLD
)
FEED_REPLACED = Ending(
    CloseCode.SERVICE_RESTART, "the feed was replaced: connect again", StreamEnd.FEED_REPLACED
)
FEED_UNAVAILABLE = Ending(
    CloseCode.TRY_AGAIN_LATER, "the feed cannot be read now: connect again later", StreamEnd.FEED_UNAVAILABLE
)
TOO_SLOW = Ending(CloseCode.POLICY, "too slow", StreamEnd.TOO_SLOW, cut=True)
FAULT = Ending(CloseCode.INTERNAL_ERROR, "the server made a fault; its log says which", StreamEnd.FAULT)
