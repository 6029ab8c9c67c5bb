"""Bundles the functions' code with the locked dependencies, for AWS or for this machine's interpreter."""

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("handlers", "tfdrift")
_STAMP = ".bundle"
# Where `make setup` puts uv on a machine that has none.
_OWN_PROGRAMS = str(PROJECT_ROOT / ".tools/bin")
# What the command line and the demo need, and no function imports.
_LEFT_OUT_PACKAGES = ("rich", "typer")
_LEFT_OUT_SOURCES = ("tfdrift/demo", "tfdrift/cli.py", "tfdrift/report_page")


class BundleError(Exception):
    """uv is missing, or it could not resolve or install the locked dependencies."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a bundle runs: uv's arguments that select the wheels."""

    name: str
    selection: tuple[str, ...]


# Lambda's python3.13 on arm64 runs on Amazon Linux 2023, whose glibc is 2.34.
AWS = Target("aws", ("--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13"))


def local(python: Path) -> Target:
    """Return the target of an interpreter on this machine, such as the emulator's."""
    return Target("local", ("--python", str(python)))


def bundle(target: Target, build_root: Path = PROJECT_ROOT / "build/lambda") -> Path:
    """Make the bundle if lock, sources or target changed since the last one; returns its folder.

    Wheels only: nothing is compiled, so the machine that bundles need not be one that runs. boto3 comes from
    the lock too, though Lambda's runtime has one, since the runtime's version changes without notice.

    Raises
    ------
    BundleError
        If uv is missing or fails; the text holds what it said.
    """
    folder = build_root / target.name
    fingerprint = _fingerprint(target)
    build_root.mkdir(parents=True, exist_ok=True)
    with (build_root / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / _STAMP
        if not stamp.is_file() or stamp.read_text() != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            _install_dependencies(target, folder)
            _copy_sources(folder)
            _add_own_metadata(folder)
            stamp.write_text(fingerprint)
    return folder


def _fingerprint(target: Target) -> str:
    """Hash all that a bundle is made of."""
    digest = hashlib.sha256(repr(target).encode())
    for path in (PROJECT_ROOT / "uv.lock", PROJECT_ROOT / "pyproject.toml", Path(__file__), *_source_files()):
        digest.update(f"{path.relative_to(PROJECT_ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    """Yield the files of the product that go into a bundle, sorted."""
    left_out = tuple(PROJECT_ROOT / source for source in _LEFT_OUT_SOURCES)
    for source in SOURCES:
        for path in sorted((PROJECT_ROOT / source).rglob("*")):
            skipped = any(path == other or other in path.parents for other in left_out)
            if path.is_file() and "__pycache__" not in path.parts and not skipped:
                yield path


def _copy_sources(folder: Path) -> None:
    for path in _source_files():
        destination = folder / path.relative_to(PROJECT_ROOT)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, destination)


def _add_own_metadata(folder: Path) -> None:
    """Write what tells the product its own version, as an installed package has it."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    information = folder / f"{project['name']}-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n"
    )


def _install_dependencies(target: Target, folder: Path) -> None:
    folder.mkdir(parents=True)
    pruned = [argument for package in _LEFT_OUT_PACKAGES for argument in ("--prune", package)]
    requirements = folder / "requirements.txt"
    chosen = ["--frozen", "--no-default-groups", "--extra", "lambda", "--no-emit-project", *pruned]
    _uv("export", *chosen, "--no-header", "--no-annotate", "--output-file", str(requirements))
    wheels = ["--no-deps", "--require-hashes", "--only-binary", ":all:", *target.selection]
    _uv("pip", "install", "--target", str(folder), "--requirements", str(requirements), *wheels)
    shutil.rmtree(folder / "bin", ignore_errors=True)


def _uv(*arguments: str) -> None:
    program = shutil.which("uv") or shutil.which("uv", path=_OWN_PROGRAMS)
    if program is None:
        raise BundleError("uv is missing: run 'make setup'")
    done = subprocess.run(
        [program, *arguments, "--quiet"], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BundleError(f"'uv {arguments[0]}' failed: {done.stderr.strip()}")


def main() -> int:
    """Bundle for the target named on the command line and print the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=("aws", "local"))
    parser.add_argument(
        "--python", type=Path, default=Path(sys.executable), help="interpreter of a local bundle"
    )
    chosen = parser.parse_args()
    try:
        folder = bundle(AWS if chosen.target == "aws" else local(chosen.python))
    except BundleError as error:
        sys.stderr.write(f"bundle: {error}\n")
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
