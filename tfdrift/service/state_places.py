"""Which buckets states are taken from, and which account's resources the states there are of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StatePlaces:
    """The places that a deployment was told of.

    Attributes
    ----------
    buckets
        The deployment's own buckets; without any, and without `member_accounts`, every bucket is one.
    member_accounts
        Accounts that forward the events of their state buckets: of which buckets, the rules of the central
        bus and the right to read decide.
    accounts
        ``bucket/beginning of the key`` to the account whose resources the states there are of, where that is
        not the bucket's owner. The longest that fits counts.
    """

    buckets: Collection[str] = ()
    member_accounts: Collection[str] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)

    def watches(self, bucket: str, bucket_owner_id: str | None) -> bool:
        """Return whether states of a bucket are taken."""
        if not self.buckets and not self.member_accounts:
            return True
        return bucket in self.buckets or bucket_owner_id in self.member_accounts

    def owner_of(self, bucket: str, key: str, bucket_owner_id: str | None) -> str | None:
        """Return the account that a state belongs to, None where nobody said whose the bucket is."""
        place = f"{bucket}/{key}"
        fitting = [start for start in self.accounts if place.startswith(start)]
        return self.accounts[max(fitting, key=len)] if fitting else bucket_owner_id
