"""The front door with an identity provider: HTTPS alone, people sign in, machines show their token."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs
from cfnlint.api import lint_file

from tests.infra.conftest import BUNDLE, OIDC
from tests.infra.test_permissions import actions_on
from tests.infra.test_stream import RULE, container, https
from tests.infra.test_synthesis import IGNORED
from tests.support.templates import Template, read_templates
from tfdrift.demo.synthesis import synthesise


@pytest.fixture(scope="session")
def own_pool() -> Template:
    """The stream stack of an internal deployment in an existing VPC, with a user pool of its own."""
    context: dict[str, object] = {
        "lambda_bundle": str(BUNDLE),
        "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/6d2c8ad9",
        "domain_name": "drift.example.com",
        "sign_in": {"kind": "own_cognito", "domain_prefix": "drift-example", "session_hours": 8},
        "vpc": {
            "vpc_id": "vpc-0a1b2c3d",
            "cidr": "10.20.0.0/16",
            "availability_zones": ["us-east-1a", "us-east-1b"],
            "private_subnet_ids": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
        },
    }
    return read_templates(synthesise("tests-own-pool", context))["Stream"]


def action_types(actions: list[dict[str, Any]]) -> list[str]:
    ordered: list[dict[str, Any]] = sorted(actions, key=lambda action: int(action.get("Order", 1)))
    return [str(action["Type"]) for action in ordered]


def test_every_page_asks_who_is_there_and_no_call_is_sent_elsewhere(public: dict[str, Template]) -> None:
    listener = https(public["Stream"])
    assert action_types(listener["DefaultActions"]) == ["authenticate-oidc", "forward"]
    config = listener["DefaultActions"][0]["AuthenticateOidcConfig"]
    assert (config["OnUnauthenticatedRequest"], config["SessionTimeout"]) == ("authenticate", "43200")
    assert config["Issuer"] == OIDC["issuer"]
    rules = sorted(public["Stream"].of_type(RULE).values(), key=lambda rule: rule["Priority"])
    assert [action_types(rule["Actions"]) for rule in rules] == [
        ["forward"],
        ["forward"],
        ["forward"],
        ["authenticate-oidc", "forward"],
        ["authenticate-oidc", "forward"],
    ]
    for rule in rules[3:]:
        config = rule["Actions"][0]["AuthenticateOidcConfig"]
        assert (config["OnUnauthenticatedRequest"], config["SessionTimeout"]) == ("deny", 43_200)


def test_without_a_sign_in_only_falco_s_path_and_requests_with_a_key_pass(
    public: dict[str, Template],
) -> None:
    rules = public["Stream"].of_type(RULE).values()
    passing = [rule for rule in rules if action_types(rule["Actions"]) == ["forward"]]
    for rule in passing:
        (paths,) = (c["PathPatternConfig"]["Values"] for c in rule["Conditions"] if "PathPatternConfig" in c)
        headers = [c["HttpHeaderConfig"] for c in rule["Conditions"] if "HttpHeaderConfig" in c]
        if paths != ["/api/v1/falco/*"]:
            assert [header["HttpHeaderName"] for header in headers] == ["X-API-Key"], paths


def test_the_client_s_secret_stays_in_secrets_manager(public: dict[str, Template]) -> None:
    config = https(public["Stream"])["DefaultActions"][0]["AuthenticateOidcConfig"]
    arn = OIDC["client_secret_arn"]
    assert config["ClientSecret"] == f"{{{{resolve:secretsmanager:{arn}:SecretString:::}}}}"


def test_plain_http_is_sent_to_https(public: dict[str, Template]) -> None:
    listeners = public["Stream"].of_type("AWS::ElasticLoadBalancingV2::Listener").values()
    (plain,) = (listener for listener in listeners if listener["Protocol"] == "HTTP")
    (action,) = plain["DefaultActions"]
    assert (plain["Port"], action["Type"]) == (80, "redirect")
    assert action["RedirectConfig"]["Protocol"] == "HTTPS"
    assert https(public["Stream"])["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")


def test_the_domain_proves_itself_and_leads_to_the_load_balancer(public: dict[str, Template]) -> None:
    stream = public["Stream"]
    certificate = stream.only("AWS::CertificateManager::Certificate")
    assert certificate["DomainName"] == "drift.example.com"
    assert certificate["DomainValidationOptions"][0]["HostedZoneId"] == "Z0123456789ABCDEFGHIJ"
    record = stream.only("AWS::Route53::RecordSet")
    assert (record["Name"], record["Type"]) == ("drift.example.com.", "A")


def test_the_public_door_stands_alone_in_the_public_subnets(public: dict[str, Template]) -> None:
    stream = public["Stream"]
    assert stream.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Scheme"] == "internet-facing"
    subnets = stream.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]
    assert all("Tasks" in subnet["Ref"] for subnet in subnets)
    assert all(not subnet["MapPublicIpOnLaunch"] for subnet in stream.of_type("AWS::EC2::Subnet").values())
    assert len(stream.of_type("AWS::EC2::NatGateway")) == 1


def test_functions_and_tasks_know_whose_tokens_to_take(public: dict[str, Template]) -> None:
    balancer = public["Stream"].only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    app = {entry["Name"]: entry["Value"] for entry in container(public["Stream"])["Environment"]}
    api = public["Ingest"].resource("ApiFunction", "AWS::Lambda::Function")["Environment"]["Variables"]
    for settings in (app, api):
        arn = json.dumps(settings["TFDRIFT_SIGN_IN_LOAD_BALANCER"])
        assert f":loadbalancer/app/{balancer['Name']}/" in arn
        # Where the keys are follows from the region in the ARN, GovCloud's own places among them.
        assert "TFDRIFT_SIGN_IN_KEYS_URL" not in settings


def test_the_machines_token_is_read_by_those_who_compare_it(public: dict[str, Template]) -> None:
    ingest, stream = public["Ingest"], public["Stream"]
    readers = {
        role
        for role in ("CloudTrail", "LogFiles", "State", "Falco", "Held", "Api")
        if "GetSecretValue" in actions_on(ingest, f"{role}Role", "secretsmanager", "MachineToken")
    }
    assert readers == {"Falco", "Api"}
    for name in ("ApiFunction", "FalcoFunction"):
        variables = ingest.resource(name, "AWS::Lambda::Function")["Environment"]["Variables"]
        assert "MachineToken" in str(variables["TFDRIFT_API_TOKEN_SECRET_ARN"])
    assert "GetSecretValue" in actions_on(stream, "StreamingTaskTaskRole", "secretsmanager", "MachineToken")


def test_there_is_no_token_and_no_name_without_an_identity_provider(templates: dict[str, Template]) -> None:
    assert "MachineToken" not in json.dumps(templates["Ingest"].body)
    assert "Name" not in templates["Stream"].only("AWS::ElasticLoadBalancingV2::LoadBalancer")


def test_an_own_user_pool_takes_invited_people_with_a_second_factor(own_pool: Template) -> None:
    pool = own_pool.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    client = own_pool.only("AWS::Cognito::UserPoolClient")
    assert client["CallbackURLs"] == ["https://drift.example.com/oauth2/idpresponse"]
    assert client["GenerateSecret"] is True
    config = https(own_pool)["DefaultActions"][0]["AuthenticateCognitoConfig"]
    assert config["SessionTimeout"] == "28800"


def test_in_an_existing_vpc_no_network_is_made(own_pool: Template) -> None:
    for resource_type in ("VPC", "Subnet", "NatGateway", "VPCEndpoint"):
        assert own_pool.of_type(f"AWS::EC2::{resource_type}") == {}
    network = own_pool.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["Subnets"] == ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]
    balancer = own_pool.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert (balancer["Scheme"], balancer["Subnets"]) == ("internal", ["subnet-0a1b2c3d", "subnet-1a2b3c4d"])
    app = {entry["Name"]: entry["Value"] for entry in container(own_pool)["Environment"]}
    assert app["TFDRIFT_TRUSTED_PROXIES"] == "10.20.0.0/16"
    assert "AWS_ENDPOINT_URL_DYNAMODB_STREAMS" not in app


@pytest.mark.parametrize("stack", ["Ingest", "Stream"])
def test_the_linter_finds_nothing_in_the_public_deployment(public_assembly: Path, stack: str) -> None:
    found = lint_file(public_assembly / f"{stack}.template.json", ManualArgs(ignore_checks=IGNORED))
    assert [str(match) for match in found] == []
