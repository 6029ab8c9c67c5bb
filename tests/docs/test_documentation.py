"""The documentation speaks of what is there: commands, files and links that exist."""

import re
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_TRACKED = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=_ROOT, capture_output=True, text=True, check=True
).stdout.split()
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", _TRACKED)
def test_every_relative_link_leads_to_a_file(page: str) -> None:
    text = (_ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in _LINK.findall(text) if "://" not in target]

    missing = [target for target in targets if not ((_ROOT / page).parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("page", _TRACKED)
def test_every_make_command_named_exists(page: str) -> None:
    named = set(re.findall(r"(?:`|\$ )make ([a-z-]+)", (_ROOT / page).read_text(encoding="utf-8")))
    targets = set(re.findall(r"^([a-z-]+):", (_ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named <= targets


def test_the_readme_names_the_two_commands_that_ci_and_demo_run() -> None:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")

    assert "$ make demo" in readme
    assert "$ make test" in readme
    assert "make --no-print-directory test" in (_ROOT / ".ci/run").read_text()
