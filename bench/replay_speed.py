"""Measures a whole replay of a folder of logs: `python -m bench.replay_speed STATE LOGS`."""

import gzip
import json
import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import cpu_seconds, peak_bytes
from tfdrift.adapters.fast_json import fast_json
from tfdrift.catalog import load_catalog
from tfdrift.replay_files import EVIDENCE_ENDINGS, STATE_ENDINGS, input_files
from tfdrift.replay_output import json_lines
from tfdrift.service.replay import ReplayInput, ReplayResult, replay

if TYPE_CHECKING:
    from tfdrift.service.replay_evidence import Problem


def main() -> None:
    """Print the figures of a replay and of json.loads over the same bytes, before and after it."""
    state, logs = sys.argv[1:]
    before, count = cpu_seconds(lambda: _load(Path(logs)))
    seconds, result = cpu_seconds(lambda: _replay(state, logs))
    after, _ = cpu_seconds(lambda: _load(Path(logs)))
    assert result.summary.records_read + len(result.problems) == count, result.summary
    loads = (before + after) / 2
    figures = {
        "records": count,
        "resources": result.summary.resources,
        "cpu_seconds": round(seconds, 3),
        "records_a_cpu_second": round(count / seconds),
        "json_loads_cpu_seconds": round(loads, 3),
        "times_json_loads": round(seconds / loads, 2),
        "peak_mib": round(peak_bytes() / 2**20),
        "finding_records": result.summary.finding_records,
        "drifts": result.summary.drifts,
    }
    print(json.dumps(figures))


def _replay(state: str, logs: str) -> ReplayResult:
    """Do what `tfdrift replay --format jsonl` does: find and read the files, replay, write the drifts."""
    problems: list[Problem] = []
    wanted = ReplayInput(
        states=input_files([state], STATE_ENDINGS, problems),
        logs=input_files([logs], EVIDENCE_ENDINGS, problems),
        fast=fast_json,
    )
    result = replay(wanted, load_catalog())
    StringIO().writelines(f"{line}\n" for line in json_lines(result.drifts))
    return result


def _load(folder: Path) -> int:
    """Do what the yardstick does, json.loads of each document, and return how many records there are."""
    count = 0
    for file in sorted(folder.iterdir()):
        if file.suffix == ".gz":
            count += len(json.loads(gzip.decompress(file.read_bytes()))["Records"])
            continue
        for line in file.read_bytes().splitlines():
            json.loads(line)
            count += 1
    return count


if __name__ == "__main__":
    main()
