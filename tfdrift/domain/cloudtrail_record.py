"""A CloudTrail record, reduced to what drift detection reads."""

from dataclasses import dataclass, field
from datetime import datetime

from tfdrift.domain.identity import UserIdentity
from tfdrift.domain.json_value import JsonObject


@dataclass(frozen=True, slots=True)
class CloudTrailRecord:
    """One API call or event as CloudTrail recorded it.

    Source: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html

    `event_name` is normalised (a dated suffix is stripped), `raw_event_name` is as written. `account_id` is
    recipientAccountId. `request` and `response` are empty objects where the record has null or leaves them
    out; `parameters_omitted` is true where the request's are not known: CloudTrail left them out for their
    size or hid them, or a Falco alert did not carry them whole.
    """

    event_id: str
    event_time: datetime
    event_source: str
    event_name: str
    raw_event_name: str
    event_type: str
    region: str
    account_id: str
    identity: UserIdentity
    request: JsonObject
    response: JsonObject
    read_only: bool | None = None
    error_code: str | None = None
    error_message: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None
    invoked_by: str | None = None
    issuer_arn: str | None = None
    session_credential_from_console: bool = False
    event_category: str | None = None
    parameters_omitted: bool = False
    resource_arns: tuple[str, ...] = ()
    original_event_id: str | None = None
    service_event_details: JsonObject = field(default_factory=dict)
    additional_event_data: JsonObject = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """The identity under which a second delivery is recognised: (recipient account, event id)."""
        return (self.account_id, self.event_id)

    @property
    def order(self) -> tuple[datetime, str]:
        """The order of records: eventTime, then eventID, since eventTime has whole seconds only."""
        return (self.event_time, self.event_id)
