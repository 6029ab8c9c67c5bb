"""Lambda: the feed's new batches, from the stream of its table; sends who is to be told to the outbox.

A batch that fails is delivered again as a whole, so that what belongs together stays together; whoever was
told already is not told twice.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.observability import observed

if TYPE_CHECKING:
    from tfdrift.notifying import Notifying

SERVICE = "notify"


@cache
def notifying() -> "Notifying":
    """Return the use cases, wired as the environment says, once for each execution environment."""
    from tfdrift.notifying import Notifying

    return Notifying.from_environment()


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's untyped context
    """Take some stream records; returns how many notifications they made."""
    with observed(SERVICE, context) as tally:
        told = list(notifying().source.events(event["Records"]))
        made = notifying().announce.take(told)
        tally.outcomes["events"] += len(told)
        tally.outcomes["notifications"] += made
        return {"events": len(told), "notifications": made}
