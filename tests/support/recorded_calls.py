"""Writes down what a process's AWS clients call, as the rights that IAM asks the caller for."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.handlers

from tools.permissions.roles import Right
from tools.permissions.stacks import STREAM

Parameters = Mapping[str, Any]

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
PARTS_OF_TRANSACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
# An object's code in S3's answer, where nobody may list the bucket, would be that of a forbidden one.
_MISSING = {"NoSuchKey", "404"}


class UnknownCallError(Exception):
    """A call whose right is not known here: say below what IAM asks for."""


@dataclass
class Recorder:
    """Turns calls into rights: `seen` takes each, with the operation's name, at once.

    `missing` takes the buckets of which an object was asked for that is not there.
    """

    account: str
    region: str
    seen: Callable[[str, Right], object]
    missing: Callable[[str], object]
    _stream: str = ""
    _bucket: str = ""

    def asked(self, params: Parameters, model: Any, **_: Any) -> None:
        """Take a call that is about to be sent, as botocore tells it."""
        service, operation = model.service_model.service_name, model.name
        rights: dict[str, Callable[[str, Parameters], Iterator[tuple[str, str]]]] = {
            "dynamodb": self._dynamodb,
            "dynamodbstreams": self._streams,
            "events": self._events,
            "s3": self._s3,
            "secretsmanager": lambda operation, params: iter([(operation, params["SecretId"])]),
            "sns": lambda operation, params: iter([(operation, params["TopicArn"])]),
            "sqs": self._sqs,
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
            "xray": lambda operation, _: iter([(operation, "*")]),
        }
        if service not in rights:
            raise UnknownCallError(f"{service}:{operation}")
        namespace = {"dynamodbstreams": "dynamodb"}.get(service, service)
        for action, resource in rights[service](operation, params):
            self.seen(operation, Right(f"{namespace}:{action}", resource))

    def answered(self, parsed: Parameters, **_: Any) -> None:
        """Take S3's answer."""
        if parsed.get("Error", {}).get("Code") in _MISSING:
            self.missing(f"arn:aws:s3:::{self._bucket}")

    def _dynamodb(self, operation: str, params: Parameters) -> Iterator[tuple[str, str]]:
        if "TransactItems" in params:
            for part in params["TransactItems"]:
                for kind, request in part.items():
                    yield PARTS_OF_TRANSACTIONS[kind], self._table(request["TableName"])
        elif "RequestItems" in params:
            for table in params["RequestItems"]:
                yield operation, self._table(table)
        else:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            yield operation, self._table(params["TableName"]) + index

    def _table(self, name: str) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{name}"

    def _streams(self, operation: str, params: Parameters) -> Iterator[tuple[str, str]]:
        if "StreamArn" in params:
            self._stream = params["StreamArn"].partition("/stream/")[0] + STREAM
        # Records are read with an iterator, which the stream named before handed out.
        yield operation, self._stream

    def _s3(self, operation: str, params: Parameters) -> Iterator[tuple[str, str]]:
        if operation != "GetObject":
            raise UnknownCallError(f"s3:{operation}")
        self._bucket = params["Bucket"]
        version = "Version" if "VersionId" in params else ""
        yield operation + version, f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"

    def _sqs(self, operation: str, params: Parameters) -> Iterator[tuple[str, str]]:
        account, name = params["QueueUrl"].split("/")[-2:]
        yield operation.removesuffix("Batch"), f"arn:aws:sqs:{self.region}:{account}:{name}"

    def _events(self, operation: str, params: Parameters) -> Iterator[tuple[str, str]]:
        for entry in params["Entries"]:
            yield operation, entry["EventBusName"]


@contextmanager
def listening(recorder: Recorder) -> Iterator[None]:
    """Have every client of sessions that are made meanwhile tell the recorder; older ones tell nothing."""
    hooks: list[Any] = [
        ("before-parameter-build", recorder.asked),
        ("after-call.s3.GetObject", recorder.answered),
    ]
    session = boto3.DEFAULT_SESSION
    botocore.handlers.BUILTIN_HANDLERS.extend(hooks)
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        boto3.DEFAULT_SESSION = session
        for hook in hooks:
            botocore.handlers.BUILTIN_HANDLERS.remove(hook)


@dataclass
class Recording:
    """What was called under one role."""

    rights: set[Right] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    operations: set[str] = field(default_factory=set)
