"""Segments of traces, sent to AWS X-Ray."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tfdrift.service.stream_ports import AccessFailed

if TYPE_CHECKING:
    from mypy_boto3_xray import XRayClient


@dataclass(frozen=True, slots=True)
class XRaySegments:
    """`tfdrift.service.stream_ports.TraceSegments` on X-Ray's API."""

    client: "XRayClient"

    def put(self, documents: Sequence[str]) -> int:
        """Send segment documents, each JSON text; returns how many X-Ray refused; raises AccessFailed."""
        try:
            answer = self.client.put_trace_segments(TraceSegmentDocuments=list(documents))
        except (BotoCoreError, ClientError) as error:
            raise AccessFailed(str(error)) from error
        return len(answer.get("UnprocessedTraceSegments", []))
