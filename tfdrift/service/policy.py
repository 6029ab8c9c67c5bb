"""What an installation decides: which changes are expected, who may run Terraform, how secrets are hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from tfdrift.domain.fingerprint import Fingerprint
from tfdrift.domain.ignore_rules import IgnoreRules
from tfdrift.domain.mapping import NO_RULES, EventMapping, SeverityRules

DEFAULT_GRACE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Policy:
    """The decisions of an installation.

    Attributes
    ----------
    fingerprint
        Hides secrets (decision 9); its key must be the same wherever states and calls are read.
    ignore
        Rules that hide expected changes.
    terraform_principals
        ARN globs of the roles that may run Terraform; empty restricts nothing.
    grace
        How long a call of Terraform's own waits for the state that explains it.
    severities
        Rules that come before the catalog's own, in their order.
    """

    fingerprint: Fingerprint
    ignore: IgnoreRules = field(default_factory=IgnoreRules)
    terraform_principals: tuple[str, ...] = ()
    grace: timedelta = DEFAULT_GRACE
    severities: SeverityRules = NO_RULES


class EventCatalog(Protocol):
    """The catalog of events, as far as the use cases need it."""

    def mappings(self, event_source: str, event_name: str) -> Sequence[EventMapping]:
        """Return the rows of an event."""
        ...

    def sources_of(self, event_name: str) -> Sequence[str]:
        """Return the event sources that have an operation of that name."""
        ...
