"""Lambda, on a schedule: Terraform's own calls that no state explained in time are reported as drifts."""

from datetime import UTC, datetime
from typing import Any

from handlers.observability import observed
from handlers.product import product

SERVICE = "held"


def handler(_: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's untyped context
    """Release what is due; a beat that is lost is made good by the next."""
    with observed(SERVICE, context) as tally:
        release = product().use_cases.release_held_calls.run(datetime.now(UTC))
        tally.outcomes["released"] += release.settled
        tally.outcomes["drift_opened"] += len(release.transitions)
        return {"released": release.settled, "reported": len(release.transitions)}
