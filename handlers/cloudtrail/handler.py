"""Lambda: CloudTrail's records from EventBridge and from S3 log files, both by way of one SQS queue."""

from typing import Any

from handlers.batches import process_messages
from handlers.cloudtrail.message import SERVICE, MessageTaker
from handlers.observability import observed
from handlers.product import product


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's untyped context
    """Take a batch of messages; return which of them failed."""
    with observed(SERVICE, context) as tally:
        taker = MessageTaker(product().read_object, product().use_cases.ingest_cloudtrail, tally)
        return process_messages(event, taker.take, context, service=SERVICE)
