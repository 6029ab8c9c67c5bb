"""The image's recipe: pinned, multi-stage, without root, and with all that it copies in its context."""

import re
from pathlib import Path

import pytest

from tfdrift.demo.synthesis import PROJECT_ROOT


@pytest.fixture(scope="module")
def recipe() -> list[str]:
    """The Dockerfile's instructions, continued lines joined, comments left out."""
    text = (PROJECT_ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def context(assembly: Path) -> Path:
    """The folder that synthesis staged for the image."""
    (folder,) = (path.parent for path in assembly.glob("asset.*/Dockerfile"))
    return folder


def final_stage(recipe: list[str]) -> list[str]:
    start = max(number for number, line in enumerate(recipe) if line.startswith("FROM "))
    return recipe[start:]


def test_every_base_is_pinned_to_a_patch_release(recipe: list[str]) -> None:
    bases = [line.split()[-3 if " AS " in line else -1] for line in recipe if line.startswith("FROM ")]
    assert len(bases) == 3
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases), bases


def test_the_image_runs_without_root_and_reports_its_health(recipe: list[str]) -> None:
    last = final_stage(recipe)
    assert "USER 10001:10001" in last
    assert [line for line in last if line.startswith("HEALTHCHECK") and "/health" in line]
    assert last[-1] == 'ENTRYPOINT ["python", "-m", "streaming"]'


def test_the_last_stage_runs_nothing_so_that_any_machine_builds_it(recipe: list[str]) -> None:
    assert not [line for line in final_stage(recipe) if line.startswith("RUN ")]


def test_dependencies_come_with_the_hashes_of_the_lock(recipe: list[str]) -> None:
    (installing,) = (line for line in recipe if "--requirements" in line)
    assert "uv export --frozen" in installing
    assert "--require-hashes" in installing
    # Whatever else is installed is the product itself.
    others = [line for line in recipe if "uv pip install" in line and line != installing]
    assert all("--no-deps" in line and " . " in line for line in others)


def test_uv_is_the_version_that_the_project_uses(recipe: list[str]) -> None:
    setup = (PROJECT_ROOT / "tools/setup.sh").read_text()
    (version,) = re.findall(r"^UV_VERSION=(.+)$", setup, re.MULTILINE)
    step = f"RUN pip install --no-cache-dir uv=={version}"
    assert step in recipe
    assert step in (PROJECT_ROOT / "tools/emulator/Dockerfile").read_text().splitlines()


def test_all_that_is_copied_is_in_the_context(recipe: list[str], context: Path) -> None:
    copied = [
        source
        for line in recipe
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert copied
    assert not [source for source in copied if not (context / source).exists()]


def test_nothing_else_is_in_the_context(context: Path) -> None:
    names = {path.name for path in context.iterdir()}
    assert names == {
        ".dockerignore",
        "Dockerfile",
        "LICENSE",
        "README.md",
        "dashboard",
        "handlers",
        "pyproject.toml",
        "streaming",
        "tfdrift",
        "uv.lock",
    }
    for left_out in (
        "dashboard/node_modules",
        "dashboard/build",
        "dashboard/dist",
        "tfdrift/demo",
        "tfdrift/report_page",
    ):
        assert not (context / left_out).exists()
