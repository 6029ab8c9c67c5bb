"""What is shipped: the image's recipe is clean, and the lists of packages hold what the locks do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.bundle import PROJECT_ROOT
from tests.infra.test_bundle import locked_versions


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "tools/emulator/Dockerfile"])
def test_the_linter_of_dockerfiles_finds_nothing(dockerfile: str) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [str(hadolint), "--no-color", str(PROJECT_ROOT / dockerfile)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture(scope="module")
def lists() -> dict[str, Any]:
    """The lists that `make sbom` writes."""
    done = subprocess.run(
        ["bash", "tools/sbom.sh"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    return {Path(name).stem: json.loads((PROJECT_ROOT / name).read_text()) for name in done.stdout.split()}


def test_every_python_package_is_listed_with_its_locked_version(lists: dict[str, Any]) -> None:
    locked = locked_versions()
    listed = {part["name"]: part["version"] for part in lists["python"]["components"]}
    assert {"boto3", "fastapi", "mangum", "pyjwt", "uvicorn"} <= set(listed)
    assert {name: locked[name] for name in listed} == listed
    assert "pytest" not in listed


def test_the_dashboards_packages_are_listed(lists: dict[str, Any]) -> None:
    manifest = json.loads((PROJECT_ROOT / "dashboard/package.json").read_text())
    listed = {
        f"{part['group']}/{part['name']}" if part.get("group") else part["name"]: {
            entry["name"]: entry["value"] for entry in part["properties"]
        }
        for part in lists["dashboard"]["components"]
    }
    assert set(manifest["dependencies"]) <= set(listed)
    # npm leaves out too much where it is told to omit these; a mark tells them apart.
    assert listed["vite"]["cdx:npm:package:development"] == "true"
    assert "cdx:npm:package:development" not in listed["react-router"]
