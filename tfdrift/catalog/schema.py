"""The schema of the catalog's data files; a file that does not fit is refused with the place named."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from tfdrift.domain.detection import TRANSLATORS
from tfdrift.domain.drift import ChangeType, Severity
from tfdrift.domain.id_forms import FORMS
from tfdrift.domain.normalisers import NORMALISERS
from tfdrift.domain.severity import TESTS

_ROOTS = ("request", "response", "details", "arns", "account", "region", "partition", "invoked_by")
_KINDS = ("set", "add", "remove", "merge", "drop", "hidden", "constant", "clear")


def _path(text: str) -> str:
    """Return a path if its root and its form are known."""
    root = text.partition("|")[0].partition(".")[0]
    form = text.partition("|")[2]
    if root not in _ROOTS:
        raise ValueError(f"the path {text!r} begins with none of {', '.join(_ROOTS)}")
    if form and form not in FORMS:
        raise ValueError(f"the path {text!r} ends in an unknown form: {', '.join(FORMS)} are known")
    return text


def _template(text: str) -> str:
    """Return a template if all its paths are known; after an equals sign it is a text."""
    if text.startswith("="):
        return text
    parts = [part.partition("}")[0] for part in text.split("{")[1:]] if "{" in text else [text]
    for part in parts:
        _path(part)
    return text


def _normaliser(name: str) -> str:
    if name not in NORMALISERS:
        raise ValueError(f"there is no normaliser {name!r}: {', '.join(NORMALISERS)} are known")
    return name


def _translator(name: str) -> str:
    if name not in TRANSLATORS:
        raise ValueError(f"there is no translator {name!r}")
    return name


def _test(name: str) -> str:
    if name not in TESTS:
        raise ValueError(f"there is no severity test {name!r}")
    return name


Path = Annotated[str, AfterValidator(_path)]
Template = Annotated[str, AfterValidator(_template)]
ProviderType = Annotated[str, Field(pattern=r"^(aws_[a-z0-9_]+|\*)$")]
AttributePath = Annotated[str, Field(pattern=r"^[a-z0-9_]+(\[\d+\])?(\.[a-z0-9_]+(\[\d+\])?)*$")]
Paths = Path | tuple[Path, ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditions(_Row):
    """Parameters that must be there, must not be, or must have a value, for a row to apply."""

    when: dict[Path, JsonValue] = {}
    when_present: tuple[Path, ...] = ()
    when_absent: tuple[Path, ...] = ()


class AttributeRow(Conditions):
    """How an attribute follows from a call; exactly one of the kinds is given.

    ``set``, ``add``, ``remove``, ``merge``, ``drop`` and ``hidden`` take a path or several, the first that is
    there; ``constant`` takes the value; ``clear`` takes true. ``hidden = []`` says that the call always
    changes the attribute and never says to what.
    """

    set: Paths | None = None
    add: Paths | None = None
    remove: Paths | None = None
    merge: Paths | None = None
    drop: Paths | None = None
    hidden: Paths | None = None
    constant: JsonValue = None
    clear: Literal[True] | None = None
    as_: Annotated[str, AfterValidator(_normaliser)] = Field("plain", alias="as")
    default: JsonValue = None
    fields: dict[str, str] = {}
    translate: dict[str, JsonValue] = {}
    key: str | None = None
    partial: bool = False
    change: ChangeType | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "AttributeRow":
        given = [name for name in _KINDS if name in self.model_fields_set]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(_KINDS)} is needed, not {given}")
        return self

    @property
    def kind(self) -> str:
        """The kind that the row gives."""
        return next(name for name in _KINDS if name in self.model_fields_set)


class WayRow(_Row):
    """A way in which Terraform may manage what a call changes."""

    types: Annotated[tuple[ProviderType, ...], Field(min_length=1)]
    ids: Annotated[tuple[Template, ...], Field(min_length=1)]
    attributes: dict[AttributePath, Path | AttributeRow] = {}
    change: ChangeType = ChangeType.MODIFIED
    requires: tuple[AttributePath, ...] = ()
    parent_types: tuple[ProviderType, ...] = ()
    parent_ids: tuple[Template, ...] = ()
    translator: Annotated[str, AfterValidator(_translator)] | None = None
    quiet: bool = False


class EventRow(WayRow, Conditions):
    """What the named events change; rows of the same name add up."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    each: Annotated[str, Field(pattern=r"^request(\.\w+)+$")] | None = None
    otherwise: tuple[WayRow, ...] = ()


class ServiceFile(_Row):
    """One AWS service: its rows, and what the model check must know of its spelling.

    ``model`` is the service's name in the AWS SDK. ``spelling`` gives, for a segment of a path that
    CloudTrail writes in a way that cannot be derived from the model, the model's own word; an empty one
    is a level that the model does not have. ``more_models`` are other services of the SDK whose calls
    have the same event source: Elastic Load Balancing has a classic one. ``operations`` gives the
    operation of an event of another name, with another model's name before a colon where it is of that.
    ``outside_model`` lists events that are no operations of today's models, each with a reason.
    """

    event_source: Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.amazonaws\.com$")]
    model: str
    more_models: tuple[str, ...] = ()
    not_changes: tuple[str, ...] = ()
    spelling: dict[str, str] = {}
    operations: dict[str, str] = {}
    outside_model: dict[str, str] = {}
    event: tuple[EventRow, ...] = ()


class SeverityRow(_Row):
    """When a finding is how severe."""

    severity: Severity
    reason: str
    types: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    changes: tuple[ChangeType, ...] = ()
    test: Annotated[str, AfterValidator(_test)] | None = None


class SeverityFile(_Row):
    """The severity rules, in the order in which they are tried."""

    rule: tuple[SeverityRow, ...]
