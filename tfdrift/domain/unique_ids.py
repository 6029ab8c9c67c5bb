"""Tells ids that AWS gives to one resource in the world from names that every account may use."""

import re
from collections.abc import Iterable

# EC2's ids (sg-…, rtb-…) of 8 or 17 digits, also within composed ones as "rtb-…_0.0.0.0/0"; the provider's
# hash of a group and its rule; UUIDs, as of keys and event source mappings; the ids of hosted zones.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_GIVEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"[a-z][a-z0-9]*-(?:[0-9a-f]{17}|[0-9a-f]{8}(?![0-9A-Za-z-]))"
    r"|sgrule-[0-9]+"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|Z[0-9A-Z]{12,31}(?![0-9A-Za-z])"
    r")"
)
# The name of a bucket is unique in a partition:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_OF_BUCKETS = ("aws_s3_bucket", "aws_s3_object")


def can_stand_in_several_accounts(resource_type: str, identifiers: Iterable[str]) -> bool:
    """Return whether another account may have a resource that goes by one of these ids."""
    if resource_type.startswith(_OF_BUCKETS):
        return False
    return not all(_GIVEN.search(identifier) for identifier in identifiers)
