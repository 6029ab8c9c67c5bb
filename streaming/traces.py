"""Goes on with the traces that functions began: a segment for each event of them that this task committed.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import asyncio
import json
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from streaming.blocking import Threads
from streaming.metrics import Metrics
from tfdrift.domain.trace_header import TraceHeader
from tfdrift.service.stream_ports import AccessFailed, TracedEvent, TraceSegments

_LOG = logging.getLogger(__name__)
# A trace helps who looks for a cause; it must never take memory or time that clients need.
_MOST_WAITING = 1_000
_MOST_IN_A_CALL = 25
_LONGEST_ANNOTATION = 1_000


class Traces:
    """What is to be told of this task's commits; what cannot be is counted, never tried for long."""

    def __init__(self, segments: TraceSegments, threads: Threads, service: str, metrics: Metrics) -> None:
        self._segments = segments
        self._threads = threads
        self._service = service
        self._metrics = metrics
        self._waiting: deque[str] = deque()

    def committed(self, events: Sequence[TracedEvent], began: datetime, ended: datetime) -> None:
        """Note events that were read from the stream at one moment and were in the feed at the other."""
        for event in events:
            header = TraceHeader.parse(event.trace)
            if header is None or len(self._waiting) >= _MOST_WAITING:
                self._metrics.trace_segments("invalid" if header is None else "dropped", 1)
            else:
                self._waiting.append(self._document(event.event_id, header, began, ended))

    async def run(self, seconds: float) -> None:
        """Send again and again, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.send()

    async def send(self) -> None:
        """Send what waits; a call that fails takes its segments with it."""
        while self._waiting:
            count = min(_MOST_IN_A_CALL, len(self._waiting))
            documents = [self._waiting.popleft() for _ in range(count)]
            try:
                refused = await self._threads.call(self._segments.put, documents)
            except AccessFailed as error:
                _LOG.warning("X-Ray did not take segments", extra={"reason": str(error), "count": count})
                self._metrics.trace_segments("failed", count)
                continue
            self._metrics.trace_segments("sent", count - refused)
            self._metrics.trace_segments("refused", refused)

    def _document(self, event_id: str, header: TraceHeader, began: datetime, ended: datetime) -> str:
        parent = {"parent_id": header.parent_id} if header.parent_id else {}
        return json.dumps(
            {
                "name": self._service,
                "id": secrets.token_hex(8),
                "trace_id": header.trace_id,
                **parent,
                "start_time": began.timestamp(),
                "end_time": ended.timestamp(),
                "origin": "AWS::ECS::Container",
                "annotations": {"event_id": event_id[:_LONGEST_ANNOTATION]},
            }
        )
