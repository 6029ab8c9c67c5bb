"""Lambda: the feed's new batches, from the stream of its table; sends who is to be told to the outbox.

A batch that fails is delivered again as a whole, so that what belongs together stays together; whoever was
told already is not told twice.
"""

from typing import Any

from handlers.notifying import notifying
from handlers.observability import observed

SERVICE = "notify"


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's untyped context
    """Take some stream records; returns how many notifications they made."""
    with observed(SERVICE, context) as tally:
        told = list(notifying().source.events(event["Records"]))
        made = notifying().announce.take(told)
        tally.outcomes["events"] += len(told)
        tally.outcomes["notifications"] += made
        return {"events": len(told), "notifications": made}
