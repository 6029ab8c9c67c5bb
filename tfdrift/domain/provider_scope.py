"""Tells account and region of a state's resources that do not name them, by their provider configuration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tfdrift.domain.json_value import JsonObject, JsonValue
from tfdrift.domain.managed_resource import ManagedResource
from tfdrift.domain.state_identifiers import account_of_caller, is_global, name_of_region

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
    def account_id(self) -> str | None:
        """The account, None where nothing tells it or the resources disagree."""
        told = {
            resource.account_id
            for resource in self.resources
            if resource.account_id is not None and not _may_be_foreign(resource.resource_type)
        }
        return _only(self.callers) or _only(told)

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
    """

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
        scopes = self._by_address()
        return [_completed(resource, scopes) for resource in resources]

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

    def _by_address(self) -> dict[str, tuple[str | None, str | None]]:
        told: dict[str, tuple[str | None, str | None]] = {}
        for scope in self._scopes.values():
            both = (scope.account_id, scope.region)
            for resource in scope.resources:
                if resource.account_id is None or resource.region is None:
                    told[resource.address] = both
        return told


def _completed(
    resource: ManagedResource, scopes: dict[str, tuple[str | None, str | None]]
) -> ManagedResource:
    if resource.address not in scopes or not resource.resource_type.startswith("aws_"):
        return resource
    account, region = scopes[resource.address]
    account = resource.account_id or (None if _may_be_foreign(resource.resource_type) else account)
    region = resource.region or (None if is_global(resource.resource_type, resource.attributes) else region)
    if (account, region) == (resource.account_id, resource.region):
        return resource
    return replace(resource, account_id=account, region=region)


def _may_be_foreign(resource_type: str) -> bool:
    return any(part in resource_type for part in _FOREIGN)


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
