"""The shapes of the REST answers, as the API's description documents them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tfdrift.rest.shapes import Moment


class _Model(BaseModel):
    model_config = ConfigDict(extra="allow")


class IdentityModel(_Model):
    """Who made the call."""

    type: str
    user_name: str | None
    arn: str | None
    principal_id: str | None
    account_id: str | None
    session_name: str | None
    mfa: bool | None


class OriginModel(_Model):
    """By what means the call was made, and the facts that say so."""

    kind: str
    evidence: list[str]
    confidence: Literal["high", "medium", "low"]


class CauseModel(_Model):
    """The API call that made the drift."""

    event_id: str
    event_source: str
    event_name: str
    request_id: str | None


class StateReferenceModel(_Model):
    """The state version that Terraform's value was read from."""

    bucket: str | None
    key: str
    serial: int
    lineage: str
    version_id: str | None


class ResolutionModel(_Model):
    """How a drift ended."""

    how: Literal["applied", "reverted", "adopted", "ignored"]
    by: str | None
    at: Moment


class HolderModel(_Model):
    """Another state that holds the same resource."""

    resource_address: str
    state: StateReferenceModel


class AcknowledgementModel(_Model):
    """That a person took note of a drift."""

    by: str
    at: Moment
    note: str | None
    until: Moment | None


class ImportModel(_Model):
    """How Terraform may take over what was created without it; null where it cannot be imported."""

    address: str
    id: str | None
    block: str | None


class HistoryEntryModel(_Model):
    """One step of a drift's life; the event holds the whole record as it was then."""

    transition: Literal["opened", "updated", "reopened", "resolved", "acknowledged"]
    status: Literal["open", "acknowledged", "resolved"]
    at: Moment
    by: str | None
    reason: str | None
    event_id: str


class DriftModel(_Model):
    """One attribute of one resource that differs from what Terraform expects."""

    id: str
    status: Literal["open", "acknowledged", "resolved"]
    change_type: Literal["created", "modified", "deleted"]
    severity: Literal["critical", "high", "medium", "low", "info"]
    severity_reason: str
    provider: str
    account_id: str
    region: str
    resource_type: str
    resource_id: str
    resource_address: str | None
    managed: bool
    attribute: str | None
    old_value: Any = Field(description="Terraform's value.")
    new_value: Any = Field(description="The value in AWS now.")
    user_identity: IdentityModel
    origin: OriginModel
    source_ip: str | None
    user_agent: str | None
    timestamp: Moment
    detected_at: Moment
    cause: CauseModel
    state: StateReferenceModel | None
    fidelity: Literal["exact", "partial", "event_only", "omitted"]
    resolution: ResolutionModel | None
    kind: Literal["drift", "unmanaged"]
    group: str = Field(description="The same for all that one call did.")
    also_managed_by: list[HolderModel]
    report_reason: str | None = Field(description="Why a call of Terraform's own is reported.")
    acknowledgement: AcknowledgementModel | None
    import_: ImportModel | None = Field(alias="import")


class DriftDetailModel(DriftModel):
    """A drift with its history."""

    history: list[HistoryEntryModel] = Field(description="The last hundred steps, oldest first.")


class IgnoreRuleModel(_Model):
    """A line of the ignore rules, counted from 1, as it was then."""

    line: int
    rule: str


class HiddenChangeModel(DriftModel):
    """What would have been a drift, and the rule that hid it."""

    ignored_by: IgnoreRuleModel


class UnmanagedGroupModel(_Model):
    """What one call created without Terraform."""

    group: str
    severity: Literal["critical", "high", "medium", "low", "info"]
    timestamp: Moment
    cause: CauseModel
    user_identity: IdentityModel
    origin: OriginModel
    drifts: list[DriftModel]
    import_blocks: str = Field(description="The import blocks of all that can be imported.")


class EventModel(BaseModel):
    """One event of the feed, as the stream delivered it."""

    event_id: str
    type: Literal["drift", "falco", "state_change"]
    timestamp: Moment
    severity: str | None
    resource_type: str | None
    account_id: str | None
    payload: dict[str, Any]


class StateModel(BaseModel):
    """One indexed state."""

    bucket: str | None
    key: str
    serial: int
    lineage: str
    version_id: str | None
    terraform_version: str | None
    resource_count: int
    accounts: list[str] = Field(description="The accounts that its resources are known to lie in.")
    indexed_at: Moment


class ResourceModel(BaseModel):
    """One resource instance of one state; secrets are fingerprints."""

    address: str
    resource_type: str
    resource_id: str
    provider: str
    account_id: str | None
    region: str | None
    identifiers: list[str]
    depends_on: list[str]
    state: StateReferenceModel
    attributes: dict[str, Any]


class StatsModel(BaseModel):
    """Figures over all; all but `by_status` count the drifts that are not over."""

    by_status: dict[str, int]
    by_severity: dict[str, int]
    by_resource_type: dict[str, int]
    by_account: dict[str, int]
    by_origin: dict[str, int]
    unmanaged: int
    events_by_type: dict[str, int]
    states: int
    resources: int
    at_least: list[str] = Field(
        description="The counts, such as `events_by_type.drift`, that are lower bounds."
    )


class ProviderModel(BaseModel):
    """A Terraform provider, and how many resources of how many types the states hold of it."""

    name: str
    resources: int
    resource_types: int


class HealthModel(BaseModel):
    """That the process answers, and which version it is."""

    status: Literal["ok"]
    version: str


class RejectedAlertModel(BaseModel):
    """An alert of a list that could not be taken: its position and what is wrong with it."""

    index: int
    reason: str


class FalcoReceiptModel(BaseModel):
    """What became of the alerts of a request."""

    received: int
    stored: int
    duplicates: int
    rejected: list[RejectedAlertModel]
