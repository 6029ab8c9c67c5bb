"""Measures indexing a state file, or json.loads of it: `python -m bench.state_speed index|loads STATE`."""

import gc
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import cpu_seconds, peak_bytes, resident_bytes
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.terraform_state import parse_state
from tfdrift.service.memory import MemoryStateIndex


def main() -> None:
    """Print CPU seconds, and the memory beyond what the process had before: at most, and kept."""
    what, file = sys.argv[1:]
    work = {"index": _index, "loads": _loads}[what]
    empty = resident_bytes()
    seconds, kept = cpu_seconds(lambda: work(Path(file)))
    gc.collect()
    figures = {"cpu_seconds": seconds, "kept": resident_bytes() - empty, "peak": peak_bytes() - empty}
    print(json.dumps(figures))
    del kept


def _index(file: Path) -> MemoryStateIndex:
    state = parse_state(file.read_bytes(), bucket=None, key="state", fingerprint=Fingerprint(b"key"))
    index = MemoryStateIndex()
    index.replace(
        state.reference,
        state.resources,
        terraform_version=state.terraform_version,
        indexed_at=datetime.now(UTC),
    )
    return index


def _loads(file: Path) -> object:
    return json.loads(file.read_bytes())


if __name__ == "__main__":
    main()
