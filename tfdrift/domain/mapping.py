"""A row of the catalog: which resources an event changes, which attributes, and where the values stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from tfdrift.domain.drift import ChangeType, Severity
from tfdrift.domain.json_value import JsonValue

ANY_TYPE = "*"
"""Stands for whatever type a state holds under the id: tagging calls name any resource."""


class AttributeKind(StrEnum):
    """How a call's parameters become the attribute's new value."""

    SET = "set"
    """The value is the parameter."""
    CONSTANT = "constant"
    """The value is the row's constant: an event that says it by its name."""
    CLEAR = "clear"
    """The value is gone."""
    ADD = "add"
    """The elements at the path join the list or set."""
    REMOVE = "remove"
    """The elements at the path leave the list or set."""
    MERGE = "merge"
    """The entries at the path join the map, or the blocks that have the same `key`."""
    DROP = "drop"
    """The keys at the path leave the map, or the blocks that have such a `key`."""
    HIDDEN = "hidden"
    """The attribute changed, and CloudTrail does not record the value."""


class ConditionTest(StrEnum):
    """How a condition looks at a parameter."""

    PRESENT = "present"
    ABSENT = "absent"
    EQUALS = "equals"


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a parameter for a rule to apply; of a list of values, it must have one."""

    path: str
    test: ConditionTest
    value: JsonValue = None


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """How one Terraform attribute follows from a call.

    Attributes
    ----------
    attribute
        A Terraform path (``metadata_options[0].http_tokens``).
    paths
        Where the parameter stands, first that is there: ``request.instanceType.value``. See
        `tfdrift.domain.parameters`.
    normaliser
        The name of the normaliser that both sides pass before they are compared.
    default
        What null, absent and empty mean for this attribute.
    constant
        The value of a `constant` rule.
    fields
        Terraform's key → path relative to an element: makes blocks out of a list of structures.
    translate
        AWS's word → Terraform's, for enumerations.
    key
        The block's key by which `merge` and `drop` recognise a block.
    when
        Conditions, all of which must hold.
    change
        What happens to the resource, where it is not what the way says.
    partial
        The value's shape is not wholly Terraform's: that it differs is not certain, that it is equal is.
    """

    attribute: str
    kind: AttributeKind = AttributeKind.SET
    paths: tuple[str, ...] = ()
    normaliser: str = "plain"
    default: JsonValue = None
    constant: JsonValue = None
    fields: tuple[tuple[str, str], ...] = ()
    translate: tuple[tuple[str, JsonValue], ...] = ()
    key: str | None = None
    when: tuple[Condition, ...] = ()
    change: ChangeType | None = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """One way in which Terraform may manage what a call changes.

    Attributes
    ----------
    types
        Provider types, the first that a state holds under the id is meant.
    ids
        Templates of the id: a path (``request.groupId``), or text with paths in braces
        (``{request.roleName}/{request.policyArn}``); a path may end in ``|form`` (see
        `tfdrift.domain.parameters`). Every id is tried.
    parent_types, parent_ids
        The resource that an unmanaged one belongs to.
    requires
        Attributes that the state must hold, else the next way is tried.
    translator
        The name of a translation in code (see `tfdrift.domain.detection`) that takes the row's place.
    quiet
        A call that sets none of the attributes is not about this way: nothing is said of it.
    """

    types: tuple[str, ...]
    ids: tuple[str, ...]
    attributes: tuple[AttributeRule, ...] = ()
    change: ChangeType = ChangeType.MODIFIED
    parent_types: tuple[str, ...] = ()
    parent_ids: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    translator: str | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that a call changes, by the ways to manage it in Terraform; the first that fits counts.

    `each` is the path of a list of parameters, each element of which is followed as if it were the only one.
    """

    ways: tuple[ResourceRule, ...]
    when: tuple[Condition, ...] = ()
    each: str | None = None


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """When a finding is how severe; the first rule of the list that fits decides.

    An empty tuple fits anything. `resource_types` and `attributes` are globs; the attribute ``-`` is the
    resource as a whole. `test` names a predicate of `tfdrift.domain.severity` over the finding's values.
    """

    severity: Severity
    reason: str
    resource_types: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    event_names: tuple[str, ...] = ()
    change_types: tuple[ChangeType, ...] = ()
    test: str | None = None


class SeverityRules(tuple[SeverityRule, ...]):
    """Severity rules in their order, which know those that can fit findings of the same kind.

    A catalog has dozens of rules; of one attribute of one type a handful can be meant. Which those are is
    remembered, for a bounded number of kinds.
    """

    _MOST_KINDS = 65_536

    def __init__(self, _rules: Iterable[SeverityRule] = ()) -> None:
        self._about: dict[tuple[str, str, str, ChangeType], tuple[SeverityRule, ...]] = {}

    def about(
        self, resource_type: str, attribute: str, event_name: str, change: ChangeType
    ) -> tuple[SeverityRule, ...]:
        """Return the rules that fit such a finding, whatever its values, but for their tests."""
        kind = (resource_type, attribute, event_name, change)
        found = self._about.get(kind)
        if found is None:
            found = tuple(
                rule
                for rule in self
                if _any_glob(rule.resource_types, resource_type)
                and _any_glob(rule.attributes, attribute)
                and (not rule.event_names or event_name in rule.event_names)
                and (not rule.change_types or change in rule.change_types)
            )
            if len(self._about) < self._MOST_KINDS:
                self._about[kind] = found
        return found


NO_RULES = SeverityRules()


def _any_glob(globs: tuple[str, ...], text: str) -> bool:
    return not globs or any(fnmatchcase(text, glob) for glob in globs)


@dataclass(frozen=True, slots=True)
class EventMapping:
    """What one event means for Terraform's resources.

    `changes` is False for calls that write but change no configuration (data, restarts): they are counted and
    never findings.
    """

    event_source: str
    event_name: str
    targets: tuple[Target, ...] = ()
    changes: bool = True
    severities: SeverityRules = field(default=NO_RULES, repr=False)
