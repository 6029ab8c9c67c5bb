"""Tells account and region of a state's resources that do not name them, by their provider configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.state_identifiers import account_of_caller, is_global, name_of_region
from tfdrift.domain.unique_ids import can_stand_in_several_accounts

# What these data sources read is the provider configuration's own account or region, beyond doubt:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/caller_identity and …/region
_CALLER = "aws_caller_identity"
_REGION = "aws_region"

# Resources whose ARN or owner is another account's: what was shared, offered or joined.
_FOREIGN = ("_accepter", "_acceptance", "_invitation", "_peering_connection", "aws_ram_")


@dataclass(slots=True)
class ProviderScope:
    """What a provider configuration's resources and data sources say of its account and its region."""

    resources: list[ManagedResource] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)

    @property
    def told_accounts(self) -> set[str]:
        """The accounts that the caller's data source names, or else the resources."""
        return self.callers or {
            resource.account_id
            for resource in self.resources
            if resource.account_id is not None and not _may_be_foreign(resource.resource_type)
        }

    @property
    def region(self) -> str | None:
        """The region, None where nothing tells it or, since provider v6, the resources lie in several."""
        told = {
            resource.region
            for resource in self.resources
            if resource.region is not None and not _may_be_foreign(resource.resource_type)
        }
        return _only(told) or (None if told else _only(self.regions))


@dataclass(slots=True)
class ProviderScopes:
    """The provider configurations of a state, by the text with which the state names them.

    A configuration has one account and, before provider v6, one region. So an attachment without an ARN lies
    where the configuration's other resources lie, and cannot be meant by another account's call that names
    the same role. Where they disagree nothing is inferred: a wrong look-up is worse than a wide one.

    `owner_id` is the account that the state belongs to, where that is known. Then no resource that goes by a
    name stays without an account, since it would be compared with the calls of all: every account may have a
    user ``deploy``. It lies where the rest of the state lies, or else in the owner's account.
    """

    owner_id: str | None = None

    _scopes: dict[str, ProviderScope] = field(default_factory=dict)

    def note(self, entry: JsonValue, resources: Sequence[ManagedResource]) -> None:
        """Take in an entry of the state's `resources` and the instances that were read from it."""
        if not isinstance(entry, dict):
            return
        name = entry.get("provider")
        if not isinstance(name, str):
            return
        if resources:
            self._scope(name).resources.extend(resources)
        elif entry.get("type") in (_CALLER, _REGION):
            self._note_data_source(self._scope(name), entry)

    def completed(self, resources: Iterable[ManagedResource]) -> list[ManagedResource]:
        """Return the resources with account and region where their configuration tells them.

        A global service's resources lie in no region, and those of S3 are found by names that are unique in
        all regions: they are given none.
        """
        places = self._by_address()
        return [_completed(resource, places) for resource in resources]

    def _scope(self, name: str) -> ProviderScope:
        return self._scopes.setdefault(name, ProviderScope())

    def _note_data_source(self, scope: ProviderScope, entry: JsonObject) -> None:
        instances = entry.get("instances")
        for instance in instances if isinstance(instances, list) else []:
            attributes = instance.get("attributes") if isinstance(instance, dict) else None
            if not isinstance(attributes, dict):
                continue
            account = account_of_caller(attributes)
            if entry.get("type") == _CALLER and account is not None:
                scope.callers.add(account)
            region = name_of_region(attributes)
            if entry.get("type") == _REGION and region is not None:
                scope.regions.add(region)

    def _by_address(self) -> dict[str, "_Place"]:
        elsewhere = set().union(*(scope.told_accounts for scope in self._scopes.values()))
        told: dict[str, _Place] = {}
        for scope in self._scopes.values():
            place = _Place(_only(scope.told_accounts), scope.region, self._assumed(scope, elsewhere))
            for resource in scope.resources:
                if resource.account_id is None or resource.region is None:
                    told[resource.address] = place
        return told

    def _assumed(self, scope: ProviderScope, elsewhere: set[str]) -> str | None:
        """Return the account of what goes by a name, where the configuration does not tell one account."""
        if self.owner_id is None:
            return None
        if scope.told_accounts:
            return self.owner_id if self.owner_id in scope.told_accounts else None
        return _only(elsewhere) or self.owner_id


@dataclass(frozen=True, slots=True)
class _Place:
    """What a configuration tells of its resources' place, and the account that is assumed without that."""

    account_id: str | None
    region: str | None
    assumed_account_id: str | None

    def account_of(self, resource: ManagedResource) -> str | None:
        if resource.account_id is not None or _may_be_foreign(resource.resource_type):
            return resource.account_id
        if self.account_id is not None:
            return self.account_id
        named = can_stand_in_several_accounts(resource.resource_type, resource.identifiers)
        return self.assumed_account_id if named else None

    def region_of(self, resource: ManagedResource) -> str | None:
        if resource.region is not None:
            return resource.region
        return None if is_global(resource.resource_type, resource.attributes) else self.region


def _completed(resource: ManagedResource, places: dict[str, _Place]) -> ManagedResource:
    place = places.get(resource.address)
    if place is None or not resource.resource_type.startswith("aws_"):
        return resource
    account, region = place.account_of(resource), place.region_of(resource)
    if (account, region) == (resource.account_id, resource.region):
        return resource
    return replace(resource, account_id=account, region=region)


def _may_be_foreign(resource_type: str) -> bool:
    return any(part in resource_type for part in _FOREIGN)


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
