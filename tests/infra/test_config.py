"""A deployment's options: safe defaults, and errors that name the option."""

import pytest

from infra.config import ConfigError, DeploymentConfig

SLACK = {
    "kind": "slack",
    "name": "chat",
    "secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf",
}


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
        ("unknown_option", 1),
    ],
)
def test_an_unfit_option_is_named(option: str, value: object) -> None:
    with pytest.raises(ConfigError, match=option):
        DeploymentConfig.from_context({option: value})


def test_context_that_is_no_object_is_refused() -> None:
    with pytest.raises(ConfigError, match="tfdrift"):
        DeploymentConfig.from_context("tasks=3")
