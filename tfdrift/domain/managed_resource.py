"""A resource that Terraform manages, as the state index returns it."""

from dataclasses import dataclass

from tfdrift.domain.drift import StateReference
from tfdrift.domain.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class ManagedResource:
    """One resource instance of one Terraform state.

    `address` holds module path and index key (``module.web["a.b"].aws_instance.x[0]``). `resource_id` is the
    state's own ``id`` attribute. `attributes` has secrets already replaced by fingerprints. `account_id` and
    `region` are None where neither an ARN nor another attribute tells. `identifiers` holds every id the
    resource goes by. `depends_on` are addresses. A wrong look-up is worse than a missing one: only ids that
    the type really goes by are identifiers.
    """

    address: str
    resource_type: str
    resource_id: str
    provider: str
    attributes: JsonObject
    identifiers: tuple[str, ...]
    state: StateReference
    account_id: str | None = None
    region: str | None = None
    depends_on: tuple[str, ...] = ()
