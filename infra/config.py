"""What a deployment may choose, read from CDK context and checked before anything is composed."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from tfdrift.adapters.notifications.targets import Target, Targets, parse_targets

CONTEXT_KEY = "tfdrift"
_MOST_NOTIFICATION_BYTES = 3_000
DEFAULT_BUNDLE = Path("build/lambda/aws")

BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]


class ConfigError(Exception):
    """The context asks for something that no deployment can have; the text names the option."""


def _network(text: str) -> str:
    """Return the text if it is an IPv4 network in CIDR form; raises ValueError if not."""
    return str(IPv4Network(text))


class DeploymentConfig(BaseModel):
    """One deployment's options; every one has a default that is safe and complete.

    Attributes
    ----------
    name
        Prefix of the stacks' names, so that several deployments fit in one account.
    lambda_bundle
        Folder with the functions' code and dependencies, as `infra.bundle` makes it.
    state_buckets
        Existing buckets that hold Terraform states (EventBridge notifications must be on there). Empty: the
        deployment makes one bucket.
    state_key_suffixes
        Endings of the object keys that are states; a lock file beside a state ends otherwise.
    create_trail
        Whether the deployment makes a multi-region trail of write events. False where the account has one.
    log_file_buckets
        Existing buckets with CloudTrail's log files, whose owners send notifications to the queue.
    record_sources
        Event sources besides AWS itself that may hand in CloudTrail records on the default event bus.
    terraform_principals
        ARN globs of the roles that apply Terraform; empty trusts the user agent alone for holding a call.
    grace_seconds
        How long Terraform's own calls wait for the state that explains them.
    ignore_rules
        Text of ``.driftignore`` rules.
    severity_rules
        Text of severity rules (TOML) that come before the catalog's own.
    event_retention_days, log_retention_days
        How long events and log lines are kept.
    cors_origins
        Origins of other sites whose pages may read the API.
    client_networks
        IPv4 networks that reach the load balancer; empty: the deployment's own VPC alone.
    certificate_arn
        ACM certificate for the load balancer; without it the listener speaks HTTP inside the VPC.
    tasks
        Number of streaming tasks.
    notifications
        Who is told outside of AWS and of what, see docs/notifications.md; none makes no notification stack.
    dashboard_url
        Where people reach the dashboard, for links in notifications.
    alarm_topic_arn
        Existing SNS topic that alarms go to; without it they are seen in CloudWatch alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(default="tfdrift", pattern=r"^[a-z][a-z0-9-]{0,19}$")
    lambda_bundle: Path = DEFAULT_BUNDLE
    state_buckets: tuple[BucketName, ...] = ()
    state_key_suffixes: tuple[str, ...] = Field(default=(".tfstate",), min_length=1)
    create_trail: bool = True
    log_file_buckets: tuple[BucketName, ...] = ()
    record_sources: tuple[str, ...] = ()
    terraform_principals: tuple[str, ...] = ()
    grace_seconds: int = Field(default=900, ge=0, le=86_400)
    ignore_rules: str = ""
    severity_rules: str = ""
    event_retention_days: int = Field(default=90, ge=1, le=3650)
    log_retention_days: Literal[1, 7, 30, 90, 180, 365, 731] = 30
    cors_origins: tuple[str, ...] = ()
    client_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    certificate_arn: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:acm:")
    tasks: int = Field(default=2, ge=1, le=50)
    notifications: tuple[Target, ...] = ()
    dashboard_url: str | None = Field(default=None, pattern=r"^https://[^\s/]+")
    alarm_topic_arn: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:.+$")

    @field_validator("notifications")
    @classmethod
    def _fit_into_settings(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        """Refuse names that stand twice, and more than a function's environment holds (4 KB in all)."""
        text = Targets.dump_json(targets, exclude_defaults=True).decode("utf-8")
        parse_targets(text)
        if len(text) > _MOST_NOTIFICATION_BYTES:
            raise ValueError(f"the targets take {len(text)} bytes, of at most {_MOST_NOTIFICATION_BYTES}")
        return targets

    @classmethod
    def from_context(cls, context: object) -> "DeploymentConfig":
        """Read the value of the context key ``tfdrift``; None stands for all defaults.

        Raises
        ------
        ConfigError
            If an option is unknown or its value unfit; the text names each.
        """
        try:
            return cls.model_validate({} if context is None else context)
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc']) or CONTEXT_KEY}: {fault['msg']}"
                for fault in error.errors()
            )
            raise ConfigError(f"context {CONTEXT_KEY!r} is not usable: {faults}") from error
