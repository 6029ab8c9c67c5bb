"""The page tests' ground: the built dashboard, the real app on the emulator, and Chromium."""

import fcntl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.stack import Stack, running_stack
from tests.e2e.watch import watched
from tfdrift.demo.emulator import Emulator
from tools.chromium import running_chromium

_ROOT = Path(__file__).resolve().parents[2]

# A crashed tailer's lease must run out, and the browser waits before it returns: arriving at all is the test.
expect.set_options(timeout=40_000)


@pytest.fixture(scope="session")
def dashboard() -> Path:
    """The folder of the built dashboard."""
    with (_ROOT / "dashboard" / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one build at a time, whatever the number of workers
        subprocess.run(["/bin/bash", "tools/build-dashboard.sh"], cwd=_ROOT, check=True, timeout=300)
    return _ROOT / "dashboard" / "dist"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: Playwright keeps an event loop running, so no async test may come between."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def stack(emulator: Emulator, dashboard: Path, tmp_path: Path) -> Iterator[Stack]:
    """The app with tables of its own."""
    with running_stack(emulator, dashboard, tmp_path) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page whose console and policy stay clean; a test that breaks the connection says so."""
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    opened = context.new_page()
    faults = watched(opened)
    yield opened
    context.close()
    assert faults == []
