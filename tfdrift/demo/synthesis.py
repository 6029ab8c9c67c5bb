"""Makes what a deployment consists of, each only if stale: the functions' bundle and the CDK assembly."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfdrift.domain.json_value import JsonObject

PROJECT_ROOT = Path(__file__).resolve().parents[2]
_BUILD = PROJECT_ROOT / "build"
_STAMP = ".synthesised"
_CONTEXT_KEY = "tfdrift"
_INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")


class SynthesisError(Exception):
    """Bundling or synthesis failed; the text holds what the program said."""


def bundle_functions(python: Path) -> Path:
    """Bundle the functions for an interpreter on this machine; returns the folder.

    Raises
    ------
    SynthesisError
        If the locked dependencies cannot be installed.
    """
    arguments = [sys.executable, "-m", "infra.bundle", "local", "--python", str(python)]
    printed = _run(arguments, dict(os.environ))
    return Path(printed.strip().splitlines()[-1])


def synthesise(name: str, context: JsonObject) -> Path:
    """Run the CDK app into ``build/cdk.out/<name>`` unless that is up to date; returns the folder.

    The image's sources do not count: nothing that runs here builds the image.

    Raises
    ------
    SynthesisError
        If the app refuses the context or a security check finds something.
    """
    folder = _BUILD / "cdk.out" / name
    fingerprint = _fingerprint(context)
    with _locked(folder.with_name(f".{name}.lock")):
        stamp = folder / _STAMP
        if stamp.is_file() and stamp.read_text() == fingerprint:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run([sys.executable, "app.py"], synthesis_environment(folder, context))
        stamp.write_text(fingerprint)
    return folder


def synthesis_environment(folder: Path, context: JsonObject) -> dict[str, str]:
    """Return all that the CDK app is told: no credentials, no region, no Docker."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {
        **inherited,
        "CDK_DOCKER": "/bin/false",
        "CDK_OUTDIR": str(folder),
        "CDK_CONTEXT_JSON": json.dumps({_CONTEXT_KEY: context}),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }


def _fingerprint(context: JsonObject) -> str:
    """Hash the context and the files that decide what the templates say."""
    digest = hashlib.sha256(json.dumps(context, sort_keys=True).encode())
    bundle = PROJECT_ROOT / str(context.get("lambda_bundle", ""))
    paths = (
        PROJECT_ROOT / "app.py",
        PROJECT_ROOT / "uv.lock",
        PROJECT_ROOT / "Dockerfile",
        PROJECT_ROOT / "tfdrift/adapters/table_schema.py",
        bundle / ".bundle",
        *sorted((PROJECT_ROOT / "infra").rglob("*.py")),
    )
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path}\0".encode() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _run(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        arguments,
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SynthesisError(f"'{' '.join(arguments[1:])}' failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that processes that want the same folder make it once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
