"""A deployment's options: safe defaults, and errors that name the option."""

import pytest

from infra.config import ConfigError, DeploymentConfig
from tests.infra.conftest import OIDC

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/6d2c8ad9"
VPC = {
    "vpc_id": "vpc-0a1b2c3d",
    "cidr": "10.20.0.0/16",
    "availability_zones": ["us-east-1a", "us-east-1b"],
    "private_subnet_ids": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
}

SLACK = {
    "kind": "slack",
    "name": "chat",
    "secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf",
}
MEMBER = {"bucket": "states", "account": "222233334444"}


def test_nothing_set_is_a_complete_and_closed_deployment() -> None:
    config = DeploymentConfig.from_context(None)
    assert (config.create_trail, config.client_networks, config.record_sources) == (True, (), ())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("state_buckets", ["Not_A_Bucket"]),
        ("client_networks", ["10.0.0.0/33"]),
        ("client_networks", ["10.0.0.1/8"]),
        ("certificate_arn", "arn:aws:iam::111122223333:server-certificate/old"),
        ("tasks", 0),
        ("alarm_topic_arn", "on-call@example.com"),
        ("dashboard_url", "http://drift.example.com"),
        ("notifications", [{"kind": "fax", "name": "office"}]),
        ("notifications", [{"kind": "slack", "name": "chat", "secret_arn": "https://hooks.example.com"}]),
        ("notifications", [SLACK, SLACK]),
        ("notifications", [{**SLACK, "name": f"chat-{n}"} for n in range(40)]),
        ("grace_seconds", -1),
        ("event_retention_days", 0),
        ("state_key_suffixes", []),
        ("log_retention_days", 5),
        ("name", "TFDrift"),
        ("sign_in", {**OIDC, "issuer": "http://login.example.com"}),
        ("sign_in", {**OIDC, "client_secret_arn": "the secret itself"}),
        ("sign_in", {**OIDC, "scope": "email"}),
        ("sign_in", {"kind": "password"}),
        ("waf_rate_limit", 5),
        ("organization_id", "example"),
        ("most_tasks", 1),
        ("region", "Frankfurt"),
        ("domain_name", "https://drift.example.com"),
        ("vpc", {**VPC, "private_subnet_ids": ["subnet-0a1b2c3d"]}),
        ("member_states", [{"bucket": "states"}]),
        ("member_states", [{**MEMBER, "account": "me"}]),
        ("member_states", [{**MEMBER, "kms_key_arn": "alias/states"}]),
        ("member_states", [{**MEMBER, "bucket": f"states-{n}"} for n in range(151)]),
        ("member_log_files", [{"bucket": "s3://logs", "account": "222233334444"}]),
        ("state_accounts", {"shared-states": "222233334444"}),
        ("state_accounts", {"shared-states/a=b": "222233334444"}),
        ("state_accounts", {"shared-states/prod/": "prod"}),
        ("state_accounts", {f"shared-states/{n:050d}/": "222233334444" for n in range(20)}),
        ("unknown_option", 1),
    ],
)
def test_an_unfit_option_is_named(option: str, value: object) -> None:
    with pytest.raises(ConfigError, match=option):
        DeploymentConfig.from_context({option: value})


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"public": True, "certificate_arn": CERTIFICATE}, "public needs sign_in"),
        ({"public": True, "sign_in": OIDC}, "public needs certificate_arn"),
        ({"sign_in": OIDC}, "sign_in needs certificate_arn"),
        ({"hosted_zone_id": "Z0123456789"}, "hosted_zone_id needs domain_name"),
        (
            {"sign_in": {"kind": "own_cognito", "domain_prefix": "drift"}, "certificate_arn": CERTIFICATE},
            "own_cognito needs domain_name",
        ),
        (
            {"public": True, "sign_in": OIDC, "certificate_arn": CERTIFICATE, "vpc": VPC},
            "public_subnet_ids",
        ),
    ],
)
def test_what_would_be_open_or_could_not_work_is_refused(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        DeploymentConfig.from_context(options)


def test_context_that_is_no_object_is_refused() -> None:
    with pytest.raises(ConfigError, match="tfdrift"):
        DeploymentConfig.from_context("tasks=3")


def test_members_of_several_accounts_need_an_organisation() -> None:
    other = {"bucket": "more-states", "account": "333344445555"}
    # one account may be the own one, of whose other regions the bus takes events without more
    assert DeploymentConfig.from_context({"member_states": [MEMBER]}).central_bus_name == "tfdrift"
    with pytest.raises(ConfigError, match="organization_id"):
        DeploymentConfig.from_context({"member_states": [MEMBER], "member_log_files": [other]})


@pytest.mark.parametrize("options", [{"state_buckets": ["states"]}, {"member_states": [MEMBER, MEMBER]}])
def test_a_bucket_is_named_once(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="twice"):
        DeploymentConfig.from_context({"member_states": [MEMBER], **options})
