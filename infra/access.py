"""How people get in: identity provider, domain and certificate, and the network to stand in, as options."""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

HttpsUrl = Annotated[str, Field(pattern=r"^https://[^\s/?#]+[^\s]*$", max_length=2_048)]
SecretArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$")]

SubnetId = Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")]


def _network(text: str) -> str:
    """Return the text if it is an IPv4 network in CIDR form; raises ValueError if not."""
    return str(IPv4Network(text))


Ipv4Network = Annotated[str, AfterValidator(_network)]


class _Option(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _SignIn(_Option):
    """What every identity provider has: how long a session lasts before people are asked again."""

    session_hours: int = Field(default=12, ge=1, le=168)


class OidcSignIn(_SignIn):
    """An OpenID Connect provider; its client's secret stands in Secrets Manager as plain text."""

    kind: Literal["oidc"]
    issuer: HttpsUrl
    authorization_endpoint: HttpsUrl
    token_endpoint: HttpsUrl
    user_info_endpoint: HttpsUrl
    client_id: str = Field(min_length=1, max_length=256)
    client_secret_arn: SecretArn
    scope: str = Field(default="openid email profile", pattern=r"\bopenid\b")


class CognitoSignIn(_SignIn):
    """An existing Cognito user pool, with a client that has a secret, and the prefix of the pool's domain."""

    kind: Literal["cognito"]
    user_pool_arn: str = Field(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/\S+$")
    user_pool_client_id: str = Field(min_length=1)
    user_pool_domain: str = Field(min_length=1)


class OwnCognitoSignIn(_SignIn):
    """A user pool that the deployment makes: invited users alone, each with a second factor."""

    kind: Literal["own_cognito"]
    domain_prefix: str = Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")


SignInOption = Annotated[OidcSignIn | CognitoSignIn | OwnCognitoSignIn, Field(discriminator="kind")]


class ExistingVpc(_Option):
    """A VPC that is there: tasks stand in the private subnets, a public load balancer in the public ones.

    From the private subnets DynamoDB and its streams, ECR, S3, CloudWatch Logs and, with an identity
    provider, the internet must be reached: by a NAT or by endpoints.
    """

    vpc_id: str = Field(pattern=r"^vpc-[0-9a-f]{8,17}$")
    cidr: Ipv4Network
    availability_zones: tuple[str, ...] = Field(min_length=2)
    private_subnet_ids: tuple[SubnetId, ...] = Field(min_length=2)
    public_subnet_ids: tuple[SubnetId, ...] = ()
