"""An installation's own severity rules, which come before the catalog's."""

from dataclasses import replace

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import Finding
from tfdrift.domain.mapping import SeverityRules
from tfdrift.domain.severity import Judged, first_fitting


def judged_by(rules: SeverityRules, finding: Finding, record: CloudTrailRecord) -> Finding:
    """Return the finding with the severity and the reason of the first rule that fits.

    Without one it keeps what the catalog says. A call that set Terraform's own value back is judged by none:
    the drift that it ends keeps the severity that it had.
    """
    if not rules or not finding.differs:
        return finding
    judged = Judged(
        finding.resource_type,
        finding.attribute,
        record.event_name,
        finding.change_type,
        finding.expected,
        finding.actual,
        differs=finding.differs,
        account_id=record.account_id,
    )
    rule = first_fitting(judged, rules)
    if rule is None:
        return finding
    return replace(finding, severity=rule.severity, severity_reason=f"{rule.reason} (the severity rules)")
