"""The progress bar appears for long inputs, on a terminal, and nowhere else."""

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.lifecycle_samples import ACCOUNT, REGION, function_entry, minutes, state_bytes
from tfdrift.domain.timestamps import format_time


def write_log(folder: Path, count: int) -> None:
    """Write a state, and that many calls that nothing managed is touched by."""
    (folder / "prod.tfstate").write_bytes(state_bytes(function_entry()))
    with (folder / "log.jsonl").open("w") as log:
        for number in range(count):
            record = {
                "eventID": f"e-{number}",
                "eventTime": format_time(minutes(number)),
                "eventSource": "unheard-of.amazonaws.com",
                "eventName": "DoSomething",
                "awsRegion": REGION,
                "recipientAccountId": ACCOUNT,
            }
            log.write(json.dumps(record) + "\n")


def command(folder: Path) -> list[str]:
    inputs = ["--state", str(folder / "prod.tfstate"), "--cloudtrail", str(folder / "log.jsonl")]
    return [sys.executable, "-c", "from tfdrift.cli import app; app()", "replay", *inputs]


def messages_on_a_terminal(folder: Path) -> str:
    """Run replay with standard error on a terminal, and return what the terminal received."""
    ours, theirs = pty.openpty()
    received = bytearray()

    def drain() -> None:
        while True:
            try:
                received.extend(os.read(ours, 65_536))
            except OSError:  # the terminal's other end was closed
                return

    reader = threading.Thread(target=drain)
    reader.start()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        command(folder), stdout=subprocess.PIPE, stderr=theirs, env=environment, check=False
    )
    os.close(theirs)
    reader.join(timeout=20)
    os.close(ours)
    assert done.returncode == 0
    return received.decode("utf-8", "replace")


@pytest.mark.parametrize(("count", "is_shown"), [(5000, True), (20, False)])
def test_the_bar_is_for_long_inputs_on_a_terminal(tmp_path: Path, count: int, *, is_shown: bool) -> None:
    write_log(tmp_path, count)
    received = messages_on_a_terminal(tmp_path)
    assert ("replaying" in received) is is_shown
    assert f"records read: {count}" in received


def test_without_a_terminal_there_is_no_bar(tmp_path: Path) -> None:
    write_log(tmp_path, 5000)
    done = subprocess.run(command(tmp_path), capture_output=True, check=False)
    assert b"replaying" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr


def test_a_reader_that_leaves_early_is_no_failure_of_ours(tmp_path: Path) -> None:
    write_log(tmp_path, 20)
    with (tmp_path / "log.jsonl").open("a") as log:
        for number in range(3000):
            record = {
                "eventID": f"i-{number}",
                "eventTime": format_time(minutes(number)),
                "eventSource": "ec2.amazonaws.com",
                "eventName": "ModifyInstanceAttribute",
                "awsRegion": REGION,
                "recipientAccountId": ACCOUNT,
                "requestParameters": {
                    "instanceId": f"i-{number:017x}",
                    "instanceType": {"value": "t3.large"},
                },
            }
            log.write(json.dumps(record) + "\n")
    process = subprocess.Popen(
        [*command(tmp_path), "--format", "jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"{")
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 1
