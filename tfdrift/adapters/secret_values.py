"""Secrets read from Secrets Manager."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Reads the current text of a secret."""

    client: Any

    def read(self, arn: str) -> str:
        """Return the secret's text; raises ValueError if it is empty, else the SDK's own errors."""
        value: str = self.client.get_secret_value(SecretId=arn).get("SecretString") or ""
        if not value:
            raise ValueError("the secret is empty or binary: store its text as SecretString")
        return value
