"""Rotates a generated token in Secrets Manager, in the four steps that a rotation function is invoked for.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
"""

import re
import secrets
import string
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from tfdrift.adapters.secret_values import text_of_version

_CONFIG = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "max_attempts": 5}, tcp_keepalive=True
)
_CURRENT, _PENDING = "AWSCURRENT", "AWSPENDING"
_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 48
_TOKEN = re.compile(r"[!-~]{32,}")


class RotationError(Exception):
    """The rotation cannot go on; the text says why, and holds no part of the secret."""


@dataclass(frozen=True, slots=True)
class TokenRotation:
    """Makes a new version of the token and puts it in the current one's place.

    Secrets Manager keeps the version before as AWSPREVIOUS, which is accepted until the next rotation. Each
    step may be repeated, as Secrets Manager does after a fault.
    """

    client: Any

    @classmethod
    def from_environment(cls) -> "TokenRotation":
        """Return what works on the account and region that the environment names."""
        return cls(boto3.client("secretsmanager", config=_CONFIG))

    def run(self, step: str, secret_id: str, version: str) -> None:
        """Do one step for the version that is to come.

        Raises
        ------
        RotationError
            If there is no such step, the version is not the one to come, or its value is no token.
        """
        work = {
            "createSecret": self._create,
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }.get(step)
        if work is None:
            raise RotationError(f"a rotation has no step {step!r}")
        stages = self._stages(secret_id)
        if _CURRENT in stages.get(version, ()):
            # An earlier invocation has ended the rotation, and its answer was lost.
            return
        if step != "createSecret" and _PENDING not in stages.get(version, ()):
            raise RotationError(f"version {version} is not the one to come")
        work(secret_id, version)

    def _create(self, secret_id: str, version: str) -> None:
        """Put a value into the version unless it has one."""
        if self._pending(secret_id, version) is not None:
            return
        value = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        self.client.put_secret_value(
            SecretId=secret_id, ClientRequestToken=version, SecretString=value, VersionStages=[_PENDING]
        )

    def _set(self, secret_id: str, version: str) -> None:
        """Leave all as it is: whoever compares the token reads it where it stands."""

    def _test(self, secret_id: str, version: str) -> None:
        """See that whoever reads the version finds a token that fits into a header."""
        value = self._pending(secret_id, version)
        if value is None or not _TOKEN.fullmatch(value):
            raise RotationError(f"version {version} holds no token of 32 or more printable characters")

    def _finish(self, secret_id: str, version: str) -> None:
        """Make the version the current one, and with it the current one the previous."""
        holders = [known for known, stages in self._stages(secret_id).items() if _CURRENT in stages]
        self.client.update_secret_version_stage(
            SecretId=secret_id,
            VersionStage=_CURRENT,
            MoveToVersionId=version,
            **({"RemoveFromVersionId": holders[0]} if holders else {}),
        )

    def _stages(self, secret_id: str) -> dict[str, list[str]]:
        stages: dict[str, list[str]] = self.client.describe_secret(SecretId=secret_id)["VersionIdsToStages"]
        return stages

    def _pending(self, secret_id: str, version: str) -> str | None:
        """Return the value of the version to come; None while it has none."""
        return text_of_version(self.client, secret_id, VersionId=version, VersionStage=_PENDING)
