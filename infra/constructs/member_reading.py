"""The right to read members' objects: a bucket while it is its account's, a key by way of S3 alone."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.config import ConfigError
from infra.constructs.product_function import ProductFunction
from infra.members import MemberBucket

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters of a managed policy
# without white space, and managed policies of a role, of which CDK may need one itself.
_MOST_CHARACTERS = 6_144
_MOST_POLICIES = 9
_FRAME = len('{"Version":"2012-10-17","Statement":[]}')
_LONGEST_PARTITION = "aws-us-gov"
_KEYS_A_STATEMENT = 40


@dataclass(frozen=True, slots=True)
class _AccountsBuckets:
    """The buckets of one account."""

    account: str
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberReadingProps:
    """Who reads what; `lists` whether a missing object must be told from a forbidden one."""

    function: ProductFunction
    buckets: Sequence[MemberBucket]
    key_suffixes: tuple[str, ...]
    lists: bool


class MemberReading(Construct):
    """Policies of the function's role, with a statement for each account.

    The name of a bucket that was deleted is anybody's: the right holds while the bucket is that account's
    (``s3:ResourceAccount``).

    Raises
    ------
    ConfigError
        If the rights do not fit into the policies of one role.
    """

    def __init__(self, scope: Construct, construct_id: str, props: MemberReadingProps) -> None:
        super().__init__(scope, construct_id)
        self._props = props
        ordered = sorted(props.buckets, key=lambda member: (member.account, member.bucket))
        owners = [
            _AccountsBuckets(account, tuple(member.bucket for member in members))
            for account, members in groupby(ordered, key=lambda member: member.account)
        ]
        parts = list(self._parts(owners))
        if len(parts) > _MOST_POLICIES:
            raise ConfigError(
                f"the rights on {len(ordered)} buckets of members take {len(parts)} policies, "
                f"and a role has {_MOST_POLICIES}: name fewer buckets or fewer endings of keys"
            )
        for number, part in enumerate(parts, start=1):
            self._add_policy(f"Policy{number}", part)
        self._grant_keys(sorted({member.kms_key_arn for member in ordered if member.kms_key_arn}))

    def _add_policy(self, construct_id: str, part: Sequence[_AccountsBuckets]) -> None:
        policy = iam.ManagedPolicy(
            self,
            construct_id,
            description="Reads objects in buckets of other accounts and regions",
            statements=[iam.PolicyStatement.from_json(self._statement(each, None)) for each in part],
            roles=[self._props.function.role],
        )
        for name in (name for each in part for name in self._objects(each)):
            acknowledge(
                policy,
                f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::{name}]",
                "The keys' beginnings are the choice of the bucket's owner; their ending is named.",
            )

    def _statement(self, owner: _AccountsBuckets, partition: str | None) -> dict[str, object]:
        """Return what may be done with one account's buckets, in a partition or in the stack's own."""
        lists = self._props.lists
        names = [*(owner.buckets if lists else ()), *self._objects(owner)]
        return {
            "Action": ["s3:GetObject", "s3:GetObjectVersion", *(["s3:ListBucket"] if lists else [])],
            "Condition": {"StringEquals": {"s3:ResourceAccount": owner.account}},
            "Effect": "Allow",
            "Resource": [f"arn:{partition or Stack.of(self).partition}:s3:::{name}" for name in names],
        }

    def _objects(self, owner: _AccountsBuckets) -> list[str]:
        return [f"{name}/*{suffix}" for name in owner.buckets for suffix in self._props.key_suffixes]

    def _parts(self, owners: Sequence[_AccountsBuckets]) -> Iterator[list[_AccountsBuckets]]:
        """Yield the accounts in parts whose statements fit into a policy."""
        part: list[_AccountsBuckets] = []
        room = _MOST_CHARACTERS - _FRAME
        for owner in owners:
            statement = self._statement(owner, _LONGEST_PARTITION)
            size = len(json.dumps(statement, separators=(",", ":"))) + 1
            if part and size > room:
                yield part
                part, room = [], _MOST_CHARACTERS - _FRAME
            part.append(owner)
            room -= size
        yield part

    def _grant_keys(self, key_arns: Sequence[str]) -> None:
        for start in range(0, len(key_arns), _KEYS_A_STATEMENT):
            part = list(key_arns[start : start + _KEYS_A_STATEMENT])
            iam.Grant.add_to_principal(
                grantee=self._props.function.role,
                actions=["kms:Decrypt"],
                resource_arns=part,
                conditions={"StringEquals": {"kms:ViaService": _s3_of(part)}},
            ).assert_success()


def _s3_of(key_arns: Sequence[str]) -> list[str]:
    """Return the names by which KMS knows S3 in the keys' regions.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html (kms:ViaService)
    """
    places = {tuple(arn.split(":")[1:4:2]) for arn in key_arns}
    return sorted(
        f"s3.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}" for partition, region in places
    )
