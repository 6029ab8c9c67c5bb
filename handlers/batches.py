"""SQS batches: each message succeeds or fails alone, and the failed ones are reported by their ids."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.observability import logger_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


class PoisonMessageError(Exception):
    """A message of which some part cannot be taken, however often it is delivered."""


def is_sqs_event(event: dict[str, Any]) -> bool:
    """Whether Lambda was invoked by an SQS event source mapping."""
    return _source(event, "eventSource") == "aws:sqs"


def is_sns_event(event: dict[str, Any]) -> bool:
    """Whether Lambda was invoked by an SNS topic."""
    return _source(event, "EventSource") == "aws:sns"


def process_messages(
    event: dict[str, Any],
    take: Callable[[str, str], None],
    context: Any,  # noqa: ANN401 - Lambda's untyped context
    *,
    service: str,
) -> dict[str, Any]:
    """Take each message's body; return ``batchItemFailures`` with the ids of those that raised.

    Even when all of them failed that is the answer, not an exception: the queue's redrive policy then counts
    each message's own deliveries, and Lambda does not slow down for a batch of poison.
    """
    # It brings the classes of every event source along, which functions that are invoked without a queue
    # need not wait for.
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    logger = logger_of(service)

    def take_record(record: "SQSRecord") -> None:
        try:
            take(record.body, f"message {record.message_id}")
        except PoisonMessageError:
            raise
        except Exception:
            logger.exception("message fails", message_id=record.message_id)
            raise

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(
        event=event, record_handler=take_record, processor=processor, context=context
    )
    return dict(answer)


def _source(event: dict[str, Any], name: str) -> object:
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    return first.get(name) if isinstance(first, dict) else None
