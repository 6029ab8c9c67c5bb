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
_LARGEST_FIRST_LOAD = 300_000


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
    sizes = {path.name: len(_transferred(path)) for path in _first_load(dashboard)}
    assert {Path(name).suffix for name in sizes} == {".html", ".js", ".css", ".woff2"}
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


def _first_load(dashboard: Path) -> set[Path]:
    """Return the page, what it names and that imports at once, and the fonts; not what routes load later."""
    page = dashboard / "index.html"
    waiting = [dashboard / name for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', page.read_text())]
    loaded = {page, *dashboard.rglob("*.woff2")}
    while waiting:
        path = waiting.pop()
        if path in loaded:
            continue
        loaded.add(path)
        if path.suffix == ".js":
            imported = re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', path.read_text())
            waiting.extend(path.parent / name for name in imported)
    return loaded


def _transferred(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix == ".woff2" else gzip.compress(content)
