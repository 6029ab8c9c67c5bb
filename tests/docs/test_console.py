"""What the pages for who deploys have typed in: calls of AWS that exist, and options that are usable."""

import json
import re

import botocore.session
import pytest
from botocore import xform_name

from infra.config import DeploymentConfig
from tests.support.pages import blocks

PAGES = ("quickstart.md", "terraform.md", "deploy.md", "organisation.md", "runbook.md", "permissions.md")
# Commands that the AWS command line adds to AWS's operations.
OWN_COMMANDS = {("ec2-instance-connect", "ssh"), ("logs", "tail"), ("s3", "cp"), ("s3", "ls"), ("s3", "rm")}
# Options that it adds to every operation, and to two of them for short:
# https://docs.aws.amazon.com/cli/latest/reference/ec2/authorize-security-group-ingress.html
OWN_OPTIONS = {"query", "output", "cli-binary-format", "region", "profile", "no-cli-pager", "cli-input-json"}
SHORT_OPTIONS = {"protocol", "port", "cidr"}
_CALL = re.compile(r"(?<![\w./-])aws ([a-z0-9-]+) ([a-z0-9-]+)((?:[^`\n]|\\\n)*)")
_OPTION = re.compile(r"(?<=\s)--([a-z][a-z0-9-]*)")


def aws_calls() -> list[tuple[str, str, str, str]]:
    """Return page, service, command and rest of every call of the AWS command line."""
    return [
        (page, *call) for page in PAGES for block in blocks(page, "console") for call in _CALL.findall(block)
    ]


@pytest.mark.parametrize(("page", "service", "command", "rest"), aws_calls())
def test_every_call_of_aws_is_one_of_its_operations(page: str, service: str, command: str, rest: str) -> None:
    if (service, command) in OWN_COMMANDS:
        return
    session = botocore.session.get_session()
    model = session.get_service_model({"s3api": "s3"}.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert command in operations, page
    shape = model.operation_model(operations[command]).input_shape
    members = shape.members if shape is not None else {}
    known = {xform_name(name, "-") for name in members}
    # A switch has a second spelling that turns it off.
    known |= {f"no-{name}" for name in known}
    given = set(_OPTION.findall(rest)) - OWN_OPTIONS
    short = SHORT_OPTIONS if command.endswith("-security-group-ingress") else set()
    assert given <= known | short


def test_the_pages_have_calls() -> None:
    assert len(aws_calls()) > 10


@pytest.mark.parametrize("page", PAGES)
def test_every_version_of_cdk_is_the_one_that_reads_the_templates(page: str) -> None:
    pinned = {version for block in blocks(page, "console") for version in re.findall(r"aws-cdk@(\S+)", block)}
    assert pinned <= {"2.1148.1"}


def options_in(page: str) -> list[object]:
    """Return what stands under the context's key in a page's JSON blocks."""
    found: list[object] = []
    for block in blocks(page, "json"):
        value = json.loads(block)
        context = value.get("context", value)
        if "tfdrift" in context:
            found.append(context["tfdrift"])
    return found


@pytest.mark.parametrize("page", ["quickstart.md", "terraform.md", "deploy.md", "notifications.md"])
def test_every_example_of_options_is_usable(page: str) -> None:
    found = options_in(page)
    assert found
    for options in found:
        DeploymentConfig.from_context(options)
