"""The synthesised templates, made once and kept until infrastructure or lock change."""

from pathlib import Path

import pytest

from tests.support.templates import Template, read_templates
from tfdrift.demo.synthesis import synthesise

SLACK_SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-AbCdEf"
NOTIFICATION_TOPIC = "arn:aws:sns:us-east-1:111122223333:drift-mail"
NOTIFICATION_BUS = "arn:aws:events:us-east-1:111122223333:event-bus/drift"
BUNDLE = Path(__file__).parent / "bundle"


@pytest.fixture(scope="session")
def assembly() -> Path:
    """The assembly of a deployment with nothing configured."""
    return synthesise("tests", {"lambda_bundle": str(BUNDLE)})


@pytest.fixture(scope="session")
def templates(assembly: Path) -> dict[str, Template]:
    """Its templates."""
    return read_templates(assembly)


@pytest.fixture(scope="session")
def data(templates: dict[str, Template]) -> Template:
    """The data stack's template."""
    return templates["Data"]


@pytest.fixture(scope="session")
def ingest(templates: dict[str, Template]) -> Template:
    """The ingest stack's template."""
    return templates["Ingest"]


@pytest.fixture(scope="session")
def stream(templates: dict[str, Template]) -> Template:
    """The stream stack's template."""
    return templates["Stream"]


OIDC = {
    "kind": "oidc",
    "issuer": "https://login.example.com",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/token",
    "user_info_endpoint": "https://login.example.com/userinfo",
    "client_id": "dashboard",
    "client_secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:client-AbCdEf",
}


@pytest.fixture(scope="session")
def public_assembly() -> Path:
    """The assembly of a public deployment with an OpenID Connect provider and a domain."""
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "public": True,
        "sign_in": OIDC,
        "domain_name": "drift.example.com",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
    }
    return synthesise("tests-public", context)


@pytest.fixture(scope="session")
def public(public_assembly: Path) -> dict[str, Template]:
    """Its templates."""
    return read_templates(public_assembly)


STATE_KEY = "arn:aws:kms:eu-west-1:222233334444:key/0f1c2d3e-4a5b-6c7d-8e9f-0a1b2c3d4e5f"
MEMBER_STATES = [
    {"bucket": "states-of-payments", "account": "222233334444", "kms_key_arn": STATE_KEY},
    {"bucket": "states-of-search", "account": "333344445555"},
    {"bucket": "more-states-of-search", "account": "333344445555"},
]


@pytest.fixture(scope="session")
def organisation_assembly() -> Path:
    """The assembly of a deployment for an organisation, outside of us-east-1, with what is optional."""
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "region": "eu-central-1",
        "organization_id": "o-a1b2c3d4e5",
        "member_states": MEMBER_STATES,
        "member_log_files": [{"bucket": "trail-of-the-organisation", "account": "999988887777"}],
        "state_accounts": {"shared-states/payments/": "444455556666"},
        "own_key": True,
        "trace_tasks": True,
        "most_tasks": 6,
        "waf_rate_limit": 2000,
    }
    return synthesise("tests-organisation", context)


@pytest.fixture(scope="session")
def organisation(organisation_assembly: Path) -> dict[str, Template]:
    """Its templates."""
    return read_templates(organisation_assembly)


@pytest.fixture(scope="session")
def configured_assembly() -> Path:
    """The assembly of a deployment that uses the options: existing buckets and trail, HTTPS, networks."""
    return synthesise(
        "tests-configured",
        {
            "name": "drift",
            "lambda_bundle": str(BUNDLE),
            "state_buckets": ["states-of-team-a", "states-of-team-b"],
            "state_key_suffixes": [".tfstate", "/state.json"],
            "create_trail": False,
            "log_file_buckets": ["trail-of-the-organisation"],
            "record_sources": ["example.audit"],
            "terraform_principals": ["arn:aws:iam::*:role/terraform-*"],
            "cors_origins": ["https://console.example.com"],
            "ignore_rules": "aws_autoscaling_group.*.desired_capacity",
            "client_networks": ["10.0.0.0/8"],
            "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/6d2c8ad9",
            "tasks": 3,
            "alarm_topic_arn": "arn:aws:sns:us-east-1:111122223333:on-call",
            "dashboard_url": "https://drift.example.com",
            "notifications": [
                {"kind": "slack", "name": "platform", "secret_arn": SLACK_SECRET},
                {
                    "kind": "sns",
                    "name": "mail",
                    "topic_arn": NOTIFICATION_TOPIC,
                    "severities": ["critical"],
                },
                {"kind": "event_bus", "name": "bus", "bus_arn": NOTIFICATION_BUS},
            ],
        },
    )


@pytest.fixture(scope="session")
def configured(configured_assembly: Path) -> dict[str, Template]:
    """Its templates."""
    return read_templates(configured_assembly)


@pytest.fixture(scope="session")
def whole_assembly() -> Path:
    """The assembly of a deployment that has every stack and every part, with a key of its own."""
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "region": "eu-central-1",
        "organization_id": "o-a1b2c3d4e5",
        "own_key": True,
        "token_rotation_days": 30,
        "public": True,
        "sign_in": {"kind": "own_cognito", "domain_prefix": "drift"},
        "domain_name": "drift.example.com",
        "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "waf_rate_limit": 2000,
        "notifications": [{"kind": "slack", "name": "platform", "secret_arn": SLACK_SECRET}],
    }
    return synthesise("tests-whole", context)


@pytest.fixture(scope="session")
def whole(whole_assembly: Path) -> dict[str, Template]:
    """Its templates."""
    return read_templates(whole_assembly)
