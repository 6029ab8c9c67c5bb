"""``python -m tests.faults``: many long runs with different seeds; one line of JSON each, and their sum."""

import argparse
import asyncio
import json
import logging
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.harness import Report, Run, Size
from tests.faults.model import histories
from tfdrift.demo.emulator import running_emulator


def one_run(folder: Path, seed: int, size: Size) -> Report:
    """Return the report of a run on an emulator of its own."""

    async def run() -> Report:
        return await Run(emulator, folder, seed, size).run()

    with running_emulator(folder / f"emulator-{seed}") as emulator:
        return asyncio.run(run())


def main() -> int:
    """Run as often as asked; returns 1 if anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, help="of the first run; the next ones count on")
    parser.add_argument("--events", type=int, default=6000)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--clients", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=45, help="over which a run writes")
    parser.add_argument("--histories", type=int, default=300, help="random ones at the ports, first")
    asked = parser.parse_args()
    # Told to stop, it ends its emulator, tasks and clients, as it does when interrupted.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    first = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    size = Size(asked.events, asked.writers, asked.clients, asked.seconds)
    began = time.monotonic()
    total = histories_at_the_ports(range(first, first + asked.histories))
    with tempfile.TemporaryDirectory(prefix="tfdrift-faults-") as folder:
        for seed in range(first, first + asked.runs):
            print(f"seed {seed}: {size}", file=sys.stderr, flush=True)
            report = one_run(Path(folder), seed, size)
            print(report.text(), flush=True)
            total.update(sum_of(report))
    print({**total, "seconds": round(time.monotonic() - began)}, file=sys.stderr)
    return int(total["wrong runs"] > 0)


def histories_at_the_ports(seeds: range) -> Counter[str]:
    """Print the sum of random histories, and return how many of them are wrong."""
    logging.disable()
    judged = asyncio.run(histories(seeds))
    logging.disable(logging.NOTSET)
    wrong = [judgement.seed for judgement in judged if not judgement.right]
    figures = {
        "histories": len(judged),
        "wrong seeds": wrong,
        "written": sum(judgement.written for judgement in judged),
        "lost": sum(judgement.lost + judgement.lost_untold for judgement in judged),
        "duplicated": sum(judgement.duplicated for judgement in judged),
        "misordered": sum(judgement.disordered for judgement in judged),
        "trimmed and told": sum(judgement.trimmed_and_told for judgement in judged),
        "trimmed before the first read": sum(judgement.lost_unread for judgement in judged),
        "made": dict(sum((judgement.made for judgement in judged), Counter())),
    }
    print(json.dumps(figures), flush=True)
    return Counter({"wrong runs": len(wrong)})


def sum_of(report: Report) -> dict[str, int]:
    """Return a run's figures as they are added up."""
    return {
        "runs": 1,
        "wrong runs": not report.right,
        "written": report.written,
        "received": report.clients.get("received", 0),
        "lost": report.feed_lost + report.clients.get("lost", 0),
        "duplicated": report.feed_duplicated + report.clients.get("duplicated", 0),
        "faults": sum(report.faults.values()),
        "connections": report.clients.get("visits", {}).get("connections", 0),
    }


if __name__ == "__main__":
    sys.exit(main())
