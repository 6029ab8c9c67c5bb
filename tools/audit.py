"""Asks OSV and npm's registry for known vulnerabilities of what is locked and shipped; `make audit`.

Exit code 0: none that an update would end; 1: an update would end some; 2: somebody did not answer.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT_ROOT = Path(__file__).resolve().parents[1]
PIP_AUDIT = PROJECT_ROOT / "tools/scanners/.venv/bin/pip-audit"
OSV = "https://api.osv.dev/v1/query"
_TIMEOUT_SECONDS = 300


class UnansweredError(Exception):
    """A registry gave no usable answer; the text is what its client said last."""


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A known vulnerability of one locked package, and the versions that end it."""

    package: str
    identifier: str
    fixes: tuple[str, ...]

    def __str__(self) -> str:
        fixed = f"fixed by {', '.join(self.fixes)}" if self.fixes else "no fix yet"
        return f"{self.package}: {self.identifier} ({fixed})"


def python_vulnerabilities(osv_url: str = OSV) -> list[Vulnerability]:
    """Return those of the functions' and the container's locked packages.

    Raises
    ------
    UnansweredError
        If OSV does not answer, or leaves a package out.
    """
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        export = ["uv", "export", "--frozen", "--quiet", "--no-default-groups", "--no-emit-project"]
        extras = ["--extra", "lambda", "--extra", "stream", "--output-file", str(requirements)]
        subprocess.run([*export, *extras], cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL)
        report = _report(
            [
                str(PIP_AUDIT),
                *("--vulnerability-service", "osv", "--osv-url", osv_url),
                *("--disable-pip", "--progress-spinner", "off", "--format", "json"),
                *("--requirement", str(requirements)),
            ]
        )
    skipped = [each["name"] for each in report["dependencies"] if "skip_reason" in each]
    if skipped:
        raise UnansweredError(f"OSV was not asked about {', '.join(skipped)}")
    return [
        Vulnerability(
            f"{dependency['name']} {dependency['version']}", found["id"], tuple(found["fix_versions"])
        )
        for dependency in report["dependencies"]
        for found in dependency["vulns"]
    ]


def dashboard_vulnerabilities(registry: str | None = None) -> list[Vulnerability]:
    """Return those of the packages that the dashboard ships.

    Raises
    ------
    UnansweredError
        If the registry does not answer.
    """
    command = ["npm", "audit", "--json", "--package-lock-only", "--omit", "dev", "--prefix", "dashboard"]
    command += ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"]
    report = _report(command + (["--registry", registry] if registry else []))
    if "vulnerabilities" not in report:
        raise UnansweredError(str(report.get("message", report)))
    return [
        Vulnerability(name, _advisories(entry), _npm_fixes(entry))
        for name, entry in sorted(report["vulnerabilities"].items())
    ]


def _advisories(entry: dict[str, Any]) -> str:
    """Return what makes a package vulnerable: advisories of its own, or packages that it uses."""
    return ", ".join(cause if isinstance(cause, str) else str(cause["url"]) for cause in entry["via"])


def _npm_fixes(entry: dict[str, Any]) -> tuple[str, ...]:
    """Return the update that npm offers: a version of some package, or one within the declared range."""
    fix = entry["fixAvailable"]
    if isinstance(fix, dict):
        return (f"{fix['name']} {fix['version']}",)
    return ("npm audit fix",) if fix else ()


def _report(command: Sequence[str]) -> dict[str, Any]:
    """Return what a client prints as JSON; both exit with 1 where they found something."""
    done = subprocess.run(
        command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise UnansweredError(said[-1]) from error
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is known; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.audit", description=__doc__.splitlines()[0])
    parser.add_argument("--osv-url", default=OSV, help="where OSV's API answers")
    parser.add_argument("--npm-registry", default=None, help="npm's registry, if not the configured one")
    options = parser.parse_args(arguments)
    code = 0
    for kind, ask in (
        ("Python", lambda: python_vulnerabilities(options.osv_url)),
        ("dashboard", lambda: dashboard_vulnerabilities(options.npm_registry)),
    ):
        try:
            found = ask()
        except (UnansweredError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"audit: {kind} packages were not checked: {str(error)[:300]}\n")
            code = code or 2
            continue
        for vulnerability in found:
            sys.stdout.write(f"audit: {kind} package {vulnerability}\n")
        if any(vulnerability.fixes for vulnerability in found):
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
