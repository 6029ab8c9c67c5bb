"""A second scanner of the templates: all that checkov reports is accepted by a row with a reason."""

import json
import subprocess
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tfdrift.demo.synthesis import PROJECT_ROOT

CHECKOV = PROJECT_ROOT / "tools/scanners/.venv/bin/checkov"
CONFIGURATIONS = ("default", "public", "organisation")
CARELESS = {
    "Resources": {
        "Open": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": "SSH from everywhere",
                "SecurityGroupIngress": [
                    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
                ],
            },
        }
    }
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """One row: a check, the resources and configurations where its finding stands, and why."""

    check: str
    resources: str
    configurations: tuple[str, ...]
    reason: str

    def accepts(self, configuration: str, check: str, resource: str) -> bool:
        return (
            check == self.check
            and configuration in self.configurations
            and fnmatchcase(resource, self.resources)
        )


@dataclass(frozen=True, slots=True)
class Scan:
    """What one run reports: how many checks passed, and check and resource of those that failed."""

    passed: int
    findings: frozenset[tuple[str, str]]


def scan(folder: Path) -> Scan:
    """Run checkov, without its online services, over the templates of a folder."""
    templates = sorted(folder.glob("*.template.json"))
    done = subprocess.run(
        [str(CHECKOV), "--framework", "cloudformation", "--output", "json", "--skip-download", "--quiet"]
        + [argument for template in templates for argument in ("--file", str(template))],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    # 1 says that something was found.
    assert done.returncode in (0, 1), done.stderr
    report: Any = json.loads(done.stdout)
    summary = report["summary"]
    assert (summary["parsing_errors"], summary["skipped"]) == (0, 0)
    return Scan(
        summary["passed"],
        frozenset((found["check_id"], found["resource"]) for found in report["results"]["failed_checks"]),
    )


@pytest.fixture(scope="module")
def rows() -> tuple[Accepted, ...]:
    """The accepted findings."""
    table = tomllib.loads((Path(__file__).parent / "checkov_accepted.toml").read_text("utf-8"))
    return tuple(
        Accepted(**{**row, "configurations": tuple(row["configurations"])}) for row in table["accepted"]
    )


@pytest.fixture(scope="module")
def scans(assembly: Path, public_assembly: Path, organisation_assembly: Path) -> dict[str, Scan]:
    """The scans of the three configurations."""
    folders = (assembly, public_assembly, organisation_assembly)
    return {name: scan(folder) for name, folder in zip(CONFIGURATIONS, folders, strict=True)}


def test_an_open_security_group_is_found(tmp_path: Path) -> None:
    (tmp_path / "Careless.template.json").write_text(json.dumps(CARELESS))
    assert ("CKV_AWS_24", "AWS::EC2::SecurityGroup.Open") in scan(tmp_path).findings


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_everything_found_is_accepted_with_a_reason(
    scans: dict[str, Scan], rows: tuple[Accepted, ...], configuration: str
) -> None:
    found = scans[configuration]
    assert found.passed > 100
    assert not [
        finding
        for finding in sorted(found.findings)
        if not any(row.accepts(configuration, *finding) for row in rows)
    ]


def test_every_row_still_accepts_something_in_each_of_its_configurations(
    scans: dict[str, Scan], rows: tuple[Accepted, ...]
) -> None:
    idle = [
        (row.check, configuration)
        for row in rows
        for configuration in row.configurations
        if not any(row.accepts(configuration, *finding) for finding in scans[configuration].findings)
    ]
    assert idle == []
    assert not [row for row in rows if len(row.reason) < 40]
