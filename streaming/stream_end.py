"""Why a client's stream ends."""

from enum import StrEnum


class StreamEnd(StrEnum):
    """The ways in which a stream ends; after all but `LEFT` the client comes back by its last id."""

    LEFT = "left"
    STOPPING = "stopping"
    TOO_SLOW = "too_slow"
    TOO_OLD = "too_old"
    SPOKE = "spoke"
    FEED_REPLACED = "feed_replaced"
    FEED_UNAVAILABLE = "feed_unavailable"
