"""The composition root: makes clients, repositories and use cases from the settings, once and when needed."""

import threading
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tfdrift.adapters.drift_repository import DynamoDriftRepository
from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.event_log import DynamoEventLog, utc_now
from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.json_value import JsonValue
from tfdrift.settings import Settings

# Imported where they are first used: a function needs some of them only, and each delays its cold start.
if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import SecretStr

    from tfdrift.adapters.held_calls import DynamoHeldCalls
    from tfdrift.adapters.hidden_log import DynamoHiddenLog
    from tfdrift.adapters.objects import ObjectStore
    from tfdrift.adapters.secret_values import SecretReader
    from tfdrift.adapters.state_index import DynamoStateIndex
    from tfdrift.catalog import Catalog
    from tfdrift.rest.dependencies import RestServices
    from tfdrift.service.forget_state import ForgetState
    from tfdrift.service.machine_token import MachineToken
    from tfdrift.service.policy import Policy
    from tfdrift.service.sign_in import SignIn
    from tfdrift.service.use_cases import UseCases

# A slow answer is given up before the function's time is, so that the message fails with a reason.
_CLIENT_CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "max_attempts": 5},
    max_pool_connections=50,
    tcp_keepalive=True,
)


_CLIENTS_LOCK = threading.Lock()


class ConfigurationError(Exception):
    """A setting is missing that the wanted use case needs."""


class Product:
    """The use cases and what they stand on; each is made on first use and then kept.

    A process makes one. Nothing is read from AWS while it is made: secrets are read with the first use of
    what needs them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def from_environment(cls) -> "Product":
        """Return the product as the environment's settings say."""
        return cls(Settings())

    @cached_property
    def events_table(self) -> Table:
        """The table of events, drifts and held calls."""
        return Table(self._dynamodb, self.settings.events_table)

    @cached_property
    def state_table(self) -> Table:
        """The table of indexed states."""
        return Table(self._dynamodb, self.settings.state_table)

    @cached_property
    def drifts(self) -> DynamoDriftRepository:
        """The drifts' current records."""
        return DynamoDriftRepository(self.events_table, self._retention)

    @cached_property
    def events(self) -> DynamoEventLog:
        """The feed's events."""
        return DynamoEventLog(self.events_table, self._retention)

    @cached_property
    def held(self) -> "DynamoHeldCalls":
        """The calls that wait."""
        from tfdrift.adapters.held_calls import DynamoHeldCalls

        return DynamoHeldCalls(self.events_table, self._retention)

    @cached_property
    def hidden(self) -> "DynamoHiddenLog":
        """What ignore rules hid."""
        from tfdrift.adapters.hidden_log import DynamoHiddenLog

        return DynamoHiddenLog(self.events_table, self._retention)

    @cached_property
    def states(self) -> "DynamoStateIndex":
        """Terraform's states."""
        from tfdrift.adapters.state_index import DynamoStateIndex

        return DynamoStateIndex(self.state_table)

    @cached_property
    def objects(self) -> "ObjectStore":
        """The reader of log files and state objects."""
        from tfdrift.adapters.objects import ObjectStore

        return ObjectStore(self._client("s3"), self.settings.max_object_bytes)

    @cached_property
    def catalog(self) -> "Catalog":
        """The catalog of events."""
        from tfdrift.catalog import load_catalog

        return load_catalog()

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What hides secrets; raises ConfigurationError without a key: a known one would hide nothing."""
        key = self._secret(self.settings.fingerprint_key, self.settings.fingerprint_secret_arn)
        if key is None:
            raise ConfigurationError("set TFDRIFT_FINGERPRINT_KEY or TFDRIFT_FINGERPRINT_SECRET_ARN")
        return Fingerprint(key.encode("utf-8"))

    @cached_property
    def policy(self) -> "Policy":
        """The installation's decisions."""
        from tfdrift.catalog.severity_rules import parse_severity_rules
        from tfdrift.domain.ignore_rules import parse_ignore_rules
        from tfdrift.service.policy import Policy

        return Policy(
            fingerprint=self.fingerprint,
            ignore=parse_ignore_rules(self.settings.ignore),
            terraform_principals=self.settings.terraform_principals,
            grace=timedelta(seconds=self.settings.grace_seconds),
            severities=parse_severity_rules(self.settings.severity_rules),
        )

    @cached_property
    def use_cases(self) -> "UseCases":
        """What the product does with evidence."""
        from tfdrift.service.use_cases import Ports, build_use_cases

        ports = Ports(self.states, self.drifts, self.events, self.held, self.hidden)
        return build_use_cases(ports, self.catalog, self.policy, utc_now)

    @cached_property
    def forget_state(self) -> "ForgetState":
        """Takes in that a state's object is gone."""
        from tfdrift.service.forget_state import ForgetState

        return ForgetState(self.states, self.events, self.use_cases.ingest_state.adopt, utc_now)

    def read_object(self, bucket: str, key: str, version_id: str | None) -> bytes:
        """Return an object's content; see `tfdrift.adapters.objects.ObjectStore.read`."""
        return self.objects.read(bucket, key, version_id).data

    def rest_services(self) -> "RestServices":
        """Return the use cases behind the REST API."""
        from tfdrift.rest.dependencies import RestServices
        from tfdrift.service.acknowledge import Acknowledgements
        from tfdrift.service.graph import Graphs
        from tfdrift.service.queries import Queries
        from tfdrift.service.related import RelatedEvents
        from tfdrift.service.track_drift import TrackDrift

        return RestServices(
            drifts=self.drifts,
            events=self.events,
            states=self.states,
            queries=Queries(self.drifts, self.events, self.states),
            graphs=Graphs(self.states, self.drifts),
            related=RelatedEvents(self.events),
            acknowledgements=Acknowledgements(self.drifts, TrackDrift(self.drifts), utc_now),
            hidden=self.hidden,
            take_alert=self._take_alert,
            machine_token=self._machine_token,
            version=version("tfdrift"),
            sign_in=self._sign_in,
        )

    def rest_app(self) -> "FastAPI":
        """Return an app that serves the REST API."""
        # FastAPI takes a third of a second to import, which functions behind a queue need not spend.
        from tfdrift.rest.application import build_rest_app

        return build_rest_app(self.rest_services(), cors_origins=self.settings.cors_origins)

    def _take_alert(self, alert: JsonValue) -> bool:
        return self.use_cases.ingest_falco.ingest(alert).is_new

    @cached_property
    def _machine_token(self) -> "MachineToken | None":
        from tfdrift.service.machine_token import MachineToken

        direct, arn = self.settings.api_token, self.settings.api_token_secret_arn
        if direct:
            value = direct.get_secret_value()
            return MachineToken(lambda: (value,))
        # The client is made with the first request that shows a token, and the secret read.
        return MachineToken(lambda: self._secrets.versions(arn)) if arn else None

    @cached_property
    def _secrets(self) -> "SecretReader":
        from tfdrift.adapters.secret_values import SecretReader

        return SecretReader(self._client("secretsmanager"))

    @cached_property
    def _sign_in(self) -> "SignIn | None":
        load_balancer, keys_url = self.settings.sign_in_load_balancer, self.settings.sign_in_keys_url
        if load_balancer is None and keys_url is None:
            return None
        if load_balancer is None:
            raise ConfigurationError("TFDRIFT_SIGN_IN_KEYS_URL needs TFDRIFT_SIGN_IN_LOAD_BALANCER beside it")
        from tfdrift.adapters.load_balancer_tokens import LoadBalancerTokens, PublicKeys, public_keys_url

        return LoadBalancerTokens(PublicKeys(keys_url or public_keys_url(load_balancer)), load_balancer)

    @cached_property
    def _retention(self) -> timedelta:
        return timedelta(days=self.settings.retention_days)

    @cached_property
    def _dynamodb(self) -> Any:  # noqa: ANN401 - boto3 makes each service's client at run time
        return self._client("dynamodb")

    def _client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes each service's client at run time
        # boto3's default session is not made for threads: two requests may come first at once.
        with _CLIENTS_LOCK:
            return boto3.client(service, config=_CLIENT_CONFIG)  # type: ignore[call-overload]

    def _secret(self, direct: "SecretStr | None", arn: str | None) -> str | None:
        if direct:
            return direct.get_secret_value()
        return self._secrets.read(arn) if arn else None
