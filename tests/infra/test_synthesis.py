"""Synthesis needs nothing but this checkout, and stops at whatever the security checks or the linter find."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from tests.infra.conftest import BUNDLE
from tfdrift.demo.synthesis import PROJECT_ROOT, SynthesisError, synthesise

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


def run_python(arguments: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python at the project's root without credentials, proxies that answer, or Docker."""
    nothing = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "CDK_OUTDIR": str(folder / "out"),
        "CDK_DOCKER": "/bin/false",
        "DOCKER_HOST": "tcp://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT_ROOT,
        env={**nothing, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_synthesis_needs_no_credentials_no_docker_and_no_network(tmp_path: Path) -> None:
    # Given an environment that offers none of them
    context = {"tfdrift": {"lambda_bundle": str(BUNDLE)}}
    # When the app is run as the CDK command runs it
    done = run_python(["app.py"], tmp_path, CDK_CONTEXT_JSON=json.dumps(context))
    # Then every stack is there
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "out").glob("*.template.json")}
    assert names == {"Data.template.json", "Ingest.template.json", "Stream.template.json"}


def test_a_security_finding_stops_synthesis(tmp_path: Path) -> None:
    done = run_python(["-c", OPEN_BUCKET], tmp_path)
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
    assert len(acknowledged) == 17
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


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"lambda_bundle": "nowhere"}, "run 'python -m infra.bundle aws' first"),
        ({"lambda_bundle": str(BUNDLE), "log_retention_days": 5}, "log_retention_days"),
    ],
)
def test_an_unusable_configuration_is_one_clear_line(context: dict[str, str], said: str) -> None:
    with pytest.raises(SynthesisError) as refused:
        synthesise("tests-refused", context)  # type: ignore[arg-type]
    assert said in str(refused.value)
    assert "Traceback" not in str(refused.value)
