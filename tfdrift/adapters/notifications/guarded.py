"""Delivers once, and leaves a receiver alone that fails again and again (Powertools)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.circuit_breaker import CircuitBreakerConfig, circuit_breaker
from aws_lambda_powertools.utilities.circuit_breaker.exceptions import CircuitBreakerOpenError
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyAlreadyInProgressError

from tfdrift.adapters.table_schema import PARTITION_KEY, SORT_KEY, TTL_ATTRIBUTE
from tfdrift.service.notify import DeliveryFailed, Errand, ReceiverResting, Sender

DELIVERIES = "DELIVERIES"
CIRCUITS = "CIRCUITS"
_REST = timedelta(seconds=60)
_FAILURES = 5
_REMEMBERED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class GuardedSender:
    """A sender that knows what it delivered, in a table of its own, and whether its receiver is well."""

    sender: Sender
    deliver: Callable[..., bool]
    name: str

    def send(self, errand: Errand) -> bool:
        """Deliver; False where that was done before.

        Raises what the sender raises, `ReceiverResting` while the receiver is left alone, and
        `DeliveryFailed` while another delivery of the same errand is under way.
        """
        sent: list[bool] = []

        def send_now() -> None:
            sent.append(self.sender.send(errand))

        try:
            self.deliver(key=errand.key, send=send_now)
        except CircuitBreakerOpenError as error:
            raise ReceiverResting(f"{self.name} failed {_FAILURES} times in a row", _REST) from error
        except IdempotencyAlreadyInProgressError as error:
            raise DeliveryFailed(f"{errand.key} is being delivered already") from error
        return bool(sent)


@dataclass(frozen=True, slots=True)
class Guard:
    """Guards senders; `client` and `table` keep what was delivered, and which receivers rest.

    `context` is Lambda's: what an invocation left undone when its time was over may be tried again then.
    """

    client: Any
    table: str
    context: Any
    rest: timedelta = _REST

    def around(self, name: str, sender: Sender) -> GuardedSender:
        """Return the sender, guarded; each name has a circuit of its own."""
        known = DynamoDBPersistenceLayer(
            self.table,
            key_attr=PARTITION_KEY,
            sort_key_attr=SORT_KEY,
            static_pk_value=DELIVERIES,
            expiry_attr=TTL_ATTRIBUTE,
            boto3_client=self.client,
        )
        circuits = CircuitBreakerDynamoDBPersistence(
            self.table,
            key_attr=PARTITION_KEY,
            sort_key_attr=SORT_KEY,
            static_pk_value=CIRCUITS,
            expiry_attr=TTL_ATTRIBUTE,
            boto3_client=self.client,
        )
        config = IdempotencyConfig(
            expires_after_seconds=int(_REMEMBERED.total_seconds()), lambda_context=self.context
        )
        breaker = CircuitBreakerConfig(
            failure_threshold=_FAILURES,
            recovery_timeout=int(self.rest.total_seconds()),
            success_threshold=1,
            handled_exceptions=DeliveryFailed,
        )

        def deliver(*, key: str, send: Callable[[], None]) -> bool:  # noqa: ARG001 - the key of the idempotency
            send()
            return True

        careful = circuit_breaker(name=name, persistence_store=circuits, config=breaker)(deliver)
        once: Callable[..., bool] = idempotent_function(
            careful, data_keyword_argument="key", persistence_store=known, config=config, key_prefix=name
        )
        return GuardedSender(sender, once, name)
