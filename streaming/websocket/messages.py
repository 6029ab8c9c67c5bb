"""What a client says: its messages as models, and what is answered to text that is none of them."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from streaming.websocket.faults import CloseCode, ProtocolFault

_TYPES = ("subscribe", "unsubscribe", "ping", "query")
_MOST_REASON_BYTES = 120


def _as_list(value: object) -> object:
    """Return one value, or none, as a list of strings; numbers and booleans as a query string has them."""
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return [_as_text(each) for each in values]


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Values = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    request_id: Annotated[str, Field(max_length=128)] | int | None = None


class Subscribe(_Message):
    """Deliver the events of topics that meet the filters: from now on, or after an id, or since a time."""

    type: Literal["subscribe"]
    topic: Values = ()
    topics: Values = ()
    types: Values = ()
    severity: Values = ()
    resource_type: Values = ()
    account_id: Values = ()
    last_event_id: Annotated[str, Field(max_length=128)] | None = None
    since: Annotated[str, Field(max_length=128)] | None = None

    def filters(self) -> dict[str, tuple[str, ...]]:
        """Return the filters as a query has them."""
        names = ("types", "severity", "resource_type", "account_id")
        return {name: getattr(self, name) for name in names}


class Unsubscribe(_Message):
    """Deliver the topics' events no more."""

    type: Literal["unsubscribe"]
    topic: Values = ()
    topics: Values = ()


class Ping(_Message):
    """Answer with a pong that carries the same payload."""

    type: Literal["ping"]
    payload: Any = None


class Query(_Message):
    """Answer once, with what the REST API would answer."""

    type: Literal["query"]
    query: Annotated[str, Field(max_length=64)]
    params: Annotated[dict[str, Values], Field(max_length=32)] = {}


ClientMessage = Subscribe | Unsubscribe | Ping | Query
_ADAPTER: TypeAdapter[ClientMessage] = TypeAdapter(Annotated[ClientMessage, Field(discriminator="type")])


def parse_message(text: str) -> ClientMessage:
    """Return the message; raises ProtocolFault: 1003 for what is no JSON object, 1008 for none of ours.

    A message's fields may stand beside its type or within its `payload`; beside the type they win.
    """
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ProtocolFault(CloseCode.NOT_UNDERSTOOD, "a message has to be JSON text") from error
    if not isinstance(found, dict):
        raise ProtocolFault(CloseCode.NOT_UNDERSTOOD, "a message has to be a JSON object")
    if found.get("type") not in _TYPES:
        raise ProtocolFault(CloseCode.POLICY, f"unknown type; there are {', '.join(_TYPES)}")
    payload = found.get("payload")
    fields = {**payload, **found} if isinstance(payload, Mapping) else found
    try:
        return _ADAPTER.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProtocolFault(CloseCode.POLICY, _short(f"{place}: {first['msg']}")) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _short(reason: str) -> str:
    """Return a reason that a close frame has room for."""
    return reason.encode("ascii", "backslashreplace")[:_MOST_REASON_BYTES].decode("ascii")
