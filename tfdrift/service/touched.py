"""Names what a call touches, by which the calls that matter to one another are found among all that wait."""

import json
import re
from collections.abc import Iterable, Iterator

from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.finding import Finding
from tfdrift.domain.lifecycle import resource_key

# Ids as EC2 gives them: a rule's removal may name the rule alone, its making named the group.
_GIVEN_ID = re.compile(r"\b[a-z]{1,16}-(?:[0-9a-f]{17}|[0-9a-f]{8})\b")


def touched(record: CloudTrailRecord, findings: Iterable[Finding]) -> frozenset[str]:
    """Return names of the resources that a call touches: two calls to the same one share a name.

    It is no harm if calls share one that do not matter to each other, as those in one VPC.
    """
    names = {name for finding in findings for name in _names(record, finding)}
    for part in (record.request, record.response):
        names.update(_GIVEN_ID.findall(json.dumps(part)))
    return frozenset(name for name in names if name)


def _names(record: CloudTrailRecord, finding: Finding) -> Iterator[str]:
    yield resource_key(finding, record).hash
    # The same thing may be of another type once a state says so: a bucket's policy, or the bucket itself.
    yield finding.resource_id
    for resource in (finding.resource, finding.parent, *finding.also):
        if resource is not None:
            yield from resource.identifiers
