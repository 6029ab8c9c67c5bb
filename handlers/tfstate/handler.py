"""Lambda: new versions of Terraform's states, from EventBridge directly or by way of SQS."""

from typing import Any

from handlers.batches import is_sqs_event, process_messages
from handlers.observability import observed
from handlers.product import product
from handlers.tfstate.message import SERVICE, StateTaker
from handlers.tfstate.notices import notices_of


def handler(event: dict[str, Any], context: Any) -> dict[str, Any] | None:  # noqa: ANN401 - Lambda's untyped context
    """Index the states that the event names.

    Invoked without a queue, the function raises where a state cannot be read; Lambda then repeats the event
    and puts it to its failure destination in the end.
    """
    with observed(SERVICE, context) as tally:
        taker = StateTaker(product(), product().settings.state_places, tally)
        if is_sqs_event(event):
            return process_messages(event, taker.take, context, service=SERVICE)
        taker.take_notices(notices_of(event), "event")
        return None
