"""Lambda: errands from the outbox; each is delivered once, postponed, or ends as a dead letter at last."""

from typing import Any

from handlers.batches import PoisonMessageError, process_messages
from handlers.notifying import notifying
from handlers.observability import log_faults, observed

SERVICE = "deliver"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's untyped context
    """Take a batch of messages; return which of them failed."""
    from tfdrift.adapters.notifications.messages import errand_of_text
    from tfdrift.service.notify import DeliveryRefused

    with observed(SERVICE, context) as tally:
        deliver = notifying().deliver(context)

        def take(body: str, where: str) -> None:
            try:
                outcome = deliver.run(errand_of_text(body))
            except (DeliveryRefused, ValueError) as error:
                tally.outcomes["refused"] += 1
                log_faults(SERVICE, where, [str(error)])
                raise PoisonMessageError(str(error)) from error
            tally.outcomes[outcome.value] += 1

        return process_messages(event, take, context, service=SERVICE)
