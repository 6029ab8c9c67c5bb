"""The dashboard's own checks: types, lint, format and unit tests; and what the browser must download."""

import gzip
import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)

_ROOT = Path(__file__).resolve().parents[2]
_LARGEST_FIRST_LOAD = 300 * 1024


def test_types_lint_and_unit_tests(dashboard: Path) -> None:
    npm = shutil.which("npm")
    assert npm is not None
    run = subprocess.run(
        [npm, "run", "--silent", "check"],
        cwd=dashboard.parent,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout
    assert re.search(r"Tests\s+\d+ passed", run.stdout), run.stdout


def test_the_first_load_is_small(dashboard: Path) -> None:
    sizes = {path: len(_transferred(path)) for path in dashboard.rglob("*") if path.suffix in _LOADED}
    assert len(sizes) >= 4
    assert sum(sizes.values()) < _LARGEST_FIRST_LOAD, sizes


def test_the_page_has_no_inline_script_or_style(dashboard: Path) -> None:
    page = html.unescape((dashboard / "index.html").read_text())
    assert "script-src 'self'" in page
    assert "unsafe" not in page
    assert re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", page) == []
    assert "<style" not in page


def test_the_lock_names_no_registry(dashboard: Path) -> None:
    lock = (dashboard.parent / "package-lock.json").read_text()
    assert '"resolved"' not in lock


_LOADED = {".html", ".js", ".css", ".woff2"}


def _transferred(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix == ".woff2" else gzip.compress(content)
