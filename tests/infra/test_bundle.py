"""The functions' bundle: locked, for the right machine, complete, and made once."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from infra.bundle import AWS, PROJECT_ROOT, BundleError, bundle, local

HANDLERS = ("cloudtrail", "falco", "tfstate", "api", "held", "rotate_token")


@pytest.fixture(scope="module")
def aws_bundle() -> Path:
    return bundle(AWS)


@pytest.fixture(scope="module")
def local_bundle() -> Path:
    return bundle(local(Path(sys.executable)))


def locked_versions() -> dict[str, str]:
    lock = tomllib.loads((PROJECT_ROOT / "uv.lock").read_text())
    return {package["name"]: package["version"] for package in lock["package"] if "version" in package}


def bundled_versions(folder: Path) -> dict[str, str]:
    parts = (path.name.removesuffix(".dist-info").rsplit("-", 1) for path in folder.glob("*.dist-info"))
    return {name.replace("_", "-").lower(): version for name, version in parts}


def test_binaries_are_those_of_lambdas_machine_and_python(aws_bundle: Path) -> None:
    binaries = [path.name for path in aws_bundle.rglob("*.so")]
    assert any(name.startswith("_pydantic_core") for name in binaries)
    assert not [
        name for name in binaries if "cpython-313-aarch64-linux-gnu" not in name and "abi3" not in name
    ]


def test_every_dependency_has_the_locked_version(aws_bundle: Path) -> None:
    locked = locked_versions()
    bundled = bundled_versions(aws_bundle)
    assert {"boto3", "pydantic", "aws-lambda-powertools", "fastapi", "mangum"} <= set(bundled)
    assert {name: locked[name] for name in bundled} == bundled


def test_the_product_knows_its_own_version(aws_bundle: Path) -> None:
    assert bundled_versions(aws_bundle)["tfdrift"] == locked_versions()["tfdrift"]


def test_what_no_function_runs_stays_out(aws_bundle: Path) -> None:
    for left_out in (
        "typer",
        "rich",
        "tfdrift/demo",
        "tfdrift/cli.py",
        "tfdrift/report_page",
        "streaming",
        "infra",
        "bin",
        "uvicorn",
    ):
        assert not (aws_bundle / left_out).exists(), left_out
    assert not list((aws_bundle / "handlers").rglob("__pycache__"))


@pytest.mark.parametrize("name", HANDLERS)
def test_a_handler_imports_from_the_bundle_alone(local_bundle: Path, name: str, tmp_path: Path) -> None:
    # Given an interpreter that knows the bundle and the standard library, and an empty environment
    code = (
        "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p];"
        f"sys.path.insert(0, {str(local_bundle)!r});"
        f"import handlers.{name}.handler as module; assert callable(module.handler)"
    )
    # When the handler's module is imported
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    # Then it needs no other package and no setting
    assert done.returncode == 0, done.stderr


def test_an_unchanged_bundle_is_not_made_again(local_bundle: Path) -> None:
    before = (local_bundle / ".bundle").stat().st_mtime_ns
    assert bundle(local(Path(sys.executable))) == local_bundle
    assert (local_bundle / ".bundle").stat().st_mtime_ns == before


def test_a_changed_target_makes_it_anew(tmp_path: Path, local_bundle: Path) -> None:
    made = bundle(local(Path(sys.executable)), tmp_path)
    (made / ".bundle").write_text("of an earlier lock")
    (made / "left-over.py").touch()
    assert bundle(local(Path(sys.executable)), tmp_path) == made
    assert not (made / "left-over.py").exists()


def test_a_missing_uv_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("infra.bundle._OWN_PROGRAMS", str(tmp_path))
    with pytest.raises(BundleError, match="make setup"):
        bundle(AWS, tmp_path)


def test_what_uv_says_is_handed_on(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="'uv pip' failed"):
        bundle(local(tmp_path / "no-python"), tmp_path)
