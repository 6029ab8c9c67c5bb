"""``python -m tests.faults.stepped_task``: the streaming container's process with a wall clock that jumps.

It joins the product's own parts as ``python -m streaming`` does; the feed's store alone, which takes its
time from a clock that is injected, gets one that is up to two days ahead or behind, and another each second.
"""

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import streaming.__main__ as container

_MOST_SECONDS = 2 * 24 * 3600


def stepped_now() -> datetime:
    """Return a wrong time: within one second of the real clock it is wrong by the same amount."""
    now = datetime.now(UTC)
    step = random.Random(int(now.timestamp())).uniform(-_MOST_SECONDS, _MOST_SECONDS)  # noqa: S311 - a test
    return now + timedelta(seconds=step)


def main() -> int:
    """Run the container with the stepped clock; returns its exit code."""
    open_access = container.open_stream_access

    def stepped_access(**names: Any) -> Any:
        access = open_access(**names)
        return replace(access, feed=replace(access.feed, now=stepped_now))

    container.open_stream_access = stepped_access
    return container.main()


if __name__ == "__main__":
    sys.exit(main())
