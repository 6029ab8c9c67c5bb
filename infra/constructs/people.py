"""The listener's sign-in: whom the load balancer asks who somebody is, before it passes a request on."""

from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.access import CognitoSignIn, OidcSignIn, OwnCognitoSignIn

# What becomes of a request of somebody who has not signed in: pages go to the provider, and calls of scripts,
# which cannot follow there, are answered with 401.
PAGES = "authenticate"
CALLS = "deny"
_SCOPE = "openid email profile"


class People(Construct):
    """Makes the listener's action of an identity provider, and the user pool if that is to be made."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        sign_in: OidcSignIn | CognitoSignIn | OwnCognitoSignIn,
        domain_name: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._session_seconds = Duration.hours(sign_in.session_hours).to_seconds()
        if isinstance(sign_in, OidcSignIn):
            self._kind, self._config = "Oidc", _oidc(sign_in)
        elif isinstance(sign_in, CognitoSignIn):
            self._kind, self._config = "Cognito", _cognito(sign_in)
        else:
            self._kind, self._config = "Cognito", self._own_pool(sign_in, domain_name or "")

    def action(self, on_unauthenticated: str) -> dict[str, Any]:
        """Return the first action of a listener or of a rule, as CloudFormation spells it."""
        return {
            "Type": f"authenticate-{self._kind.lower()}",
            "Order": 1,
            f"Authenticate{self._kind}Config": {
                **self._config,
                "OnUnauthenticatedRequest": on_unauthenticated,
                "SessionTimeout": self._session_seconds,
            },
        }

    def _own_pool(self, sign_in: OwnCognitoSignIn, domain_name: str) -> dict[str, Any]:
        pool = cognito.UserPool(
            self,
            "UserPool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            mfa=cognito.Mfa.REQUIRED,
            mfa_second_factor=cognito.MfaSecondFactor(sms=False, otp=True),
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        client = pool.add_client(
            "Client",
            generate_secret=True,
            prevent_user_existence_errors=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
                callback_urls=[f"https://{domain_name}/oauth2/idpresponse"],
            ),
        )
        domain = pool.add_domain(
            "Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=sign_in.domain_prefix)
        )
        CfnOutput(Stack.of(self), "UserPoolId", value=pool.user_pool_id)
        return {
            "UserPoolArn": pool.user_pool_arn,
            "UserPoolClientId": client.user_pool_client_id,
            "UserPoolDomain": domain.domain_name,
            "Scope": _SCOPE,
        }


def _oidc(sign_in: OidcSignIn) -> dict[str, Any]:
    return {
        "Issuer": sign_in.issuer,
        "AuthorizationEndpoint": sign_in.authorization_endpoint,
        "TokenEndpoint": sign_in.token_endpoint,
        "UserInfoEndpoint": sign_in.user_info_endpoint,
        "ClientId": sign_in.client_id,
        # A reference that CloudFormation resolves: the template does not hold the secret.
        "ClientSecret": SecretValue.secrets_manager(sign_in.client_secret_arn).unsafe_unwrap(),
        "Scope": sign_in.scope,
    }


def _cognito(sign_in: CognitoSignIn) -> dict[str, Any]:
    return {
        "UserPoolArn": sign_in.user_pool_arn,
        "UserPoolClientId": sign_in.user_pool_client_id,
        "UserPoolDomain": sign_in.user_pool_domain,
        "Scope": _SCOPE,
    }
