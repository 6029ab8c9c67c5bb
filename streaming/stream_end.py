"""Why a client's stream ends."""

from enum import StrEnum


class StreamEnd(StrEnum):
    """The ways in which a stream ends, of whatever kind; after the server's the client comes back by its id.

    `PROTOCOL` and `FAULT` are the WebSocket's: the client broke the protocol, or the server's code failed.
    """

    LEFT = "left"
    STOPPING = "stopping"
    TOO_SLOW = "too_slow"
    TOO_OLD = "too_old"
    SPOKE = "spoke"
    FEED_REPLACED = "feed_replaced"
    FEED_UNAVAILABLE = "feed_unavailable"
    PROTOCOL = "protocol"
    FAULT = "fault"
