"""Synthesis needs nothing but this checkout, and stops at whatever the security checks or the linter find."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from tests.support.templates import Template
from tfdrift.demo.synthesis import PROJECT_ROOT, SynthesisError, synthesis_environment, synthesise

# CDK writes a function's dependency on its role beside the reference to it (.cfnlintrc.yaml).
IGNORED = ["W3005"]

ASSEMBLIES = (
    "assembly",
    "public_assembly",
    "organisation_assembly",
    "configured_assembly",
    "whole_assembly",
)
OPEN_BUCKET = """
from aws_cdk import App, Stack
from aws_cdk.aws_s3 import Bucket
from infra.composition import add_security_checks

app = App()
Bucket(Stack(app, "Careless"), "Open")
add_security_checks(app)
app.synth()
"""
# What is accepted of the two packs' findings where nothing is configured: a new one is seen in review.
ACCEPTED = {
    "AwsSolutions-ECS2": 1,
    "AwsSolutions-IAM5": 9,
    "AwsSolutions-L1": 6,
    "AwsSolutions-S1": 2,
    "AwsSolutions-SMG4": 1,
    "AwsSolutions-SQS3": 1,
    "NIST.800.53.R5-ALBHttpToHttpsRedirection": 1,
    "NIST.800.53.R5-ALBWAFEnabled": 1,
    "NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled": 1,
    "NIST.800.53.R5-CloudTrailEncryptionEnabled": 1,
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted": 8,
    "NIST.800.53.R5-ELBv2ACMCertificateRequired": 1,
    "NIST.800.53.R5-IAMNoInlinePolicy": 9,
    "NIST.800.53.R5-LambdaConcurrency": 6,
    "NIST.800.53.R5-LambdaDLQ": 5,
    "NIST.800.53.R5-LambdaInsideVPC": 6,
    "NIST.800.53.R5-S3BucketLoggingEnabled": 2,
    "NIST.800.53.R5-S3BucketReplicationEnabled": 4,
    "NIST.800.53.R5-S3DefaultEncryptionKMS": 4,
    "NIST.800.53.R5-SecretsManagerRotationEnabled": 1,
    "NIST.800.53.R5-SecretsManagerUsingKMSKey": 1,
    "NIST.800.53.R5-VPCDefaultSecurityGroupClosed": 1,
}
# Each alarm is one, while nobody is named whom they tell.
ALARMS = "NIST.800.53.R5-CloudWatchAlarmAction"
# What a key of the deployment's own mends, but for the buckets of access logs.
MENDED_BY_OWN_KEY = {
    "NIST.800.53.R5-CloudTrailEncryptionEnabled",
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted",
    "NIST.800.53.R5-SecretsManagerUsingKMSKey",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted finding: the construct's path, the rule, and why."""

    path: str
    rule: str
    reason: str


def accepted(assembly: Path) -> Iterator[Accepted]:
    """Yield what is accepted of the two packs' findings."""
    for metadata in sorted(assembly.glob("*.metadata.json")):
        for path, entries in json.loads(metadata.read_text()).items():
            for entry in entries:
                if entry["type"] != "aws:cdk:acknowledged-rules":
                    continue
                for name, reason in entry["data"].items():
                    rule = name.partition("::")[2]
                    if rule.startswith(("AwsSolutions-", "NIST.800.53.R5-")):
                        yield Accepted(path, rule, reason)


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


def test_a_finding_of_either_pack_stops_synthesis(tmp_path: Path) -> None:
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
    assert "NIST.800.53.R5-S3BucketVersioningEnabled" in done.stderr


@pytest.mark.parametrize("assembly_name", ASSEMBLIES)
def test_every_acknowledgement_stands_on_one_construct_with_a_reason(
    assembly_name: str, request: pytest.FixtureRequest
) -> None:
    found = list(accepted(request.getfixturevalue(assembly_name)))
    assert {each.rule.partition("-")[0] for each in found} == {"AwsSolutions", "NIST.800.53.R5"}
    for each in found:
        # A path of one part is a stack, and one that ends in a part of several constructs is a blanket, too.
        assert each.path.count("/") >= 2, each
        assert not each.path.endswith("/Alarms"), each
        assert len(each.reason) > 40, each


def test_these_findings_are_accepted_and_no_others(assembly: Path, templates: dict[str, Template]) -> None:
    counts = Counter(each.rule.partition("[")[0] for each in accepted(assembly))
    alarms = sum(len(template.of_type("AWS::CloudWatch::Alarm")) for template in templates.values())
    assert counts.pop(ALARMS) == alarms
    assert counts == ACCEPTED


def test_a_key_and_a_topic_of_the_deployments_own_mend_what_is_accepted_without(
    whole_assembly: Path, configured_assembly: Path
) -> None:
    whole = {each.rule for each in accepted(whole_assembly)}
    assert not whole & MENDED_BY_OWN_KEY
    without_kms = {each.path for each in accepted(whole_assembly) if "DefaultEncryptionKMS" in each.rule}
    assert without_kms == {"/Ingest/AccessLogs/Bucket", "/Stream/AccessLogs/Bucket"}
    assert ALARMS not in {each.rule for each in accepted(configured_assembly)}


@pytest.mark.parametrize("stack", ["Data", "Ingest", "Stream", "Notify"])
def test_the_linter_finds_nothing_in_a_deployment_with_every_part(whole_assembly: Path, stack: str) -> None:
    found = lint_file(whole_assembly / f"{stack}.template.json", ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []


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
