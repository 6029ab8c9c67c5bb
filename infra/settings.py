"""The product's settings as environment variables, for functions and container alike."""

from infra.config import DeploymentConfig
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
    }
    return {name: value for name, value in settings.items() if value}
