"""The use cases of notifications, made once for each execution environment and on the first invocation."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfdrift.notifying import Notifying


@cache
def notifying() -> "Notifying":
    """Return the use cases, wired as the environment says."""
    from tfdrift.notifying import Notifying

    return Notifying.from_environment()
