"""The product's settings as environment variables, for functions and container alike."""

from aws_cdk import Aws

from infra.config import DeploymentConfig
from infra.members import accounts_of
from infra.stacks.data import DataStack


def product_settings(config: DeploymentConfig, data: DataStack) -> dict[str, str]:
    """Return the variables that every process of the product reads; an option left empty is left out."""
    settings = {
        "TFDRIFT_EVENTS_TABLE": data.events.name,
        "TFDRIFT_STATE_TABLE": data.state.name,
        "TFDRIFT_FEED_TABLE": data.feed.name,
        "TFDRIFT_GRACE_SECONDS": str(config.grace_seconds),
        "TFDRIFT_RETENTION_DAYS": str(config.event_retention_days),
        "TFDRIFT_TERRAFORM_PRINCIPALS": ",".join(config.terraform_principals),
        "TFDRIFT_CORS_ORIGINS": ",".join(config.cors_origins),
        "TFDRIFT_IGNORE": config.ignore_rules,
        "TFDRIFT_SEVERITY_RULES": config.severity_rules,
        **sign_in_settings(config),
    }
    return {name: value for name, value in settings.items() if value}


def state_settings(config: DeploymentConfig, own_buckets: list[str]) -> dict[str, str]:
    """Return the variables of the function that takes states: where they lie, and whose they are."""
    settings = {
        "TFDRIFT_STATE_BUCKETS": ",".join(own_buckets),
        "TFDRIFT_MEMBER_ACCOUNTS": ",".join(accounts_of(config.member_states)),
        "TFDRIFT_STATE_ACCOUNTS": ",".join(
            f"{place}={account}" for place, account in sorted(config.state_accounts.items())
        ),
    }
    return {name: value for name, value in settings.items() if value}


def load_balancer_name(config: DeploymentConfig) -> str | None:
    """Return the load balancer's own name, which it has where people sign in: its tokens are known by it."""
    return config.name if config.sign_in is not None else None


def sign_in_settings(config: DeploymentConfig) -> dict[str, str]:
    """Return by what a process knows the tokens of who signed in; nothing without an identity provider.

    The load balancer stands in front of the functions and is made after them, so that they are told its ARN
    up to the random end.
    """
    name = load_balancer_name(config)
    if name is None:
        return {}
    owner = f"{Aws.REGION}:{Aws.ACCOUNT_ID}"
    return {
        "TFDRIFT_SIGN_IN_LOAD_BALANCER": (
            f"arn:{Aws.PARTITION}:elasticloadbalancing:{owner}:loadbalancer/app/{name}/"
        ),
    }
