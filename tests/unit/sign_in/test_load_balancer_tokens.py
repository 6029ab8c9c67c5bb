"""The load balancer's token: signed by it, with a key of its region, in time; anything else is refused."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.support.sign_in import LOAD_BALANCER, PERSON, LoadBalancer, load_balancer
from tfdrift.adapters.load_balancer_tokens import LoadBalancerTokens, PublicKeys, public_keys_url
from tfdrift.service.sign_in import KeysUnavailable, NotSignedIn, Person


@pytest.fixture
def balancer() -> Iterator[LoadBalancer]:
    with load_balancer() as running:
        yield running


@pytest.fixture
def tokens(balancer: LoadBalancer) -> LoadBalancerTokens:
    return LoadBalancerTokens(PublicKeys(balancer.keys_url), LOAD_BALANCER)


def test_who_signed_in_is_known_by_a_verified_address(
    balancer: LoadBalancer, tokens: LoadBalancerTokens
) -> None:
    assert tokens.verify(balancer.token()) == Person("7f3a9c52", "platform@example.com")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({**PERSON, "email_verified": "true"}, "platform@example.com"),
        ({**PERSON, "email_verified": False}, "Platform"),
        ({"sub": "7f3a9c52", "email": "somebody@example.com"}, "7f3a9c52"),
        ({**PERSON, "email_verified": False, "preferred_username": "platform"}, "platform"),
        ({"sub": "7f3a9c52", "name": "  ", "username": 7}, "7f3a9c52"),
    ],
)
def test_an_address_that_nobody_verified_is_no_name(
    balancer: LoadBalancer, tokens: LoadBalancerTokens, claims: dict[str, Any], name: str
) -> None:
    assert tokens.verify(balancer.token(claims)).name == name


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"signer": LOAD_BALANCER + "0"}, "not signed by this"),
        ({"signer": None}, "not signed by this"),
        ({"signer": [LOAD_BALANCER]}, "not signed by this"),
        ({"exp": int(time.time()) - 600}, "time is over"),
        ({"exp": None}, "does not say when"),
        ({"exp": "tomorrow"}, "does not say when"),
        ({"kid": "../../other"}, "form of one"),
        ({"kid": None}, "form of one"),
        ({"kid": "00000000-0000-4000-8000-000000000000"}, "do not have"),
        ({"alg": "none"}, "not valid"),
        ({"alg": "HS256"}, "not valid"),
    ],
)
def test_a_faulty_header_is_refused_with_the_reason(
    balancer: LoadBalancer, tokens: LoadBalancerTokens, header: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotSignedIn, match=reason):
        tokens.verify(balancer.token(**header))


def test_claims_that_are_over_or_name_nobody_are_refused(
    balancer: LoadBalancer, tokens: LoadBalancerTokens
) -> None:
    for claims in ({**PERSON, "exp": int(time.time()) - 600}, {"email": "platform@example.com"}, {}):
        with pytest.raises(NotSignedIn):
            tokens.verify(balancer.token(claims))


@pytest.mark.parametrize("token", ["", "a.b.c", "no token", "é.é.é", "." * 5])
def test_text_that_is_no_token_is_refused(tokens: LoadBalancerTokens, token: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens.verify(token)


def test_changed_claims_are_refused(balancer: LoadBalancer, tokens: LoadBalancerTokens) -> None:
    header, _, signature = balancer.token().split(".")
    claims = base64.urlsafe_b64encode(json.dumps({**PERSON, "sub": "another"}).encode()).decode()
    with pytest.raises(NotSignedIn):
        tokens.verify(f"{header}.{claims}.{signature}")


def test_a_token_signed_with_the_public_key_as_a_password_is_refused(
    balancer: LoadBalancer, tokens: LoadBalancerTokens
) -> None:
    # The classic confusion of algorithms: the public key is known to all, so a MAC under it proves nothing.
    header = {"alg": "HS256", "kid": balancer.key_id, "signer": LOAD_BALANCER, "exp": int(time.time()) + 60}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, PERSON)]
    signed = b".".join(parts)
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = mac.sign(signed, balancer.served[balancer.key_id])
    forged = b".".join([signed, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
    with pytest.raises(NotSignedIn):
        tokens.verify(forged)


def test_a_key_is_fetched_once_and_a_new_one_when_it_is_first_seen(
    balancer: LoadBalancer, tokens: LoadBalancerTokens
) -> None:
    for _ in range(3):
        tokens.verify(balancer.token())
    first = balancer.key_id
    balancer.replace_key()
    tokens.verify(balancer.token())
    assert balancer.asked == [first, balancer.key_id]


def test_keys_that_cannot_be_read_are_no_refusal(balancer: LoadBalancer, tokens: LoadBalancerTokens) -> None:
    balancer.status = 500
    with pytest.raises(KeysUnavailable):
        tokens.verify(balancer.token())
    with pytest.raises(KeysUnavailable):
        LoadBalancerTokens(PublicKeys("http://127.0.0.1:9"), LOAD_BALANCER).verify(balancer.token())


def test_an_arn_up_to_its_slash_stands_for_the_load_balancer_of_that_name(balancer: LoadBalancer) -> None:
    tokens = LoadBalancerTokens(PublicKeys(balancer.keys_url), LOAD_BALANCER.rpartition("/")[0] + "/")
    assert tokens.verify(balancer.token()).subject == "7f3a9c52"
    elsewhere = LOAD_BALANCER.replace("/tfdrift/", "/tfdrift-other/")
    for signer in (elsewhere, LOAD_BALANCER + "/more", LOAD_BALANCER.rpartition("/")[0] + "/"):
        with pytest.raises(NotSignedIn):
            tokens.verify(balancer.token(signer=signer))


def test_keys_come_over_tls_alone() -> None:
    with pytest.raises(ValueError, match="https"):
        PublicKeys("http://public-keys.example.com")


@pytest.mark.parametrize(
    ("partition", "region", "place"),
    [
        ("aws", "eu-west-1", "https://public-keys.auth.elb.eu-west-1.amazonaws.com"),
        (
            "aws-us-gov",
            "us-gov-west-1",
            "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1",
        ),
        (
            "aws-us-gov",
            "us-gov-east-1",
            "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1",
        ),
    ],
)
def test_keys_are_where_the_load_balancers_region_has_them(partition: str, region: str, place: str) -> None:
    named = f"arn:{partition}:elasticloadbalancing:{region}:111122223333:loadbalancer/app/tfdrift/"
    assert public_keys_url(named) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tfdrift",
        "arn:aws:s3:::bucket",
        "arn:aws:elasticloadbalancing:evil.example.com/:111122223333:loadbalancer/app/tfdrift/",
    ],
)
def test_what_is_no_load_balancer_has_no_keys(text: str) -> None:
    with pytest.raises(ValueError, match="no ARN of a load balancer"):
        public_keys_url(text)
