"""Synthesis needs nothing but this checkout, and stops at whatever the security checks or the linter find."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from tfdrift.demo.synthesis import PROJECT_ROOT, SynthesisError, synthesis_environment, synthesise

# CDK writes a function's dependency on its role beside the reference to it (.cfnlintrc.yaml).
IGNORED = ["W3005"]

OPEN_BUCKET = """
from aws_cdk import App, Stack
from aws_cdk.aws_s3 import Bucket
from infra.composition import add_security_checks

app = App()
Bucket(Stack(app, "Careless"), "Open")
add_security_checks(app)
app.synth()
"""


def test_synthesis_is_told_of_no_credentials_region_or_docker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given a shell with an AWS account in it
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
    # When the environment of the synthesis, with which all templates of these tests are made, is looked at
    environment = synthesis_environment(tmp_path, {})
    # Then nothing of it is there
    assert not [name for name in environment if name.startswith(("AWS_", "CDK_DEFAULT"))]
    assert environment["CDK_DOCKER"] == "/bin/false"


def test_synthesis_looks_nothing_up(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    # Whatever CDK would have to ask AWS for is listed there.
    assert "missing" not in manifest


def test_cdk_has_nothing_to_warn_of(assembly: Path) -> None:
    warnings = [
        (path, entry["data"])
        for metadata in sorted(assembly.glob("*.metadata.json"))
        for path, entries in json.loads(metadata.read_text()).items()
        for entry in entries
        if entry["type"] in ("aws:cdk:warning", "aws:cdk:error")
    ]
    assert warnings == []


def test_a_security_finding_stops_synthesis(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPEN_BUCKET],
        cwd=PROJECT_ROOT,
        env=synthesis_environment(tmp_path / "out", {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "AwsSolutions-S1" in done.stderr


def test_every_acknowledgement_stands_on_one_construct_with_a_reason(assembly: Path) -> None:
    acknowledged = [
        (path, reason)
        for metadata in sorted(assembly.glob("*.metadata.json"))
        for path, entries in json.loads(metadata.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
        if "AwsSolutions" in rule
    ]
    assert len(acknowledged) == 20
    for path, reason in acknowledged:
        # A path of one part is a stack: a blanket over everything in it.
        assert path.count("/") >= 3, path
        assert len(reason) > 40, path


@pytest.mark.parametrize("stack", ["Data", "Ingest", "Stream"])
def test_the_linter_finds_nothing(assembly: Path, stack: str) -> None:
    found = lint_file(assembly / f"{stack}.template.json", ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []


def test_templates_name_no_account_no_region_and_no_folder(assembly: Path) -> None:
    for path in assembly.glob("*.template.json"):
        text = path.read_text()
        assert str(PROJECT_ROOT) not in text
        assert "us-east-1" not in text


def test_an_unusable_configuration_is_one_clear_line() -> None:
    with pytest.raises(SynthesisError) as refused:
        synthesise("tests-refused", {"lambda_bundle": "nowhere"})
    assert "run 'python -m infra.bundle aws' first" in str(refused.value)
    assert "Traceback" not in str(refused.value)
