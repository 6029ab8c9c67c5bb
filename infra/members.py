"""Buckets that lie with other accounts of the organisation, or in other regions, as options."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

BucketName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
KeyArn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]{1,64}$")]
StatePlace = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^=,]*$")]

# So many fit into the policies of one role, and their accounts into the settings of one function.
MOST_MEMBER_BUCKETS = 150


class MemberBucket(BaseModel):
    """A bucket, the account that it belongs to, and the KMS key of its objects if they have a customer's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bucket: BucketName
    account: AccountId
    kms_key_arn: KeyArn | None = None


MemberBuckets = Annotated[tuple[MemberBucket, ...], Field(max_length=MOST_MEMBER_BUCKETS)]


def accounts_of(buckets: Iterable[MemberBucket]) -> tuple[str, ...]:
    """Return the accounts that buckets belong to, each once, sorted."""
    return tuple(sorted({bucket.account for bucket in buckets}))
