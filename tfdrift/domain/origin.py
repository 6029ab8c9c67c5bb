"""Tells by what means a call was made: one ordered table of rules, each with its evidence and its source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.drift import TERRAFORM_ORIGINS, Confidence, Origin, OriginKind


class _Facts(NamedTuple):
    """What rules read, in lower case, without the brackets that S3 writes around user agents.

    `source_service` is the source address where that names an AWS service, else empty: the addresses of
    people's machines tell nothing here and are many.
    """

    agent: str
    source_service: str
    invoked_by: str
    identity_type: str
    event_type: str
    issuer: str
    console_session: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of origin, the sentence that a reader sees as evidence, and the test that must hold.

    Fields that AWS fills in by itself are to be believed; the user agent is what the caller says of itself.
    """

    kind: OriginKind
    evidence: str
    holds: Callable[[_Facts], bool]
    confidence: Confidence = Confidence.HIGH


def _agent_names(*tokens: str) -> Callable[[_Facts], bool]:
    return lambda facts: any(token in facts.agent for token in tokens)


def _agent_begins(*tokens: str) -> Callable[[_Facts], bool]:
    return lambda facts: facts.agent.startswith(tokens)


_AWS_INTERNAL = "aws internal"

# The first rule that holds decides. Services before tools: what a service does on behalf of a caller still
# has the caller's session. Tools before the console: CloudShell's commands have a console session too.
# Consoles before SDKs: consoles' back ends are written with them. A user agent can be forged, so it is
# evidence and never proof.
_RULES: tuple[_Rule, ...] = (
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    # (invokedBy: the service that made the request with the caller's credentials)
    _Rule(
        OriginKind.CLOUDFORMATION,
        "userIdentity.invokedBy is CloudFormation",
        lambda facts: facts.invoked_by == "cloudformation.amazonaws.com",
    ),
    # Recorded calls of IAM users in the older consoles are invoked by the console's own sign-in service.
    _Rule(
        OriginKind.CONSOLE,
        "userIdentity.invokedBy is the console's sign-in",
        lambda facts: facts.invoked_by == "signin.amazonaws.com",
    ),
    # "AWS Internal" names no service: such calls of a person are judged by the rules that follow.
    _Rule(
        OriginKind.AWS_SERVICE,
        "userIdentity.invokedBy names an AWS service",
        lambda facts: ".amazonaws.com" in facts.invoked_by,
    ),
    _Rule(
        OriginKind.AWS_SERVICE,
        "userIdentity.type is AWSService",
        lambda facts: facts.identity_type == "awsservice",
    ),
    _Rule(
        OriginKind.AWS_SERVICE,
        "invoked by AWS Internal, for no person",
        lambda facts: facts.invoked_by == _AWS_INTERNAL and facts.identity_type == "unknown",
    ),
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html
    _Rule(
        OriginKind.AWS_SERVICE,
        "eventType is AwsServiceEvent",
        lambda facts: facts.event_type == "awsserviceevent",
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    _Rule(
        OriginKind.AWS_SERVICE,
        "the session is of a service-linked role",
        lambda facts: ":role/aws-service-role/" in facts.issuer,
    ),
    # Record contents reference, userAgent: a service that calls on behalf of a caller writes its own name.
    _Rule(
        OriginKind.CLOUDFORMATION,
        "user agent names CloudFormation",
        _agent_names("cloudformation.amazonaws.com"),
        Confidence.MEDIUM,
    ),
    # https://github.com/elastic/detection-rules/pull/6589; Pulumi and Crossplane run Terraform's provider and
    # keep its words in the user agent, so they come first.
    _Rule(OriginKind.PULUMI, "user agent names Pulumi", _agent_names("pulumi"), Confidence.MEDIUM),
    # https://github.com/crossplane-contrib/provider-upjet-aws
    _Rule(
        OriginKind.SDK,
        "user agent names Crossplane",
        _agent_names("crossplane", "upjet", "upbound"),
        Confidence.MEDIUM,
    ),
    # https://github.com/opentofu/opentofu, s3 backend: APN/1.0 OpenTofu-S3-Backend/1.0 OpenTofu/<version>.
    # The AWS provider says Terraform under OpenTofu too, unless TF_APPEND_USER_AGENT tells otherwise.
    _Rule(OriginKind.OPENTOFU, "user agent names OpenTofu", _agent_names("opentofu"), Confidence.MEDIUM),
    # https://github.com/hashicorp/terraform-provider-aws: APN/1.0 HashiCorp/1.0 Terraform/<version>
    _Rule(OriginKind.TERRAFORM, "user agent names Terraform", _agent_names("terraform"), Confidence.MEDIUM),
    # https://docs.aws.amazon.com/cli/latest/userguide/: aws-cli/<version>;
    # https://github.com/cloudandthings/terraform-aws-clickops-notifier/issues/86
    _Rule(
        OriginKind.CLI,
        "user agent names the AWS CLI",
        _agent_names("aws-cli/", "aws-cli ", "aws cli/", "awspowershell"),
        Confidence.MEDIUM,
    ),
    # Record contents reference, sessionCredentialFromConsole
    _Rule(
        OriginKind.CONSOLE,
        "sessionCredentialFromConsole is true",
        lambda facts: facts.console_session,
    ),
    # https://github.com/cloudandthings/terraform-aws-clickops-notifier/issues/24 and /issues/99
    _Rule(OriginKind.CONSOLE, "user agent is AWS Internal", _agent_begins(_AWS_INTERNAL), Confidence.MEDIUM),
    _Rule(OriginKind.CONSOLE, "user agent is a browser", _agent_begins("mozilla"), Confidence.MEDIUM),
    # S3Console/0.4, RDS Console, AWS Signin, EC2ConsoleBackend, console.ec2.amazonaws.com, AWSConsole
    _Rule(
        OriginKind.CONSOLE,
        "user agent names the console",
        _agent_names("console", "signin.amazonaws.com", "aws signin"),
        Confidence.MEDIUM,
    ),
    # https://github.com/panther-labs/panther-analysis/pull/354
    _Rule(
        OriginKind.CONSOLE,
        "user agent is a console's back end",
        _agent_begins("aws-internal/", "coral/"),
        Confidence.MEDIUM,
    ),
    _Rule(
        OriginKind.AWS_SERVICE,
        "user agent is an AWS service",
        lambda facts: facts.agent.endswith(".amazonaws.com") and " " not in facts.agent,
        Confidence.MEDIUM,
    ),
    # https://docs.aws.amazon.com/sdkref/latest/guide/ua-appids.html and the SDKs' own user agents
    _Rule(
        OriginKind.SDK,
        "user agent names an AWS SDK",
        _agent_names("boto", "aws-sdk", "awssdk", "aws_sdk", "rusoto", "amazon-ssm-agent"),
        Confidence.MEDIUM,
    ),
    _Rule(
        OriginKind.AWS_SERVICE,
        "source address is an AWS service",
        lambda facts: facts.source_service != "",
    ),
)

NOT_APPROVED = "the user agent says Terraform, but the caller is none of the approved principals"
"""Why such a call is reported at once."""


def origin_of(record: CloudTrailRecord, principals: Sequence[str] = ()) -> Origin:
    """Return by what means a call was made, every rule's evidence that says the same, and how sure that is.

    The first rule that holds decides; ``unknown`` if none does. The confidence is that of the strongest
    evidence: high where AWS itself says so, medium where only the user agent does. Where `principals` name
    who may run Terraform (see `is_terraform`), an approved caller makes Terraform's user agent credible, and
    any other makes it doubtful.
    """
    origin = _of_call(
        record.user_agent,
        _service_address(record.source_ip),
        record.invoked_by,
        record.identity.type,
        record.event_type,
        record.issuer_arn,
        record.session_credential_from_console,
    )
    if not principals or not says_terraform(origin):
        return origin
    pattern = _approving(record, principals)
    if pattern is None:
        return Origin(origin.kind, (*origin.evidence, NOT_APPROVED), Confidence.LOW)
    approval = f"the caller is approved by {pattern}"
    return Origin(origin.kind, (*origin.evidence, approval), Confidence.HIGH)


# A trail has few callers and tools, each of which makes many calls.
@lru_cache(maxsize=4096)
def _of_call(
    user_agent: str | None,
    service_address: str,
    invoked_by: str | None,
    identity_type: str,
    event_type: str,
    issuer_arn: str | None,
    console_session: bool,  # noqa: FBT001 - a cached function has positional arguments
) -> Origin:
    facts = _Facts(
        agent=(user_agent or "").strip().removeprefix("[").removesuffix("]").strip().lower(),
        source_service=service_address,
        invoked_by=(invoked_by or "").lower(),
        identity_type=identity_type.lower(),
        event_type=event_type.lower(),
        issuer=(issuer_arn or "").lower(),
        console_session=console_session,
    )
    decisive = next((rule for rule in _RULES if rule.holds(facts)), None)
    if decisive is None:
        return Origin(OriginKind.UNKNOWN)
    agreeing = [rule for rule in _RULES if rule.kind is decisive.kind and rule.holds(facts)]
    evidence = tuple(rule.evidence for rule in agreeing)
    is_fact = any(rule.confidence is Confidence.HIGH for rule in agreeing)
    return Origin(decisive.kind, evidence, Confidence.HIGH if is_fact else Confidence.MEDIUM)


def says_terraform(origin: Origin) -> bool:
    """Return whether a call says that Terraform or OpenTofu made it."""
    return origin.kind in TERRAFORM_ORIGINS


def is_terraform(record: CloudTrailRecord, principals: Sequence[str] = ()) -> bool:
    """Return whether a call is to be held as Terraform's own until the next state version arrives.

    The user agent must say Terraform or OpenTofu. As that can be forged, an installation may name the
    principals that apply: globs over the caller's ARN or the ARN of the role that issued its session. Without
    any, the user agent alone decides.
    """
    return is_own(origin_of(record), record, principals)


def is_own(origin: Origin, record: CloudTrailRecord, principals: Sequence[str] = ()) -> bool:
    """Return what `is_terraform` does, for a call whose origin is known already."""
    return says_terraform(origin) and (not principals or _approving(record, principals) is not None)


def _approving(record: CloudTrailRecord, principals: Sequence[str]) -> str | None:
    """Return the glob that names the caller or its role, None if none does."""
    arns = [arn for arn in (record.identity.arn, record.issuer_arn) if arn]
    return next((glob for glob in principals if any(fnmatchcase(arn, glob) for arn in arns)), None)


def _service_address(source_ip: str | None) -> str:
    source = (source_ip or "").lower()
    return source if source.endswith(".amazonaws.com") else ""
