"""A load balancer's tokens, signed with real keys that a key server on loopback hands out."""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.support.handler_server import QuietHandler, handler_served

LOAD_BALANCER = (
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/tfdrift/6d2c8ad950dc6dcb"
)
PERSON = {"sub": "7f3a9c52", "email": "platform@example.com", "email_verified": True, "name": "Platform"}


@dataclass
class LoadBalancer:
    """Signs as a load balancer does, and serves the keys that it signs with."""

    keys_url: str
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    served: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200

    def publish(self) -> None:
        """Have the key server hand out the current key."""
        self.served[self.key_id] = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def replace_key(self) -> None:
        """Sign with another key from now on, as load balancers do from time to time."""
        self.key_id, self.key = str(uuid.uuid4()), ec.generate_private_key(ec.SECP256R1())
        self.publish()

    def token(self, claims: dict[str, Any] | None = None, **header: Any) -> str:
        """Return a token; keywords replace fields of its header, and None leaves one out."""
        fields = {
            "typ": "JWT",
            "kid": self.key_id,
            "alg": "ES256",
            "iss": "https://login.example.com",
            "client": "dashboard",
            "signer": LOAD_BALANCER,
            "exp": int(time.time()) + 120,
            **header,
        }
        kept = {name: value for name, value in fields.items() if value is not None}
        signed = f"{_encoded(kept)}.{_encoded(PERSON if claims is None else claims)}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode()}"


def _encoded(part: dict[str, Any]) -> str:
    # A load balancer leaves the padding on, where the standard takes it off.
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode()


@contextmanager
def load_balancer() -> Iterator[LoadBalancer]:
    """Serve the keys while the context lasts."""

    class Handler(QuietHandler, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key_id = self.path.removeprefix("/")
            known.asked.append(key_id)
            body = known.served.get(key_id)
            status = known.status if known.status != 200 or body is not None else 404
            self.send_response(status)
            self.end_headers()
            if status == 200 and body is not None:
                self.wfile.write(body)

    with handler_served(Handler) as origin:
        known = LoadBalancer(origin)
        known.publish()
        yield known
