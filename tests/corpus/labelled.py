"""The hand-made labels of the recorded writes, and how right the engine is about each of them.

A label says what a record changes in Terraform's terms, decided from the record and the provider's
documentation alone. The engine is asked about each labelled resource with a state that holds just that
resource, with another value of each labelled attribute.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.engine.scene import States
from tfdrift.catalog import load_catalog
from tfdrift.domain.cloudtrail_parser import InvalidRecord, parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.detection import StateValues, detect
from tfdrift.domain.drift import StateReference
from tfdrift.domain.finding import Finding
from tfdrift.domain.managed_resource import ManagedResource

LABELS = Path(__file__).parent / "labels"
_ACCOUNT = "123456789012"
_SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "unit/catalog/provider_schema.json").read_text("utf-8")
)["types"]


@dataclass(frozen=True, slots=True)
class Label:
    """A resource that a record changes, by hand (the files' headers say what the fields mean)."""

    line: int
    event: str
    types: tuple[str, ...]
    ids: tuple[str, ...]
    change: str
    fidelity: str
    attributes: dict[str, Any]
    secondary: bool = False
    or_nothing: bool = False
    others: tuple["Label", ...] = ()

    @property
    def carries_values(self) -> bool:
        """Whether the record tells all new values."""
        return self.change == "modified" and self.fidelity == "exact" and bool(self.attributes)


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A recorded write and its labels; none where it changes nothing that Terraform can manage."""

    record: CloudTrailRecord
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """How right the engine is about a label."""

    label: Label
    resource: bool
    values: bool


def labelled_records(recorded: Path) -> Iterator[LabelledRecord]:
    """Yield the labelled records that can be parsed; raises ValueError where a label is of another line."""
    lines = recorded.read_bytes().splitlines()
    for path in sorted(LABELS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["record"]:
            raw = lines[entry["line"] - 1]
            if hashlib.sha256(raw).hexdigest()[:12] != entry["sha256"]:
                raise ValueError(f"{path.name}: line {entry['line']} of the recording is another one")
            try:
                record = parse_record(json.loads(raw), default_account=_ACCOUNT)
            except InvalidRecord:
                continue
            yield LabelledRecord(record, tuple(_label(entry, given) for given in entry["resource"]))


def _label(entry: dict[str, Any], given: dict[str, Any]) -> Label:
    """Return a label with the other right views of the same change, which take over what they do not say."""
    common = {key: value for key, value in given.items() if key != "or"}
    others = tuple(_label(entry, {**common, **other}) for other in given.get("or", ()))
    ids = tuple(text for text in (given["id"], *given.get("other_ids", ())) if text)
    return Label(
        line=entry["line"],
        event=entry["event"],
        types=tuple(given["types"]),
        ids=ids,
        change=given["change"],
        fidelity=given["fidelity"],
        attributes=given["attributes"],
        secondary=given.get("secondary", False),
        or_nothing=given.get("or_nothing", False),
        others=others,
    )


def mark(record: CloudTrailRecord, label: Label) -> Mark:
    """Return how right the engine is, for the best of the views and types that the label allows."""
    views = [view for view in (label, *label.others) if view.ids]
    marks = [
        _mark(view, _findings(record, view, resource_type)) for view in views for resource_type in view.types
    ]
    best = max(marks, key=lambda one: (one.resource, one.values))
    return Mark(label, best.resource, best.values)


def state_before(labels: Sequence[Label]) -> dict[str, Any]:
    """Return a state file that holds each labelled resource as it was before the call."""
    return state_of(
        *((label.types[0], _attributes_before(label, label.types[0])) for label in labels if label.ids)
    )


def state_of(*resources: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a state file of resources, each given by its type and attributes."""
    return {
        "version": 4,
        "serial": 1,
        "lineage": "labelled",
        "resources": [
            {
                "mode": "managed",
                "type": resource_type,
                "name": f"labelled_{number}",
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": 1, "attributes": attributes}],
            }
            for number, (resource_type, attributes) in enumerate(resources)
        ],
    }


def _findings(record: CloudTrailRecord, label: Label, resource_type: str) -> Sequence[Finding]:
    states = States() if label.change == "created" else States([_resource(label, resource_type)])
    mappings = load_catalog().mappings(record.event_source, record.event_name)
    found = detect(record, mappings, states, StateValues()).findings
    of_part = label.fidelity == "event_only"
    return [
        one
        for one in found
        if one.managed or label.change == "created" or (of_part and one.parent is not None)
    ]


def _resource(label: Label, resource_type: str) -> ManagedResource:
    names = {part for text in label.ids for part in (text, text.rpartition("/")[2], text.rpartition(":")[2])}
    return ManagedResource(
        address=f"{resource_type}.labelled",
        resource_type=resource_type,
        resource_id=label.ids[0],
        provider="registry.terraform.io/hashicorp/aws",
        attributes=_attributes_before(label, resource_type),
        identifiers=tuple(sorted(names)),
        state=StateReference("labelled.tfstate", 1, "labelled"),
    )


def _attributes_before(label: Label, resource_type: str) -> dict[str, Any]:
    """Return the resource's attributes in a state from before the call; those without a label are unset."""
    before: dict[str, Any] = {}
    for path, wanted in label.attributes.items():
        _put(before, _steps(path), _value_before(wanted))
    return {**dict.fromkeys(_SCHEMA.get(resource_type, ())), **before, "id": label.ids[0]}


def _value_before(wanted: Any) -> Any:
    if isinstance(wanted, dict) and set(wanted) == {"add"}:
        return {} if isinstance(wanted["add"], dict) else []
    if isinstance(wanted, dict) and set(wanted) == {"remove"}:
        return wanted["remove"]
    if isinstance(wanted, list):
        return []
    return {"before": "before"} if isinstance(wanted, dict) else "before"


def _put(parent: Any, steps: Sequence[str], value: Any) -> None:
    """Put a value at a path; a number is a place in a list of blocks."""
    for here, following in zip(steps, [*steps[1:], ""], strict=True):
        fresh = value if not following else [] if following.isdigit() else {}
        if isinstance(parent, dict):
            parent = parent.setdefault(here, fresh)
        else:
            parent.extend({} for _ in range(len(parent), int(here) + 1))
            parent = parent[int(here)]


def _steps(path: str) -> list[str]:
    return re.sub(r"\[(\d+)\]", r".\1", path).split(".")


def _mark(label: Label, findings: Sequence[Finding]) -> Mark:
    if label.or_nothing and not findings:
        return Mark(label, resource=True, values=True)
    if label.change == "created":
        right = any(one.resource_type in label.types and one.resource_id in label.ids for one in findings)
        return Mark(label, right, values=right)
    if label.change == "deleted":
        return Mark(label, bool(findings), values=any(one.differs for one in findings))
    told = {one.attribute: one.actual for one in findings if one.attribute is not None}
    values = all(_told(told, path, wanted) for path, wanted in label.attributes.items())
    return Mark(label, bool(findings), values=values)


def _told(told: dict[str, Any], path: str, wanted: object) -> bool:
    """Return whether the findings tell the wanted value at a path, or at a part of one of theirs."""
    steps = _steps(path)
    for length in range(len(steps), 0, -1):
        for attribute, actual in told.items():
            if _steps(attribute) == steps[:length]:
                return _agrees(wanted, _inside(actual, steps[length:]))
    return _told_in_parts(told, path, wanted)


def _told_in_parts(told: dict[str, Any], path: str, wanted: object) -> bool:
    """Return whether the findings tell all parts of a wanted structure, each at its own path."""
    if isinstance(wanted, list):
        return bool(wanted) and all(_told(told, f"{path}.{place}", one) for place, one in enumerate(wanted))
    if isinstance(wanted, dict):
        return bool(wanted) and all(_told(told, f"{path}.{key}", one) for key, one in wanted.items())
    return False


def _inside(value: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _agrees(wanted: Any, actual: Any) -> bool:
    """Compare as Terraform does: text and numbers alike, lists in any order, JSON text as what it says.

    A structure of which there is one may stand without the list around it.
    """
    if isinstance(wanted, dict) and set(wanted) == {"hidden"}:
        return True
    if isinstance(wanted, dict) and set(wanted) in ({"add"}, {"remove"}):
        return (
            _contains(actual, wanted["add"]) if "add" in wanted else not _contains(actual, wanted["remove"])
        )
    wanted, actual = _opened(wanted), _opened(actual)
    if _is_void(wanted) and _is_void(actual):
        return True
    if isinstance(wanted, list) and len(wanted) == 1 and isinstance(actual, dict):
        return _agrees(wanted[0], actual)
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            _agrees(value, actual.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(actual) == len(wanted) and _contains(actual, wanted)
    return _plain(wanted) == _plain(actual)


def _contains(actual: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            _agrees(value, actual.get(key)) for key, value in wanted.items()
        )
    items = actual if isinstance(actual, list) else []
    return all(any(_agrees(one, item) for item in items) for one in wanted)


def _is_void(value: Any) -> bool:
    """Return whether a value says nothing; a block in a block does, by being there."""
    if isinstance(value, dict):
        return all(inner != {} and inner != [{}] and _is_void(inner) for inner in value.values())
    if isinstance(value, list):
        return all(_is_void(inner) for inner in value)
    return value in (None, "")


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower()
