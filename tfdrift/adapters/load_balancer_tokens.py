"""The token in which an application load balancer says who signed in, verified as AWS asks for it.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import urllib3

from tfdrift.service.sign_in import KeysUnavailable, NotSignedIn, Person

_ALGORITHM = "ES256"
_KEY_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_LEEWAY_SECONDS = 30
_MOST_KEYS = 16
_LARGEST_KEY = 4096
_LONGEST_NAME = 200
_NAMES = ("preferred_username", "username", "name")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# AWS GovCloud (US) keeps them in buckets, says the page named above.
_KEYS_IN_BUCKETS = {"us-gov-east-1", "us-gov-west-1"}


def public_keys_url(load_balancer: str) -> str:
    """Return where the public keys of a load balancer's region are, by the load balancer's ARN.

    Raises ValueError for what is no ARN with a region.
    """
    parts = load_balancer.split(":")
    region = parts[3] if len(parts) > 5 and parts[2] == "elasticloadbalancing" else ""
    if not _REGION.fullmatch(region):
        raise ValueError(f"{load_balancer!r} is no ARN of a load balancer")
    if region in _KEYS_IN_BUCKETS:
        return f"https://s3-{region}.amazonaws.com/aws-elb-public-keys-prod-{region}"
    return f"https://public-keys.auth.elb.{region}.amazonaws.com"


class PublicKeys:
    """The public keys of a region's load balancers, each fetched once and then kept.

    `url` is that of `public_keys_url`; raises ValueError for one that is neither HTTPS nor on loopback.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("the public keys' address must begin with https://")
        self._url = url.rstrip("/")
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=3.0, read=5.0), retries=2)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, str] = OrderedDict()

    def key(self, key_id: str) -> str:
        """Return the key with that id as PEM.

        Raises
        ------
        NotSignedIn
            If it is no id of a key, or there is no such key.
        KeysUnavailable
            If the region does not answer.
        """
        if not _KEY_ID.fullmatch(key_id):
            raise NotSignedIn("the token's key id has not the form of one")
        with self._lock:
            kept = self._kept.get(key_id)
        if kept is not None:
            return kept
        fetched = self._fetch(key_id)
        with self._lock:
            self._kept[key_id] = fetched
            while len(self._kept) > _MOST_KEYS:
                self._kept.popitem(last=False)
        return fetched

    def _fetch(self, key_id: str) -> str:
        try:
            answer = self._pool.request("GET", f"{self._url}/{key_id}", redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise KeysUnavailable(f"the public keys cannot be read: {type(error).__name__}") from error
        if answer.status in (403, 404):
            raise NotSignedIn("the token names a key that the region's load balancers do not have")
        if answer.status != 200 or len(answer.data) > _LARGEST_KEY:
            raise KeysUnavailable(f"the public keys' address answered {answer.status}")
        return answer.data.decode("ascii", "replace")


class LoadBalancerTokens:
    """Verifies the header ``x-amzn-oidc-data`` of one load balancer.

    `load_balancer` is its ARN, or the ARN up to the slash before its random end, since functions are deployed
    before the load balancer is. A name is unique in its account and region.
    """

    def __init__(self, keys: PublicKeys, load_balancer: str) -> None:
        self._keys = keys
        self._load_balancer = load_balancer

    def verify(self, token: str) -> Person:
        """Return who signed in.

        Raises
        ------
        NotSignedIn
            If the token is not one of this load balancer's, or its time is over.
        KeysUnavailable
            If the key it is signed with cannot be fetched now.
        """
        try:
            header = jwt.get_unverified_header(token)
            self._check(header)
            key = self._keys.key(str(header.get("kid", "")))
            claims = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                leeway=_LEEWAY_SECONDS,
                # The token's audience is whoever stands behind the load balancer; it names none.
                options={"verify_aud": False, "verify_iat": False, "verify_sub": False},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise NotSignedIn(f"the load balancer's token is not valid: {error}") from error
        return _person(claims)

    def _check(self, header: Mapping[str, Any]) -> None:
        """Check what the header says; the signature, verified later, covers it too."""
        signer, expiry = header.get("signer"), header.get("exp")
        if not isinstance(signer, str) or not self._is_ours(signer):
            raise NotSignedIn("the token was not signed by this deployment's load balancer")
        if isinstance(expiry, bool) or not isinstance(expiry, int | float):
            raise NotSignedIn("the token does not say when its time is over")
        if expiry + _LEEWAY_SECONDS < time.time():
            raise NotSignedIn("the token's time is over")

    def _is_ours(self, signer: str) -> bool:
        if self._load_balancer.endswith("/"):
            end = signer.removeprefix(self._load_balancer)
            return end != signer and bool(re.fullmatch(r"[0-9a-f]{1,32}", end))
        return signer == self._load_balancer


def _person(claims: Mapping[str, Any]) -> Person:
    subject = _text(claims, "sub")
    if subject is None:
        raise NotSignedIn("the token does not say who signed in")
    # Cognito says it as text.
    is_verified = claims.get("email_verified") in (True, "true")
    address = _text(claims, "email") if is_verified else None
    known_as = (address, *(_text(claims, name) for name in _NAMES), subject)
    return Person(subject, next(name for name in known_as if name))


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip()[:_LONGEST_NAME] or None if isinstance(value, str) else None
