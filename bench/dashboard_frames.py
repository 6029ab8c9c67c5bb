"""``python -m bench.dashboard_frames``: how smoothly 10,000 drifts scroll, and 200 events/s come in.

The built dashboard in headless Chromium, served by the container's own process on the emulator. Frames are
the times between the browser's animation frames; long tasks kept the page from answering for over 50 ms.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page

from bench.stream.tables import create_tables
from bench.stream.whole_path import streaming_task
from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog
from tfdrift.demo.emulator import Emulator, running_emulator
from tfdrift.domain.drift import (
    Cause,
    ChangeType,
    DriftRecord,
    DriftStatus,
    Fidelity,
    Origin,
    OriginKind,
    Severity,
    StateReference,
    drift_id,
)
from tfdrift.domain.drift_json import drift_to_json
from tfdrift.domain.feed_event import EventType, FeedEvent
from tfdrift.domain.identity import UserIdentity
from tools.chromium import running_chromium

_DRIFTS = 10_000
_EVENTS_A_SECOND = 200
_LIVE_SECONDS = 20
_SCROLLED_FRAMES = 600
_WRITERS = 8
_RETENTION = timedelta(days=1)
_DASHBOARD = Path(__file__).resolve().parents[1] / "dashboard" / "dist"
_ACCOUNT, _REGION = "111122223333", "eu-west-1"
_STARTED = datetime.now(UTC)

_WATCH = """() => {
  window.seen = { frames: [], tasks: [] };
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.seen.tasks.push(task.duration);
  }).observe({ type: "longtask" });
  let last = performance.now();
  const frame = (now) => {
    window.seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}"""
_RESET = "() => { window.seen.frames.length = 0; window.seen.tasks.length = 0; }"
_SCROLL = """(frames) => new Promise((done) => {
  const table = document.querySelector(".tf-table-scroll");
  const step = (table.scrollHeight - table.clientHeight) / frames;
  const move = (left) => {
    table.scrollTop += step;
    if (left === 0) done(); else requestAnimationFrame(() => move(left - 1));
  };
  move(frames);
})"""


def main() -> int:
    """Measure and print JSON."""
    if not (_DASHBOARD / "index.html").is_file():
        sys.exit("the dashboard is not built: run tools/build-dashboard.sh")
    with (
        tempfile.TemporaryDirectory() as name,
        running_emulator(Path(name) / "emulator") as emulator,
        running_chromium() as browser,
    ):
        create_tables(emulator.client("dynamodb"))
        _store(emulator)
        more = {"TFDRIFT_DASHBOARD_DIR": str(_DASHBOARD), "TFDRIFT_FINGERPRINT_KEY": "bench"}
        with streaming_task(emulator, Path(name), more) as task:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            figures = _measured(page, f"http://127.0.0.1:{task.port}", emulator)
    print(json.dumps(figures, indent=2))
    return 0


def _measured(page: Page, origin: str, emulator: Emulator) -> dict[str, Any]:
    started = time.monotonic()
    page.goto(f"{origin}/drifts")
    table = page.get_by_role("table", name="Drifts")
    page.wait_for_selector(f"[role=table][aria-rowcount='{_DRIFTS + 1}']", timeout=120_000)
    loaded = time.monotonic() - started
    page.evaluate(_WATCH)
    page.evaluate(_RESET)
    page.evaluate(_SCROLL, _SCROLLED_FRAMES)
    figures = {
        "drifts": _DRIFTS,
        "all_loaded_after_seconds": round(loaded, 1),
        "rows_in_the_page": table.get_by_role("row").count(),
        "scrolled_from_top_to_bottom": _figures(page),
    }
    for name, link in (("table", "Drifts"), ("overview", "Overview")):
        # Within the page, where all drifts stay loaded.
        page.get_by_role("link", name=link, exact=True).click()
        page.wait_for_timeout(3_000)
        with _events(emulator, name) as sent:
            page.evaluate(_RESET)
            page.wait_for_timeout(1000 * _LIVE_SECONDS)
            figures[f"live_{name}"] = {"events_a_second": round(len(sent) / _LIVE_SECONDS), **_figures(page)}
    return figures


def _figures(page: Page) -> dict[str, Any]:
    seen = page.evaluate("() => window.seen")
    frames = sorted(seen["frames"])
    return {
        "frames": len(frames),
        "frame_ms_p50": round(median(frames), 1),
        "frame_ms_p95": round(frames[int(0.95 * len(frames))], 1),
        "frame_ms_p99": round(frames[int(0.99 * len(frames))], 1),
        "frame_ms_worst": round(frames[-1], 1),
        "long_tasks": len(seen["tasks"]),
        "longest_task_ms": round(max(seen["tasks"], default=0.0)),
    }


def _store(emulator: Emulator) -> None:
    repository = DynamoDriftRepository(Table(emulator.client("dynamodb"), "events"), _RETENTION)

    def store(number: int) -> None:
        drift = _drift(number, "stored")
        repository.record(drift, _event(drift), expected_version=0)

    with ThreadPoolExecutor(_WRITERS) as writers:
        list(writers.map(store, range(_DRIFTS)))


@contextmanager
def _events(emulator: Emulator, name: str) -> Iterator[list[int]]:
    """Write events of new drifts at the rate, from threads, while the context lasts; yields those written."""
    log = DynamoEventLog(Table(emulator.client("dynamodb"), "events"), _RETENTION)
    ended = threading.Event()
    written: list[int] = []

    def write(first: int) -> None:
        due, number = time.monotonic(), first
        while not ended.wait(max(0.0, due - time.monotonic())):
            log.append(_event(_drift(number, name)))
            written.append(number)
            number += _WRITERS
            due += _WRITERS / _EVENTS_A_SECOND

    threads = [threading.Thread(target=write, args=(first,)) for first in range(_WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _event(drift: DriftRecord) -> FeedEvent:
    return FeedEvent(
        event_id=f"drift:{drift.id}:bench",
        type=EventType.DRIFT,
        timestamp=drift.timestamp,
        payload={**drift_to_json(drift), "transition": "opened"},
        severity=drift.severity.value,
        resource_type=drift.resource_type,
        account_id=drift.account_id,
    )


def _drift(number: int, name: str) -> DriftRecord:
    resource = f"sg-{name}-{number}"
    at = _STARTED - timedelta(seconds=number)
    return DriftRecord(
        id=drift_id(_ACCOUNT, _REGION, "aws_security_group", resource, "ingress"),
        status=DriftStatus.OPEN,
        change_type=ChangeType.MODIFIED,
        severity=list(Severity)[number % len(Severity)],
        provider="aws",
        account_id=_ACCOUNT,
        region=_REGION,
        resource_type="aws_security_group",
        resource_id=resource,
        resource_address=f'module.app["{number % 50}"].aws_security_group.web[{number}]',
        managed=True,
        attribute="ingress",
        old_value=[],
        new_value=[{"from_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
        user_identity=UserIdentity(
            type="IAMUser", user_name=f"user-{number % 40}", account_id=_ACCOUNT, mfa=True
        ),
        origin=Origin(OriginKind.CONSOLE, ("sessionCredentialFromConsole",)),
        source_ip="203.0.113.7",
        user_agent="AWS Internal",
        timestamp=at,
        detected_at=at,
        cause=Cause(f"e-{number}", "ec2.amazonaws.com", "AuthorizeSecurityGroupIngress", f"r-{number}"),
        state=StateReference("prod/terraform.tfstate", 4, "lineage", "states", "v4"),
        fidelity=Fidelity.EXACT,
        severity_reason="SSH is open to the world",
    )


if __name__ == "__main__":
    sys.exit(main())
