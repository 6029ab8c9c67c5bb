"""A public deployment with a domain, an OpenID Connect provider and a firewall: who gets in, and where."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.infra.conftest import OIDC
from tests.support.deployments import (
    Deployed,
    assert_all_else_is_as_synthesised,
    deployed,
    left_out,
    with_text_replaced,
)
from tests.support.lambda_events import alb_request
from tests.support.listener_rules import line_of
from tests.support.sign_in import LoadBalancer, load_balancer
from tests.support.streaming_process import StreamingProcess, streaming_process
from tfdrift.demo.deploy import assemble
from tfdrift.demo.emulator import running_emulator
from tfdrift.demo.emulator_clients import EmulatorClients

pytestmark = [pytest.mark.emulator, pytest.mark.timeout(400)]

DOMAIN, ZONE = "drift.example.com", "Z0123456789ABCDEFGHIJ"
# A secret of this name answers to its ARN without the random end, too.
CLIENT_SECRET = "dashboard-client-AbCdEf"
PROVIDER = {
    **OIDC,
    "client_secret_arn": f"arn:aws:secretsmanager:us-east-1:000000000000:secret:{CLIENT_SECRET}",
}
LEFT_OUT = {
    "tfdrift-data": [],
    "tfdrift-ingest": ["AWS::CloudTrail::Trail", "AWS::SecretsManager::RotationSchedule"],
    "tfdrift-stream": [
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::Route",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::WAFv2::LoggingConfiguration",
        "AWS::WAFv2::WebACLAssociation",
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS",
    ],
}


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The deployment, in a zone and with a client's secret that are there before."""
    with (
        running_emulator(tmp_path_factory.mktemp("emulator")) as emulator,
        EmulatorClients(emulator) as clients,
    ):
        clients("secretsmanager").create_secret(Name=CLIENT_SECRET, SecretString="the client's secret")
        zone = clients("route53").create_hosted_zone(Name=DOMAIN, CallerReference="tests")["HostedZone"]
        assembly = assemble(
            emulator,
            "sign-in",
            public=True,
            sign_in=PROVIDER,
            domain_name=DOMAIN,
            hosted_zone_id=ZONE,
            waf_rate_limit=2000,
        )
        # A zone gets its id when it is made, and with another option everything would be synthesised anew.
        named = with_text_replaced(
            assembly, tmp_path_factory.mktemp("assembly"), ZONE, zone["Id"].rpartition("/")[2]
        )
        yield deployed(emulator, clients, named)


@pytest.fixture(scope="module")
def keys() -> Iterator[LoadBalancer]:
    """What signs as the load balancer does, and hands out its keys on loopback."""
    with load_balancer() as running:
        yield running


@pytest.fixture(scope="module")
def door(stacks: Deployed) -> dict[str, Any]:
    """The load balancer as the emulator reports it."""
    (found,) = stacks.clients("elbv2").describe_load_balancers()["LoadBalancers"]
    return dict(found)


@pytest.fixture(scope="module")
def token(stacks: Deployed) -> str:
    """The machines' token, read from the secret that the stack made."""
    arn = stacks.outputs["MachineTokenSecretArn"]
    return str(stacks.clients("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def proof(keys: LoadBalancer, door: dict[str, Any], **header: Any) -> dict[str, str]:
    """Return the header by which the load balancer says who signed in; its ARN ends as AWS ends it."""
    signer = door["LoadBalancerArn"].rpartition("/")[0] + "/6d2c8ad950dc6dcb"
    return {"x-amzn-oidc-data": keys.token(**{"signer": signer, **header})}


def ways(token: str) -> list[dict[str, str]]:
    """Return the headers in which a machine may show a token."""
    basic = base64.b64encode(f"falco:{token}".encode()).decode()
    return [{"authorization": f"Bearer {token}"}, {"x-api-key": token}, {"authorization": f"Basic {basic}"}]


def through(stacks: Deployed, path: str, port: int = 443, **headers: str) -> httpx.Response:
    """Ask at a listener of the load balancer."""
    host = {"host": f"{DOMAIN}:{port}"}
    return httpx.get(
        f"{stacks.deployment.load_balancer_url}{path}", headers={**host, **headers}, timeout=30.0
    )


# What is deployed


def test_exactly_this_is_left_out(stacks: Deployed) -> None:
    assert left_out(stacks.assembly) == LEFT_OUT
    assert_all_else_is_as_synthesised(stacks.assembly)


def test_the_name_leads_to_a_public_load_balancer_behind_the_firewall(
    stacks: Deployed, door: dict[str, Any]
) -> None:
    (zone,) = stacks.clients("route53").list_hosted_zones()["HostedZones"]
    records = stacks.clients("route53").list_resource_record_sets(HostedZoneId=zone["Id"])
    (record,) = (found for found in records["ResourceRecordSets"] if found["Type"] == "A")
    assert (record["Name"], door["Scheme"]) == (f"{DOMAIN}.", "internet-facing")
    assert record["AliasTarget"]["DNSName"] == f"dualstack.{door['DNSName']}."
    firewall = stacks.clients("wafv2").get_web_acl_for_resource(ResourceArn=door["LoadBalancerArn"])
    rules = {rule["Name"]: rule for rule in firewall["WebACL"]["Rules"]}
    assert rules["RateLimit"]["Statement"]["RateBasedStatement"] == {"Limit": 2000, "AggregateKeyType": "IP"}
    assert set(rules) > {"RateLimit", "AWSManagedRulesKnownBadInputsRuleSet"}


def test_clients_reach_two_ports_and_nobody_reaches_the_tasks_past_the_door(
    stacks: Deployed, door: dict[str, Any]
) -> None:
    groups = stacks.clients("ec2").describe_security_groups(GroupIds=door["SecurityGroups"])
    (group,) = groups["SecurityGroups"]
    opened = [(rule["FromPort"], rule["ToPort"]) for rule in group["IpPermissions"]]
    assert sorted(opened) == [(80, 80), (443, 443)]
    services = stacks.clients("ecs").describe_services(
        cluster=stacks.outputs["ClusterName"], services=[stacks.outputs["ServiceName"]]
    )["services"]
    assert services[0]["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


def test_one_listener_speaks_tls_with_the_names_certificate_and_the_other_sends_there(
    stacks: Deployed, door: dict[str, Any]
) -> None:
    found = stacks.clients("elbv2").describe_listeners(LoadBalancerArn=door["LoadBalancerArn"])
    listeners = {listener["Port"]: listener for listener in found["Listeners"]}
    assert sorted(listeners) == [80, 443]
    assert listeners[443]["Protocol"] == "HTTPS"
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
    (certificate,) = listeners[443]["Certificates"]
    described = stacks.clients("acm").describe_certificate(CertificateArn=certificate["CertificateArn"])
    assert described["Certificate"]["DomainName"] == DOMAIN
    (action,) = listeners[80]["DefaultActions"]
    sent = action["RedirectConfig"]
    assert (sent["Protocol"], sent["Port"], sent["StatusCode"]) == ("HTTPS", "443", "HTTP_301")
    answer = through(stacks, "/drifts?page=2", port=80)
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{DOMAIN}:443/drifts?page=2")


def test_people_are_asked_first_and_machines_are_not(stacks: Deployed, door: dict[str, Any]) -> None:
    # Given the rules as the emulator reports them
    elb = stacks.clients("elbv2")
    listeners = elb.describe_listeners(LoadBalancerArn=door["LoadBalancerArn"])["Listeners"]
    (secure,) = (listener for listener in listeners if listener["Port"] == 443)
    rules = elb.describe_rules(ListenerArn=secure["ListenerArn"])["Rules"]
    # When each is read in a line
    described = {rule["Priority"]: line_of(stacks.clients, rule) for rule in rules}
    # Then the machines' paths, and requests with a machine's key, only lead on; all else asks who somebody is
    falco, api = stacks.deployment.falco_function, stacks.deployment.api_function
    assert described == {
        "10": (["/api/v1/falco/*"], [], [falco]),
        "15": (["/api/v1/stream", "/ws"], ["X-API-Key"], ["tasks"]),
        "16": (["/api/v1/*"], ["X-API-Key"], [api]),
        "20": (["/api/v1/stream", "/ws"], [], ["sign in or deny", "tasks"]),
        "30": (["/api/v1/*"], [], ["sign in or deny", api]),
        "default": ([], [], ["sign in or authenticate", "tasks"]),
    }
    # And each that asks, asks the same provider, whose client's secret nobody is told
    providers = [
        action["AuthenticateOidcConfig"]
        for rule in rules
        for action in rule["Actions"]
        if action["Type"] == "authenticate-oidc"
    ]
    assert len(providers) == 3
    for provider in providers:
        assert (provider["Issuer"], provider["ClientId"]) == (PROVIDER["issuer"], "dashboard")
        assert (provider["Scope"], provider["SessionTimeout"]) == ("openid email profile", 43_200)
        assert "ClientSecret" not in provider


def test_a_stranger_is_sent_to_the_provider_and_calls_without_a_session_are_refused(
    stacks: Deployed, door: dict[str, Any], keys: LoadBalancer
) -> None:
    page = through(stacks, "/drifts")
    assert page.status_code == 302
    sent = httpx.URL(page.headers["location"])
    assert str(sent.copy_with(query=None)) == PROVIDER["authorization_endpoint"]
    assert (sent.params["client_id"], sent.params["response_type"]) == ("dashboard", "code")
    assert sent.params["redirect_uri"] == f"https://{DOMAIN}/oauth2/idpresponse"
    for path in ("/api/v1/drifts", "/api/v1/stream", "/ws"):
        assert through(stacks, path).status_code == 401
        assert through(stacks, path, **proof(keys, door)).status_code == 401


def test_through_the_load_balancer_a_machine_is_let_in_by_the_token_alone(
    stacks: Deployed, door: dict[str, Any], keys: LoadBalancer, token: str
) -> None:
    assert through(stacks, "/api/v1/drifts", **{"x-api-key": token}).status_code == 200
    # The load balancer asks nobody who shows a key, so that a proof beside it is the sender's own make.
    forged = proof(keys, door)
    assert through(stacks, "/api/v1/drifts", **{"x-api-key": "another", **forged}).status_code == 401


def test_alerts_want_the_token_in_whatever_way_it_is_shown(stacks: Deployed, token: str) -> None:
    alert = {
        "output": "Notice A shell was spawned in a container",
        "priority": "Notice",
        "rule": "Terminal shell in container",
        "time": "2025-01-15T10:00:00.123456789Z",
        "output_fields": {},
    }

    def post(**headers: str) -> int:
        host = {"host": f"{DOMAIN}:443"}
        url = stacks.deployment.falco_url
        return httpx.post(url, json=alert, headers={**host, **headers}, timeout=30.0).status_code

    assert [post(), *(post(**way) for way in ways("another"))] == [401, 401, 401, 401]
    assert all(200 <= post(**way) < 300 for way in ways(token))


# The deployed function


def test_the_token_is_generated_and_named_to_who_compares_it(stacks: Deployed, token: str) -> None:
    assert len(token) == 48
    named = stacks.outputs["MachineTokenSecretArn"]
    for function in (stacks.deployment.api_function, stacks.deployment.falco_function):
        found = stacks.variables(function)
        assert found["TFDRIFT_API_TOKEN_SECRET_ARN"] == named
        assert token not in json.dumps(found)
    assert stacks.container_environment()["TFDRIFT_API_TOKEN_SECRET_ARN"] == named


def test_functions_and_container_know_their_load_balancer(stacks: Deployed, door: dict[str, Any]) -> None:
    for known in (stacks.variables(stacks.deployment.api_function), stacks.container_environment()):
        assert known["TFDRIFT_SIGN_IN_LOAD_BALANCER"] == f"{door['LoadBalancerArn'].rpartition('/')[0]}/"


@pytest.fixture(scope="module")
def near(stacks: Deployed, keys: LoadBalancer) -> Deployed:
    """The deployment, its API's function asking the key server on loopback instead of the region's."""
    stacks.point(stacks.deployment.api_function, TFDRIFT_SIGN_IN_KEYS_URL=keys.keys_url)
    return stacks


def status(stacks: Deployed, headers: dict[str, str]) -> int:
    """Return the API function's answer to a load balancer's event."""
    event = alb_request("GET", "/api/v1/drifts", **headers)
    return int(stacks.invoke(stacks.deployment.api_function, event)["statusCode"])


def test_the_function_refuses_strangers_and_takes_the_token(near: Deployed, token: str) -> None:
    assert status(near, {}) == 401
    assert [status(near, way) for way in ways("another")] == [401, 401, 401]
    assert [status(near, way) for way in ways(token)] == [200, 200, 200]


def test_the_function_takes_the_load_balancers_word_and_nobody_elses(
    near: Deployed, door: dict[str, Any], keys: LoadBalancer
) -> None:
    assert status(near, proof(keys, door)) == 200
    other = door["LoadBalancerArn"].replace("/app/tfdrift/", "/app/another/").rpartition("/")[0]
    with load_balancer() as stranger:
        refused = {
            "of another load balancer": proof(keys, door, signer=f"{other}/6d2c8ad950dc6dcb"),
            "over": proof(keys, door, exp=1_736_942_400),
            "without an end": proof(keys, door, exp=None),
            "signed with a key that nobody knows": proof(stranger, door),
            "signed with a stranger's key": proof(stranger, door, kid=keys.key_id),
            "no token at all": {"x-amzn-oidc-data": "a.b.c"},
        }
        assert {why: status(near, header) for why, header in refused.items()} == dict.fromkeys(refused, 401)


def test_a_rotation_by_the_deployed_function_cuts_off_no_sender(near: Deployed, token: str) -> None:
    # Given the secret, and a version to come
    arn, version = near.outputs["MachineTokenSecretArn"], str(uuid4())
    # When the function does the steps of a rotation, as Secrets Manager asks for them
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"Step": step, "SecretId": arn, "ClientRequestToken": version}
        near.invoke(near.outputs["TokenRotationFunctionName"], event)
    renewed = near.clients("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    assert renewed != token
    # Then a function that begins afterwards takes the version before and the one after, and no other
    near.point(near.deployment.api_function, POWERTOOLS_LOG_LEVEL="INFO")
    answers = [status(near, {"authorization": f"Bearer {shown}"}) for shown in (token, renewed, "another")]
    assert answers == [200, 200, 401]


# The container's process, with the variables of the deployed task definition


@pytest.fixture(scope="module")
def container(
    stacks: Deployed, keys: LoadBalancer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamingProcess]:
    """The streaming process, registered as the target that Fargate would run."""
    environment = {**stacks.container_environment(), "TFDRIFT_SIGN_IN_KEYS_URL": keys.keys_url}
    folder = tmp_path_factory.mktemp("container")
    with streaming_process(stacks.emulator, stacks.tables, folder, environment) as running:
        yield running


PATHS = ["/", "/api/v1/stream", "/api/v1/drifts", "/ws"]


@pytest.mark.parametrize("path", PATHS)
def test_the_container_refuses_strangers(container: StreamingProcess, path: str) -> None:
    assert container.health()["status"] == "ok"
    assert httpx.get(f"{container.base}{path}", timeout=30).status_code == 401
    for way in ways("another"):
        assert httpx.get(f"{container.base}{path}", headers=way, timeout=30).status_code == 401


def test_the_container_gives_machines_stream_and_listings(container: StreamingProcess, token: str) -> None:
    for way in ways(token):
        assert httpx.get(f"{container.base}/api/v1/drifts", headers=way, timeout=30).status_code == 200
        assert first_event(container.base, way) == "connected"


def test_the_container_gives_who_signed_in_stream_listings_and_socket(
    container: StreamingProcess, door: dict[str, Any], keys: LoadBalancer
) -> None:
    signed_in = proof(keys, door)
    assert httpx.get(f"{container.base}/api/v1/drifts", headers=signed_in, timeout=30).status_code == 200
    assert first_event(container.base, signed_in) == "connected"
    url = container.base.replace("http", "ws", 1) + "/ws"
    with connect(url, additional_headers=signed_in) as socket:
        assert "welcome" in str(socket.recv(timeout=30))
    with pytest.raises(InvalidStatus) as refused, connect(url):
        pass
    assert refused.value.response.status_code == 401


def test_through_the_load_balancer_a_machine_gets_the_containers_stream(
    stacks: Deployed, container: StreamingProcess, token: str
) -> None:
    # Given the process among the targets, as the service registers its tasks
    elb = stacks.clients("elbv2")
    (group,) = (
        found for found in elb.describe_target_groups()["TargetGroups"] if found["TargetType"] == "ip"
    )
    address = httpx.URL(container.base)
    elb.register_targets(
        TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": address.host, "Port": address.port}]
    )
    # When machine and stranger ask for the stream at the secure listener
    headers = {"host": f"{DOMAIN}:443"}
    base = stacks.deployment.load_balancer_url
    # Then the one gets it and the other does not
    assert first_event(base, {**headers, "x-api-key": token}) == "connected"
    assert through(stacks, "/api/v1/stream").status_code == 401


def first_event(base: str, headers: dict[str, str]) -> str:
    """Return the name of a stream's first event."""
    with httpx.stream("GET", f"{base}/api/v1/stream", headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        line = next(line for line in answer.iter_lines() if line.startswith("event:"))
    return line.partition(":")[2].strip()
