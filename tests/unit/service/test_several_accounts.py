"""States of several accounts: a call is compared with what its own account has, whatever names others use."""

from dataclasses import dataclass

import pytest

from tests.support import samples
from tests.support.lifecycle_samples import NOON, minutes, state_entry
from tests.unit.service.product import Product
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import DriftRecord
from tfdrift.domain.json_value import JsonObject

ONE, OTHER, STRANGER = "111122223333", "222233334444", "333344445555"
REGION = "eu-west-1"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = '{"Statement":[]}'


@dataclass(frozen=True, slots=True)
class Case:
    """A resource as each account's state has it, and a call that changes the one of its account.

    In the attributes and parameters ``{account}`` stands for the account.
    """

    resource_type: str
    attributes: dict[str, str]
    source: str
    event: str
    request: JsonObject
    region: str = REGION

    def entry(self, account: str) -> JsonObject:
        """Return the resource in an account's state."""
        filled: JsonObject = {
            name: value.replace("{account}", account) for name, value in self.attributes.items()
        }
        return state_entry(self.resource_type, "it", filled)

    def call(self, account: str) -> CloudTrailRecord:
        """Return the call in an account."""
        return samples.call(
            f"e-{account}",
            account_id=account,
            region=self.region,
            event_source=f"{self.source}.amazonaws.com",
            event_name=self.event,
            raw_event_name=self.event,
            request=self.request,
            event_time=NOON,
            read_only=False,
        )


CASES = {
    "a user's attachment, which has no ARN": Case(
        "aws_iam_user_policy_attachment",
        {"id": "deploy-20250115", "user": "deploy", "policy_arn": READ_ONLY},
        "iam",
        "DetachUserPolicy",
        {"userName": "deploy", "policyArn": READ_ONLY},
        "us-east-1",
    ),
    "a user": Case(
        "aws_iam_user",
        {"id": "deploy", "name": "deploy", "arn": "arn:aws:iam::{account}:user/deploy"},
        "iam",
        "DeleteUser",
        {"userName": "deploy"},
        "us-east-1",
    ),
    "a function": Case(
        "aws_lambda_function",
        {
            "id": "worker",
            "function_name": "worker",
            "arn": f"arn:aws:lambda:{REGION}:{{account}}:function:worker",
            "memory_size": "128",
        },
        "lambda",
        "UpdateFunctionConfiguration",
        {"functionName": "worker", "memorySize": 512},
    ),
    "a function's permission, which has no ARN": Case(
        "aws_lambda_permission",
        {"id": "AllowQueue", "function_name": "worker", "statement_id": "AllowQueue"},
        "lambda",
        "RemovePermission",
        {"functionName": "worker", "statementId": "AllowQueue"},
    ),
    "a log group's metric filter, which has no ARN": Case(
        "aws_cloudwatch_log_metric_filter",
        {"id": "errors", "name": "errors", "log_group_name": "/app"},
        "logs",
        "DeleteMetricFilter",
        {"logGroupName": "/app", "filterName": "errors"},
    ),
}


def managed(product: Product) -> list[DriftRecord]:
    return [drift for drift in product.all_drifts() if drift.managed]


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_call_is_compared_with_its_own_accounts_state(product: Product, case: Case) -> None:
    # Given two accounts with resources of the same name, each in a state of its account's bucket
    product.upload(case.entry(ONE), key="one.tfstate", owner=ONE)
    product.upload(case.entry(OTHER), key="other.tfstate", owner=OTHER)

    # When the other account's is changed
    product.take(case.call(OTHER))

    # Then the drift is of that account and of its state, and nothing else has drifted
    (drift,) = managed(product)
    assert drift.account_id == OTHER
    assert drift.state is not None
    assert drift.state.key == "other.tfstate"
    assert drift.also_managed_by == ()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_account_without_a_state_drifts_from_nobodys(product: Product, case: Case) -> None:
    product.upload(case.entry(ONE), key="one.tfstate", owner=ONE)
    product.upload(case.entry(OTHER), key="other.tfstate", owner=OTHER)

    product.take(case.call(STRANGER))

    assert managed(product) == []


@pytest.mark.parametrize("region", [REGION, "eu-central-1"])
def test_a_name_in_two_regions_is_two_resources(product: Product, region: str) -> None:
    case = CASES["a function"]
    attributes = {
        **case.attributes,
        "arn": case.attributes["arn"].replace(REGION, "eu-central-1"),
    }
    product.upload(case.entry(ONE), key=REGION, owner=ONE)
    product.upload(Case(case.resource_type, attributes, "", "", {}).entry(ONE), key="eu-central-1", owner=ONE)

    call = Case(case.resource_type, {}, case.source, case.event, case.request, region).call(ONE)
    product.take(call)

    (drift,) = managed(product)
    assert drift.region == region
    assert drift.state is not None
    assert drift.state.key == region


@pytest.mark.parametrize("account", [ONE, OTHER])
def test_an_id_that_aws_gave_is_found_whoever_keeps_the_state(product: Product, account: str) -> None:
    # Given a state in one account's bucket that says of no resource where it lies
    group = {"id": "sg-0a1b2c3d4e5f60718", "name": "web", "vpc_id": "vpc-0a1b2c3d4e5f60718"}
    product.upload(state_entry("aws_security_group", "web", {**group}), owner=ONE)

    # When the group is deleted, in the same or in another account
    case = Case("", {}, "ec2", "DeleteSecurityGroup", {"groupId": group["id"]})
    product.take(case.call(account))

    # Then it is this group, since no other has its id
    (drift,) = managed(product)
    assert (drift.account_id, drift.resource_address) == (account, "aws_security_group.web")


def test_terraforms_own_call_waits_for_the_state_of_an_account_that_no_resource_names(
    product: Product,
) -> None:
    bucket = state_entry(
        "aws_s3_bucket", "logs", {"id": "logs", "bucket": "logs", "arn": "arn:aws:s3:::logs"}
    )
    call = samples.call(
        "e-1",
        account_id=OTHER,
        event_source="s3.amazonaws.com",
        event_name="CreateBucket",
        raw_event_name="CreateBucket",
        request={"bucketName": "logs"},
        event_time=NOON,
        read_only=False,
        user_agent="APN/1.0 HashiCorp/1.0 Terraform/1.9.8",
    )
    product.take(call)
    product.moment = minutes(1)

    # A bucket's ARN names no account: the calls of the state's owner are looked at.
    result = product.upload(bucket, owner=OTHER)

    assert result.settled_calls == 1
    assert product.all_drifts() == []
