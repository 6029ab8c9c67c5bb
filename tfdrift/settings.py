"""The settings of all processes, read from the environment when asked for and never at import."""

import os
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from tfdrift.service.state_places import StatePlaces

_PREFIX = "TFDRIFT_"
_STATE_ACCOUNT = re.compile(r"[^/=,\s]+/[^=,]*=\d{12}", re.ASCII)


class Settings(BaseModel):
    """What TFDrift is told by its environment; every name has the prefix ``TFDRIFT_``.

    Attributes
    ----------
    events_table, state_table, feed_table
        The names of the three DynamoDB tables (see `tfdrift.adapters.table_schema`).
    state_buckets
        Comma separated; where set, state objects of other buckets are refused.
    member_accounts
        Comma separated; accounts of which state objects are taken, too, whatever their buckets.
    state_accounts
        Comma separated ``bucket/beginning of the key=account``: whose resources the states there are of, if
        not the bucket owner's.
    terraform_principals
        Comma separated ARN globs of the roles that may run Terraform; empty restricts nothing.
    grace_seconds
        How long a call of Terraform's own waits for the state that explains it.
    ignore
        Rules in the syntax of ``.driftignore``, one a line.
    severity_rules
        Severity rules in TOML, which come before the catalog's own (see docs/lifecycle.md).
    fingerprint_key, fingerprint_secret_arn
        The key under which secret values are fingerprinted, directly or as a Secrets Manager secret.
    retention_days
        How long events and resolved drifts are kept.
    api_token, api_token_secret_arn
        The token of machine clients, directly or as a secret; without one, no token is asked for.
    sign_in_load_balancer, sign_in_keys_url
        The load balancer's ARN (one that ends in a slash stands for any random end), and where its public
        keys are if not where its region has them: with the ARN, everybody but machines with the token must
        have signed in there.
    max_object_bytes
        The largest log file or state object that is read from S3, in bytes.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    events_table: str = "tfdrift-events"
    state_table: str = "tfdrift-state"
    feed_table: str = "tfdrift-feed"
    state_buckets: tuple[str, ...] = ()
    member_accounts: tuple[str, ...] = ()
    state_accounts: tuple[str, ...] = ()
    terraform_principals: tuple[str, ...] = ()
    grace_seconds: int = Field(default=900, ge=0, le=86_400)
    ignore: str = ""
    severity_rules: str = ""
    fingerprint_key: SecretStr | None = None
    fingerprint_secret_arn: str | None = None
    cors_origins: tuple[str, ...] = ()
    dashboard_dir: Path | None = None
    retention_days: int = Field(default=90, ge=1, le=3_650)
    api_token: SecretStr | None = None
    api_token_secret_arn: str | None = None
    sign_in_load_balancer: str | None = None
    sign_in_keys_url: str | None = None
    max_object_bytes: int = Field(default=128 * 1024 * 1024, ge=1024)

    @field_validator(
        "state_buckets",
        "member_accounts",
        "state_accounts",
        "terraform_principals",
        "cors_origins",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        """Split comma separated text; empty parts are left out."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("state_accounts")
    @classmethod
    def _name_accounts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what names no place and account."""
        for value in values:
            if not _STATE_ACCOUNT.fullmatch(value):
                raise ValueError(f"{value!r} is no bucket/beginning of a key=account of twelve digits")
        return values

    @property
    def state_places(self) -> StatePlaces:
        """Where states are taken from, and whose they are."""
        pairs = (value.rpartition("=") for value in self.state_accounts)
        return StatePlaces(
            buckets=self.state_buckets,
            member_accounts=self.member_accounts,
            accounts={place: account for place, _, account in pairs},
        )

    @model_validator(mode="before")
    @classmethod
    def _from_environment(cls, values: object) -> object:
        """Take from the environment what is not given.

        An empty variable is one that is not set, as deployment templates write them. The package
        pydantic-settings does the same and more; importing it takes a seventh of a function's cold start.
        """
        if not isinstance(values, dict):
            return values
        known = {**_environment(), **values}
        return {name: value for name, value in known.items() if value != ""}


def _environment() -> dict[str, str]:
    named = ((name.upper(), value) for name, value in os.environ.items())
    return {name.removeprefix(_PREFIX).lower(): value for name, value in named if name.startswith(_PREFIX)}
