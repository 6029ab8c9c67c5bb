"""Secrets read from Secrets Manager."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tfdrift.service.machine_token import TokenUnavailable


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Reads the text of a secret: now, or in the versions of before and after its last rotation."""

    client: Any

    def read(self, arn: str) -> str:
        """Return the secret's current text; raises ValueError if it is empty, else the SDK's own errors."""
        return _text(self.client.get_secret_value(SecretId=arn))

    def versions(self, arn: str) -> tuple[str, ...]:
        """Return the current text, and the previous one if the secret was changed before.

        Raises
        ------
        TokenUnavailable
            If the secret cannot be read, or its current version is no text; the error says which.
        """
        try:
            current = self.read(arn)
            previous = text_of_version(self.client, arn, VersionStage="AWSPREVIOUS") or None
        except (BotoCoreError, ClientError, ValueError) as error:
            raise TokenUnavailable(f"the accepted tokens cannot be read: {error}") from error
        return (current,) if previous is None else (current, previous)


def text_of_version(client: Any, arn: str, **which: str) -> str | None:  # noqa: ANN401 - boto3's at run time
    """Return the text of a secret's version, named by id, stage or both; None where there is none."""
    try:
        answer = client.get_secret_value(SecretId=arn, **which)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    text: str | None = answer.get("SecretString")
    return text


def _text(answer: dict[str, Any]) -> str:
    value: str = answer.get("SecretString") or ""
    if not value:
        raise ValueError("the secret is empty or binary: store its text as SecretString")
    return value
