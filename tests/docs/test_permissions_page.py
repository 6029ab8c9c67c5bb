"""The page on permissions is what the templates say, and the policy for who deploys is what CDK assumes."""

import json

import pytest

from tests.support.pages import blocks, page_text
from tools.permissions.configurations import complete_assembly, default_assembly
from tools.permissions.page import MissingReasonError, page, short
from tools.permissions.roles import Right, roles
from tools.permissions.stacks import Stacks, read_stacks


def test_the_page_is_what_the_templates_say() -> None:
    made = page(default_assembly(), complete_assembly())
    assert page_text("permissions.md") == made, "run: python -m tools.permissions docs/permissions.md"


def test_every_role_of_both_deployments_stands_in_it() -> None:
    text = page_text("permissions.md")
    for assembly in (default_assembly(), complete_assembly()):
        for role in roles(Stacks(read_stacks(assembly))):
            assert f"### {role.name}" in text


def test_who_deploys_may_assume_the_bootstrapped_roles_and_nothing_else() -> None:
    (policy,) = map(json.loads, blocks("permissions.md", "json"))
    (statement,) = policy["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    assert all(":role/cdk-hnb659fds-" in arn for arn in statement["Resource"])


def test_both_regions_are_bootstrapped_as_the_page_and_the_quick_start_say() -> None:
    (policy,) = map(json.loads, blocks("permissions.md", "json"))
    (statement,) = policy["Statement"]
    assert {"-".join(arn.split("-")[-3:]) for arn in statement["Resource"]} == {"eu-central-1", "us-east-1"}
    assert '"aws://$ACCOUNT/$AWS_REGION" "aws://$ACCOUNT/us-east-1"' in page_text("quickstart.md")


@pytest.mark.parametrize(
    ("arn", "shown"),
    [
        ("*", "any"),
        ("arn:aws:s3:::states/*", "s3 states/*"),
        ("arn:aws:logs:eu-central-1:111122223333:log-group:Logs:*", "logs log-group:Logs"),
        ("arn:aws:sns:eu-west-1:222233334444:mail", "sns mail in eu-west-1 of account 222233334444"),
    ],
)
def test_an_arn_is_shown_without_what_is_the_deployments_own(arn: str, shown: str) -> None:
    assert short(arn) == shown


def test_a_right_without_a_reason_stops_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    import tools.permissions.page as module

    new = Right("dynamodb:Scan", "arn:aws:dynamodb:eu-central-1:111122223333:table/Unheard")
    monkeypatch.setattr(module, "granted", lambda _stacks, _role: {new})
    with pytest.raises(MissingReasonError, match="dynamodb:Scan on dynamodb table/Unheard"):
        page(default_assembly(), complete_assembly())
