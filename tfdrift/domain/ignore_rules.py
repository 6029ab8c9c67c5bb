"""Rules that hide expected changes: the syntax of driftctl's .driftignore, with principals and origins."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tfdrift.domain.drift import Origin
from tfdrift.domain.finding import Finding
from tfdrift.domain.identity import UserIdentity

_SCOPES = ("principal:", "origin:")


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of the rules: its number (from 1), its text, and whether it takes findings back in (``!``)."""

    line: int
    text: str
    negated: bool
    scope: str
    patterns: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    r"""The rules in their order; of those that fit a finding the last one decides.

    Source of the syntax: https://docs.driftctl.com/0.40.0/usage/filtering/driftignore and the case
    https://github.com/hashicorp/terraform/issues/28803. A line is ``type.id`` or ``type.id.attribute.path``;
    ``*`` stands for any text, ``\.`` for a dot within an id, ``#`` begins a comment, ``!`` takes back in.
    The id may be the resource's id, its address, or its address without the type. A rule without an
    attribute hides the resource; one with an attribute hides that attribute and all below it. Two kinds of
    lines go beyond driftctl: ``principal:<ARN or name glob>`` and ``origin:<kind>``.
    """

    rules: tuple[IgnoreRule, ...] = ()

    def deciding(self, finding: Finding, identity: UserIdentity, origin: Origin) -> IgnoreRule | None:
        """Return the rule that hides a finding, or None where it is to be reported."""
        decision = None
        for rule in self.rules:
            if _fits(rule, finding, identity, origin):
                decision = None if rule.negated else rule
        return decision


def parse_ignore_rules(text: str) -> IgnoreRules:
    """Return the rules of a .driftignore file's text; empty lines and comments are none."""
    parsed = (_parse_line(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return IgnoreRules(tuple(rule for rule in parsed if rule is not None))


def _parse_line(number: int, line: str) -> IgnoreRule | None:
    if not line or line.startswith("#"):
        return None
    negated = line.startswith("!")
    body = line.removeprefix("!")
    for scope in _SCOPES:
        if body.startswith(scope):
            return IgnoreRule(number, line, negated, scope, (_glob(body.removeprefix(scope)),))
    return IgnoreRule(number, line, negated, "", tuple(_glob(part) for part in _split(body)))


def _split(body: str) -> list[str]:
    """Split at the first two dots that are not escaped: type, id, and the attribute's whole path."""
    parts = re.split(r"(?<!\\)\.", body, maxsplit=2)
    return [part.replace("\\.", ".") for part in parts]


def _glob(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", text)), re.DOTALL)


def _fits(rule: IgnoreRule, finding: Finding, identity: UserIdentity, origin: Origin) -> bool:
    if rule.scope == "origin:":
        return _any_matches(rule.patterns[0], [origin.kind.value])
    if rule.scope == "principal:":
        return _any_matches(rule.patterns[0], [identity.arn, identity.user_name, identity.principal_id])
    type_pattern, *rest = rule.patterns
    if not type_pattern.fullmatch(finding.resource_type):
        return False
    if rest and not _any_matches(rest[0], _names(finding)):
        return False
    return len(rest) < 2 or _attribute_fits(rest[1], finding.attribute)


def _names(finding: Finding) -> list[str | None]:
    """Return what a rule may call a resource: id, address, and the address without the type."""
    address = finding.address
    short = None
    if address is not None:
        short = address.rpartition(f"{finding.resource_type}.")[2]
    return [finding.resource_id, address, short]


def _attribute_fits(pattern: re.Pattern[str], attribute: str | None) -> bool:
    """Return whether the pattern names the attribute or one that it lies in (``tags``: ``tags.Name``)."""
    if attribute is None:
        return False
    path = re.sub(r"\[(\d+)\]", r".\1", attribute)
    steps = path.split(".")
    below = [".".join(steps[: count + 1]) for count in range(len(steps))]
    without_index = [step for step in steps if not step.isdigit()]
    below += [".".join(without_index[: count + 1]) for count in range(len(without_index))]
    return _any_matches(pattern, [attribute, *below])


def _any_matches(pattern: re.Pattern[str], texts: Iterable[str | None]) -> bool:
    return any(text is not None and pattern.fullmatch(text) is not None for text in texts)
