"""What was created by hand gets an address and an import block that Terraform takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfdrift.domain.proposed_import import proposed_import


@pytest.mark.parametrize(
    ("resource_type", "resource_id", "address", "import_id"),
    [
        ("aws_security_group", "sg-0a1", "sg_0a1", "sg-0a1"),
        (
            "aws_iam_role_policy_attachment",
            "ci/arn:aws:iam::aws:policy/AdministratorAccess",
            "ci_administratoraccess",
            "ci/arn:aws:iam::aws:policy/AdministratorAccess",
        ),
        (
            "aws_sqs_queue",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/Orders.fifo",
            "orders_fifo",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/Orders.fifo",
        ),
        (
            "aws_sns_topic",
            "arn:aws:sns:eu-west-1:111122223333:alarms",
            "alarms",
            "arn:aws:sns:eu-west-1:111122223333:alarms",
        ),
        ("aws_s3_bucket", "2025-logs", "r_2025_logs", "2025-logs"),
        ("aws_ecs_cluster", "arn:aws:ecs:eu-west-1:123456789012:cluster/web", "web", "web"),
        ("aws_cloudwatch_log_subscription_filter", "/aws/x:y:all", "aws_x_y_all", "/aws/x:y|all"),
        ("aws_ami_launch_permission", "ami-1-123456789012", "ami_1_123456789012", "123456789012/ami-1"),
        ("aws_ami_launch_permission", "ami-1-group-all", "ami_1_group_all", "all/ami-1"),
    ],
)
def test_the_address_speaks_and_the_id_is_the_one_that_terraform_imports_by(
    resource_type: str, resource_id: str, address: str, import_id: str
) -> None:
    found = proposed_import(resource_type, resource_id)
    assert (found.address, found.import_id) == (f"{resource_type}.{address}", import_id)
    assert found.block is not None
    assert found.block.splitlines()[1:3] == [f"  to = {found.address}", f'  id = "{import_id}"']


def test_without_an_id_to_import_by_only_the_address_is_proposed() -> None:
    found = proposed_import("aws_volume_attachment", "vol-1:i-1")
    assert (found.address, found.import_id, found.block) == (
        "aws_volume_attachment.vol_1_i_1",
        None,
        None,
    )


@given(st.text(min_size=1, max_size=200))
def test_any_id_gives_a_name_and_a_text_of_the_configuration_language(resource_id: str) -> None:
    found = proposed_import("aws_s3_bucket", resource_id)
    assert re.fullmatch(r"aws_s3_bucket\.[a-z][a-z0-9_]*", found.address)
    assert found.block is not None
    # a quote, a template or a line break of the id cannot end the text
    text = found.block.partition("id = ")[2].removesuffix("\n}\n")
    assert re.fullmatch(r'"(?:[^"\\\n\r$%]|\\.|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*"', text, re.DOTALL)
