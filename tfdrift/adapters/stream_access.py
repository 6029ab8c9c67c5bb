"""Opens the change stream, the feed and the lease with boto3, with time limits that allow a quick stop."""

from dataclasses import dataclass
from datetime import timedelta

import boto3
from botocore.config import Config

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore, DynamoLeaseStore
from tfdrift.adapters.stream_dynamodb import DynamoChangeStream
from tfdrift.adapters.xray import XRaySegments

# A call in a thread cannot be cancelled: its longest duration is a part of the time that a stop takes. The
# SDK repeats nothing, because every caller does so itself, with a look at what became of the first attempt.
_TIMES = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=64,
)


@dataclass(frozen=True, slots=True)
class StreamAccess:
    """The stream's three ports, opened."""

    changes: DynamoChangeStream
    feed: DynamoFeedStore
    leases: DynamoLeaseStore


def open_stream_access(*, events_table: str, feed_table: str, retention: timedelta) -> StreamAccess:
    """Return the ports on those tables; region, endpoint and credentials are the SDK's own settings."""
    session = boto3.Session()
    tables = session.client("dynamodb", config=_TIMES)
    streams = session.client("dynamodbstreams", config=_TIMES)
    feed_rows = Table(tables, feed_table)
    return StreamAccess(
        changes=DynamoChangeStream(tables, streams, events_table),
        feed=DynamoFeedStore(feed_rows, retention),
        leases=DynamoLeaseStore(feed_rows),
    )


def open_trace_segments() -> XRaySegments:
    """Return X-Ray's API, as the SDK's own settings say."""
    return XRaySegments(boto3.Session().client("xray", config=_TIMES))
