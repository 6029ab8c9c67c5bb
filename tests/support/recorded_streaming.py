"""``python -m tests.support.recorded_streaming``: the container's process, which writes down what it calls.

Each right is a line of the file that TFDRIFT_RECORDED_CALLS names.
"""

import json
import os
import sys
from pathlib import Path

from tests.support.recorded_calls import Recorder, listening
from tools.permissions.roles import Right


def main() -> int:
    """Run the process as it is started in the container; returns its exit code."""
    from streaming.__main__ import main as run

    account = os.environ["TFDRIFT_RECORDED_ACCOUNT"]
    written: set[tuple[str, Right]] = set()
    with Path(os.environ["TFDRIFT_RECORDED_CALLS"]).open("w", encoding="utf-8", buffering=1) as lines:

        def write(operation: str, right: Right) -> None:
            if (operation, right) not in written:
                written.add((operation, right))
                lines.write(json.dumps([operation, right.action, right.resource]) + "\n")

        recorder = Recorder(account, os.environ["AWS_REGION"], seen=write, missing=lambda _: None)
        with listening(recorder):
            return run()


if __name__ == "__main__":
    sys.exit(main())
