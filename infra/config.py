"""What a deployment may choose, read from CDK context and checked before anything is composed."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from infra.access import ExistingVpc, Ipv4Network, OwnCognitoSignIn, SignInOption
from infra.members import AccountId, BucketName, MemberBuckets, StatePlace, accounts_of
from tfdrift.adapters.notifications.targets import Target, Targets, parse_targets

CONTEXT_KEY = "tfdrift"
# Where AWS tells of its global services: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
GLOBAL_REGION = "us-east-1"
_MOST_NOTIFICATION_BYTES = 3_000
_MOST_STATE_ACCOUNT_BYTES = 1_000
DEFAULT_STATE_KEY_SUFFIXES = (".tfstate",)
DEFAULT_BUNDLE = Path("build/lambda/aws")


class ConfigError(Exception):
    """The context asks for something that no deployment can have; the text names the option."""


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
    member_states
        Buckets with states of other accounts or regions, whose forwarders send their events.
    state_accounts
        ``bucket/beginning of the key`` to the account whose resources the states there are of, where that is
        not the bucket's owner.
    create_trail
        Whether the deployment makes a multi-region trail of write events. False where the account has one.
    log_file_buckets
        Existing buckets with CloudTrail's log files, whose owners send notifications to the queue.
    member_log_files
        Buckets with CloudTrail's log files in other accounts or regions, whose forwarders send their events.
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
        IPv4 networks that reach the load balancer; empty: the VPC alone, or everybody if it is public.
    public
        Whether the load balancer is reached from the internet; needs a certificate and `sign_in`.
    sign_in
        The identity provider that people sign in with at the load balancer; needs a certificate.
    certificate_arn
        ACM certificate for the load balancer; without one it speaks HTTP inside the VPC.
    domain_name, hosted_zone_id
        The name that people type, and the Route 53 zone that gets its record; without `certificate_arn` the
        zone also proves the domain for a certificate of its own.
    vpc
        An existing VPC to stand in; without it one is made.
    waf_rate_limit
        Requests from one address in five minutes, beyond which a web application firewall refuses; none: no
        firewall.
    tasks, most_tasks
        Number of streaming tasks, and to how many they grow with clients and CPU; as many: they do not grow.
    trace_tasks
        Whether streaming tasks go on with the traces of the calls that they commit; a VPC that is made gets
        an endpoint of X-Ray for it.
    own_key
        Whether all that is kept is encrypted with a KMS key of the deployment's own instead of AWS's.
    token_rotation_days
        After how many days the machines' token is rotated, each time; 0: it is changed by hand.
    organization_id
        The organisation whose other accounts may send CloudTrail's events to the central bus.
    region
        The region deployed to, where CDK's own command does not say it: elsewhere than in us-east-1 the
        events of global services are forwarded from there.
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
    state_key_suffixes: tuple[str, ...] = Field(default=DEFAULT_STATE_KEY_SUFFIXES, min_length=1)
    member_states: MemberBuckets = ()
    state_accounts: dict[StatePlace, AccountId] = Field(default_factory=dict)
    create_trail: bool = True
    log_file_buckets: tuple[BucketName, ...] = ()
    member_log_files: MemberBuckets = ()
    record_sources: tuple[str, ...] = ()
    terraform_principals: tuple[str, ...] = ()
    grace_seconds: int = Field(default=900, ge=0, le=86_400)
    ignore_rules: str = ""
    severity_rules: str = ""
    event_retention_days: int = Field(default=90, ge=1, le=3650)
    log_retention_days: Literal[1, 7, 30, 90, 180, 365, 731] = 30
    cors_origins: tuple[str, ...] = ()
    client_networks: tuple[Ipv4Network, ...] = ()
    public: bool = False
    sign_in: SignInOption | None = None
    certificate_arn: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:acm:")
    domain_name: str | None = Field(default=None, pattern=r"^(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$")
    hosted_zone_id: str | None = Field(default=None, pattern=r"^Z[A-Z0-9]{1,31}$")
    vpc: ExistingVpc | None = None
    waf_rate_limit: int | None = Field(default=None, ge=100, le=20_000_000)
    tasks: int = Field(default=2, ge=1, le=50)
    most_tasks: int | None = Field(default=None, ge=1, le=200)
    trace_tasks: bool = False
    own_key: bool = False
    token_rotation_days: int = Field(default=90, ge=0, le=1000)
    organization_id: str | None = Field(default=None, pattern=r"^o-[a-z0-9]{10,32}$")
    region: str | None = Field(default=None, pattern=r"^[a-z]{2}(?:-[a-z]+)+-\d$")
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

    @field_validator("state_accounts")
    @classmethod
    def _fit_beside_the_others(cls, accounts: dict[str, str]) -> dict[str, str]:
        """Refuse more than a function's environment has room for."""
        length = sum(len(f"{place}={account},".encode()) for place, account in accounts.items())
        if length > _MOST_STATE_ACCOUNT_BYTES:
            raise ValueError(f"the places take {length} bytes, of at most {_MOST_STATE_ACCOUNT_BYTES}")
        return accounts

    @property
    def has_certificate(self) -> bool:
        """Whether the load balancer speaks HTTPS."""
        return self.certificate_arn is not None or self.hosted_zone_id is not None

    @property
    def forwards_global_services(self) -> bool:
        """Whether the events of global services, as IAM, happen in another region than the deployment's."""
        return self.region is not None and self.region != GLOBAL_REGION

    @property
    def central_bus_name(self) -> str | None:
        """The name of the bus that others send to; None where there are no others."""
        others = self.organization_id or self.forwards_global_services
        return self.name if others or self.member_states or self.member_log_files else None

    @model_validator(mode="after")
    def _open_to_nobody_unknown(self) -> Self:
        """Refuse what would be open, or what could not work."""
        refusals = (
            (self.public and self.sign_in is None, "public needs sign_in: people must say who they are"),
            (self.public and not self.has_certificate, "public needs certificate_arn or hosted_zone_id"),
            (
                self.sign_in is not None and not self.has_certificate,
                "sign_in needs certificate_arn or hosted_zone_id: nobody signs in over plain HTTP",
            ),
            (
                self.hosted_zone_id is not None and self.domain_name is None,
                "hosted_zone_id needs domain_name: the name in that zone",
            ),
            (
                isinstance(self.sign_in, OwnCognitoSignIn) and self.domain_name is None,
                "sign_in by own_cognito needs domain_name: the user pool sends people back there",
            ),
            (
                self.organization_id is None
                and len(accounts_of((*self.member_states, *self.member_log_files))) > 1,
                "member_states and member_log_files of several accounts need organization_id",
            ),
            (
                len({*self.state_buckets, *(member.bucket for member in self.member_states)})
                < len(self.state_buckets) + len(self.member_states),
                "a bucket stands twice in state_buckets and member_states",
            ),
            (self.most_tasks is not None and self.most_tasks < self.tasks, "most_tasks is less than tasks"),
            (
                self.public and self.vpc is not None and len(self.vpc.public_subnet_ids) < 2,
                "public needs two or more public_subnet_ids of the vpc",
            ),
        )
        for is_refused, reason in refusals:
            if is_refused:
                raise ValueError(reason)
        return self

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
