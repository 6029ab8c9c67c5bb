"""A DynamoDB table as the product keeps them: on demand, encrypted, recoverable, retained."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.encryption import Encryption
from infra.constructs.table_access import TableAccess
from tfdrift.adapters.table_schema import TableSchema

_READ_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords")


class ProductTable(Construct):
    """One table of the schema that the product's adapters use; deleting the stack leaves it and its data."""

    def __init__(
        self, scope: Construct, construct_id: str, schema: TableSchema, encryption: Encryption
    ) -> None:
        super().__init__(scope, construct_id)
        self._encryption = encryption
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=_string(schema.partition_key),
            sort_key=_string(schema.sort_key),
            billing=dynamodb.Billing.on_demand(),
            encryption=dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            dynamo_stream=_stream_view(schema),
            time_to_live_attribute=schema.ttl_attribute,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=index.name,
                    partition_key=_string(index.partition_key),
                    sort_key=_string(index.sort_key),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=list(index.included),
                )
                for index in schema.indexes
            ],
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        encryption.cover(self.table)
        stack = Stack.of(self)
        CfnOutput(stack, f"{construct_id}TableName", value=self.table.table_name)
        if schema.stream_view_type:
            CfnOutput(stack, f"{construct_id}StreamArn", value=self.stream_arn)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.table_name

    @property
    def stream_arn(self) -> str:
        """The stream's ARN; raises ValueError for a table without one."""
        if self.table.table_stream_arn is None:
            raise ValueError(f"{self.node.path} has no stream")
        return self.table.table_stream_arn

    def grant(self, grantee: iam.IGrantable, access: TableAccess) -> None:
        """Let the grantee do just that with the table, and use its own key for it, if it has one."""
        arn = self.table.table_arn
        self._allow(grantee, tuple(f"dynamodb:{action}" for action in access.actions), [arn])
        if access.indexes:
            # Each by its name, where CDK's own grants say ``index/*``.
            self._allow(grantee, ("dynamodb:Query",), [f"{arn}/index/{name}" for name in access.indexes])
        self._encryption.grant_table(grantee, writes=access.writes)

    def grant_stream(self, grantee: iam.IGrantable) -> None:
        """Let the grantee find the table's current stream and read it."""
        self._allow(grantee, ("dynamodb:DescribeTable",), [self.table.table_arn])
        self._allow(grantee, _READ_STREAM, [self.stream_arn])

    def _allow(self, grantee: iam.IGrantable, actions: tuple[str, ...], resources: list[str]) -> None:
        iam.Grant.add_to_principal(
            grantee=grantee, actions=list(actions), resource_arns=resources
        ).assert_success()


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _stream_view(schema: TableSchema) -> dynamodb.StreamViewType | None:
    return dynamodb.StreamViewType[schema.stream_view_type] if schema.stream_view_type else None
