"""Lambda: Falco's alerts, by HTTP (ALB, API Gateway, function URL), by SQS and by SNS.

One function for all of them: the shape of the event tells which way an alert came.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.batches import PoisonMessageError, is_sns_event, is_sqs_event, process_messages
from handlers.falco.message import SERVICE, AlertTaker
from handlers.observability import observed
from handlers.product import product

if TYPE_CHECKING:
    from mangum import Mangum


@cache
def adapter() -> "Mangum":
    """Return the app behind its adapter, built on the first HTTP request only."""
    from mangum import Mangum

    return Mangum(product().rest_app(), lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any] | None:  # noqa: ANN401 - Lambda's untyped context
    """Take alerts; the answer is that of the way they came."""
    if "requestContext" in event:
        return _answer(event, context)
    if not is_sqs_event(event) and not is_sns_event(event):
        raise ValueError("the event is neither an HTTP request nor messages of SQS or SNS")
    with observed(SERVICE, context) as tally:
        taker = AlertTaker(product().use_cases.ingest_falco, tally)
        if is_sqs_event(event):
            return process_messages(event, taker.take, context, service=SERVICE)
        _take_notifications(event, taker)
        return None


def _answer(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's untyped context
    with observed(SERVICE, context) as tally:
        answer = dict(adapter()(event, context))
        tally.outcomes[f"http_{answer['statusCode']}"] += 1
        return answer


def _take_notifications(event: dict[str, Any], taker: AlertTaker) -> None:
    """Take every notification; one that fails makes the invocation fail, which Lambda then repeats.

    SNS hands over one notification an invocation, so nothing good is repeated with a bad one.
    """
    failed = 0
    for record in event["Records"]:
        notification = record["Sns"]
        try:
            taker.take(notification["Message"], f"notification {notification['MessageId']}")
        except PoisonMessageError:
            failed += 1
    if failed:
        raise PoisonMessageError(f"{failed} notifications could not be taken")
