"""Runs the benchmarks and prints the figures as one JSON document: `make bench`."""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.corpus import RECORDED, Mix, write_log_files, write_logs, write_state
from bench.deployed.load import measure as measure_deployed
from bench.measure import in_own_process
from bench.scale.report import tables as scale_tables
from bench.stream.report import measure as measure_stream

HANDLERS = ("api", "cloudtrail", "falco", "held", "tfstate")
RECORDS = (50_000, 100_000, 200_000)
RESOURCES_OF_REPLAY = 10_000
RESOURCES = (25_000, 50_000, 100_000)
RESOURCES_OF_GRAPH = (1_000, 5_000, 20_000)
RUNS = 5
NEEDED_BY_FIRST_MESSAGE = (
    "aws_lambda_powertools.utilities.batch",
    "tfdrift.adapters.state_index",
    "tfdrift.catalog",
    "tfdrift.service.use_cases",
)


def main() -> None:
    """Print the figures; what is measured can be chosen: replay, states, graph, imports, stream (or parts).

    `deployed` only by its name: it takes minutes. `scale` measures nothing and prints the tables of
    docs/scaling.md.
    """
    if sys.argv[1:] == ["scale"]:
        print(scale_tables())
        return
    chosen = sys.argv[1:] or ["replay", "states", "graph", "imports", "stream"]
    # What follows `stream` are its own parts.
    unknown = [] if chosen[0] == "stream" else [name for name in chosen if name not in _MEASURES]
    if unknown:
        sys.exit(f"no measure is called {', '.join(unknown)}: there are {', '.join([*_MEASURES, 'scale'])}")
    with tempfile.TemporaryDirectory(prefix="tfdrift-bench-") as folder:
        if chosen[0] == "stream":
            figures = {"stream": measure_stream(chosen[1:], Path(folder))}
        else:
            figures = {name: _MEASURES[name](Path(folder)) for name in chosen}
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    print(json.dumps({"on": machine, **figures}, indent=2))


def _replays(folder: Path) -> list[dict[str, Any]]:
    if not RECORDED.is_file():
        sys.exit(f"the recorded calls are not beside this checkout: {RECORDED}")
    related, unrelated = folder / "related.tfstate", folder / "unrelated.tfstate"
    write_state(related, RESOURCES_OF_REPLAY)
    write_state(unrelated, RESOURCES_OF_REPLAY, related=False)
    runs = [(Mix.CORPUS, count, related) for count in RECORDS]
    runs += [(mix, RECORDS[-1], related) for mix in (Mix.TRAIL, Mix.REPEAT)]
    figures = [_replay(folder, mix, count, state) for mix, count, state in runs]
    figures.append(_replay(folder, Mix.CORPUS, RECORDS[-1], unrelated))
    packed = folder / "packed"
    write_log_files(packed, folder / f"{Mix.TRAIL.name.lower()}-{RECORDS[-1]}")
    figures.append(_measured(f"{Mix.TRAIL.value}, as log files of S3", related, packed))
    return figures


def _replay(folder: Path, mix: Mix, count: int, state: Path) -> dict[str, Any]:
    logs = folder / f"{mix.name.lower()}-{count}"
    if not logs.exists():
        write_logs(logs, count, mix)
    return _measured(mix.value, state, logs)


def _measured(what: str, state: Path, logs: Path) -> dict[str, Any]:
    figures = in_own_process("bench.replay_speed", str(state), str(logs))
    return {"logs": what, "state": state.stem, **figures}


def _states(folder: Path) -> list[dict[str, Any]]:
    return [_state(folder / f"{count}.tfstate", count) for count in RESOURCES]


def _state(file: Path, count: int) -> dict[str, Any]:
    write_state(file, count)
    runs = [
        (
            in_own_process("bench.state_speed", "loads", str(file)),
            in_own_process("bench.state_speed", "index", str(file)),
        )
        for _ in range(RUNS)
    ]
    loads, index = (
        {name: median(run[side][name] for run in runs) for name in ("cpu_seconds", "kept", "peak")}
        for side in (0, 1)
    )
    return {
        "resources": count,
        "file_mib": round(file.stat().st_size / 2**20, 1),
        "cpu_seconds": round(index["cpu_seconds"], 3),
        "json_loads_cpu_seconds": round(loads["cpu_seconds"], 3),
        "times_json_loads": round(index["cpu_seconds"] / loads["cpu_seconds"], 2),
        "kept_mib": round(index["kept"] / 2**20),
        "times_kept_by_json_loads": round(index["kept"] / loads["kept"], 2),
        "peak_mib": round(index["peak"] / 2**20),
        "times_peak_of_json_loads": round(index["peak"] / loads["peak"], 2),
    }


def _graphs(_: Path) -> list[dict[str, Any]]:
    return [in_own_process("bench.graph_speed", str(count)) for count in RESOURCES_OF_GRAPH]


def _imports(_: Path) -> dict[str, Any]:
    """Return the medians; the modules take turns, so that a busy moment meets all of them."""
    wanted: dict[str, tuple[str, ...]] = {
        "boto3": ("boto3",),
        **{f"handlers.{name}.handler": (f"handlers.{name}.handler",) for name in HANDLERS},
    }
    wanted["handlers.cloudtrail.handler and what its first message needs"] = (
        "handlers.cloudtrail.handler",
        *NEEDED_BY_FIRST_MESSAGE,
    )
    rounds = [{name: _import(modules) for name, modules in wanted.items()} for _ in range(2 * RUNS + 1)]
    seconds = {name: median(one[name] for one in rounds) for name in wanted}
    return {
        name: {"cpu_seconds": round(spent, 3), "times_boto3": round(spent / seconds["boto3"], 2)}
        for name, spent in seconds.items()
    }


def _import(modules: Sequence[str]) -> float:
    return float(in_own_process("bench.import_speed", *modules)["cpu_seconds"])


_MEASURES: dict[str, Callable[[Path], Any]] = {
    "replay": _replays,
    "states": _states,
    "graph": _graphs,
    "imports": _imports,
    "stream": lambda folder: measure_stream((), folder),
    "deployed": measure_deployed,
}

if __name__ == "__main__":
    main()
