"""How dangerous a finding is: the catalog's rules, and the tests over values that they name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tfdrift.domain.comparison import is_empty
from tfdrift.domain.drift import ChangeType, Severity
from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.mapping import SeverityRule, SeverityRules
from tfdrift.domain.normalisers.plain import plain
from tfdrift.domain.normalisers.policy import policy
from tfdrift.domain.rule_set import RuleAtom, atoms_of_blocks

WHOLE_RESOURCE = "-"
_DEFAULT = (Severity.MEDIUM, "an attribute that Terraform manages was changed")
_RESTORED = (Severity.INFO, "the call set Terraform's own value")
_DELETED = (Severity.HIGH, "a resource that Terraform manages was deleted")
TOUCHED = (Severity.LOW, "a managed resource was touched by an event whose attributes are not mapped")
_GRAVE = frozenset({Severity.CRITICAL, Severity.HIGH})
_WORLD = frozenset({"0.0.0.0/0", "::/0"})
_OFF = (False, "Suspended", "Disabled", "DISABLED", "INACTIVE", "OFF", "PAUSED")
_ADMIN_PORTS = (22, 3389)
_PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
_PUBLIC_GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_ADMIN_POLICIES = (":policy/AdministratorAccess", ":policy/IAMFullAccess", ":policy/PowerUserAccess")


class Judged(NamedTuple):
    """What of a finding decides its severity."""

    resource_type: str
    attribute: str | None
    event_name: str
    change_type: ChangeType
    expected: JsonValue
    actual: JsonValue
    differs: bool
    account_id: str


def severity_of(judged: Judged, rules: SeverityRules) -> tuple[Severity, str]:
    """Return the severity and its reason by the first rule that fits, medium if none does.

    The loss of a whole resource is high at least.
    """
    if not judged.differs:
        return _RESTORED
    rule = first_fitting(judged, rules)
    severity, reason = _DEFAULT if rule is None else (rule.severity, rule.reason)
    if _is_deletion(judged) and severity not in _GRAVE:
        return _DELETED
    return severity, reason


def severity_of_touch(judged: Judged, rules: SeverityRules) -> tuple[Severity, str]:
    """Return the severity of an event of which no attribute is known: by a rule that names it, else low."""
    about = rules.about(judged.resource_type, WHOLE_RESOURCE, judged.event_name, judged.change_type)
    rule = next((rule for rule in about if rule.event_names and rule.test is None), None)
    return TOUCHED if rule is None else (rule.severity, rule.reason)


def first_fitting(judged: Judged, rules: SeverityRules) -> SeverityRule | None:
    """Return the first rule that fits a finding, None if none does."""
    attribute = judged.attribute or WHOLE_RESOURCE
    for rule in rules.about(judged.resource_type, attribute, judged.event_name, judged.change_type):
        if rule.test is None or TESTS[rule.test](judged):
            return rule
    return None


def _is_deletion(judged: Judged) -> bool:
    return judged.attribute is None and judged.change_type is ChangeType.DELETED


def _opens_admin_port(judged: Judged) -> bool:
    """Return whether a rule that Terraform does not have opens SSH, RDP or everything to the world."""
    return any(
        atom.source in _WORLD and (atom.protocol == "-1" or atom.covers(_ADMIN_PORTS))
        for atom in _new_atoms(judged)
    )


def _opens_to_world(judged: Judged) -> bool:
    return any(atom.source in _WORLD for atom in _new_atoms(judged))


def _new_atoms(judged: Judged) -> list[RuleAtom]:
    before = {atom.bare() for atom in atoms_of_blocks(judged.expected, "")}
    return [atom for atom in atoms_of_blocks(judged.actual, "") if atom.bare() not in before]


def _is_world(judged: Judged) -> bool:
    values = judged.actual if isinstance(judged.actual, list) else [judged.actual]
    return any(isinstance(value, str) and value in _WORLD for value in values)


def _grants_public(judged: Judged) -> bool:
    """Return whether a resource policy allows anybody, under no condition."""
    return any(
        "*" in _principals(statement) and not statement.get("Condition")
        for statement in _allowing(judged.actual)
    )


def _grants_everything(judged: Judged) -> bool:
    """Return whether an identity policy allows all actions on all resources."""
    documents = [_document_of(item) for item in _list(judged.actual)]
    return any(
        statement.get("Action") in (["*"], ["*:*"]) and "*" in _list(statement.get("Resource"))
        for document in documents
        for statement in _allowing(document)
    )


def _document_of(value: JsonValue) -> JsonValue:
    """Return the document of a role's inline policy block, or the value itself."""
    return value["policy"] if isinstance(value, dict) and "policy" in value else value


def _trusts_foreigner(judged: Judged) -> bool:
    """Return whether a trust policy newly lets in another account, or anybody."""
    before = {who for statement in _allowing(judged.expected) for who in _principals(statement)}
    now = {who for statement in _allowing(judged.actual) for who in _principals(statement)}
    return any(_is_foreign(who, judged.account_id) for who in now - before)


def _is_foreign(principal: str, account_id: str) -> bool:
    parts = principal.split(":")
    return principal == "*" or (len(parts) >= 6 and parts[4] not in ("", account_id))


def _allowing(value: JsonValue) -> list[JsonObject]:
    canonical = policy(value)
    if not isinstance(canonical, dict):
        return []
    return [
        s for s in _list(canonical.get("Statement")) if isinstance(s, dict) and s.get("Effect") == "Allow"
    ]


def _principals(statement: JsonObject) -> list[str]:
    principal = statement.get("Principal")
    named = _list(principal.get("AWS")) if isinstance(principal, dict) else [principal]
    return [who for who in named if isinstance(who, str)]


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_public_acl(judged: Judged) -> bool:
    return judged.actual in _PUBLIC_ACLS if isinstance(judged.actual, str) else _names_public(judged.actual)


def _names_public(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(_names_public(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_names_public(inner) for inner in value)
    return isinstance(value, str) and value.endswith(_PUBLIC_GROUPS)


def _is_admin_policy(judged: Judged) -> bool:
    before = {value for value in _list(judged.expected) if isinstance(value, str)}
    now = {value for value in _list(judged.actual) if isinstance(value, str)}
    return any(part.endswith(_ADMIN_POLICIES) for value in now - before for part in value.split(","))


def _is_shared_publicly(judged: Judged) -> bool:
    return isinstance(judged.actual, str) and ("all" in (judged.actual[:3], judged.actual[-3:]))


def _is_switched_off(judged: Judged) -> bool:
    return is_empty(judged.actual) or judged.actual in _OFF


def _is_shared_with_all(judged: Judged) -> bool:
    return "all" in _list(judged.actual) and "all" not in _list(judged.expected)


TESTS: Mapping[str, Callable[[Judged], bool]] = MappingProxyType(
    {
        "opens_admin_port": _opens_admin_port,
        "opens_to_world": _opens_to_world,
        "is_world": _is_world,
        "grants_public": _grants_public,
        "grants_everything": _grants_everything,
        "trusts_foreigner": _trusts_foreigner,
        "is_public_acl": _is_public_acl,
        "is_admin_policy": _is_admin_policy,
        "is_shared_with_all": _is_shared_with_all,
        "is_shared_publicly": _is_shared_publicly,
        "is_switched_off": _is_switched_off,
        "is_optional": lambda judged: judged.actual == "optional",
        "is_open_url": lambda judged: judged.actual == "NONE",
        "is_true": lambda judged: plain(judged.actual) is True,
        "is_false": lambda judged: plain(judged.actual) in (False, None, ""),
        "is_gone": lambda judged: is_empty(judged.actual),
    }
)
"""The tests that a severity rule may name."""
