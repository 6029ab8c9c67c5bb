"""Lambda, on a schedule: reports Terraform's calls that no state explained, and ends acknowledgements."""

from datetime import UTC, datetime
from typing import Any

from handlers.observability import observed
from handlers.product import product

SERVICE = "held"


def handler(_: dict[str, Any], context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's untyped context
    """Release what is due; a beat that is lost is made good by the next."""
    with observed(SERVICE, context) as tally:
        now = datetime.now(UTC)
        use_cases = product().use_cases
        release = use_cases.release_held_calls.run(now)
        reopened = use_cases.acknowledgements.reopen_expired(now)
        tally.outcomes["released"] += release.settled
        for transition in (*release.transitions, *reopened):
            tally.outcomes[f"drift_{transition.name.value}"] += 1
        return {
            "released": release.settled,
            "reported": len(release.transitions),
            "reopened": len(reopened),
        }
