"""Lambda, invoked by Secrets Manager: one step of the rotation of the machines' token."""

from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.observability import observed

if TYPE_CHECKING:
    from tfdrift.adapters.secret_rotation import TokenRotation

SERVICE = "rotate-token"


@cache
def rotation() -> "TokenRotation":
    """Return what rotates, made on the first invocation."""
    from tfdrift.adapters.secret_rotation import TokenRotation

    return TokenRotation.from_environment()


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 - Lambda's untyped context
    """Do one step; Secrets Manager repeats a rotation of which a step failed."""
    with observed(SERVICE, context) as tally:
        step = str(event["Step"])
        rotation().run(step, str(event["SecretId"]), str(event["ClientRequestToken"]))
        tally.outcomes[step] += 1
