"""Translates what the SDK raises into the errors of the stream's ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from tfdrift.adapters.dynamodb import StorageOverloadedError, TransactionBusyError
from tfdrift.service.stream_ports import (
    AccessFailed,
    IteratorExpired,
    ShardGone,
    StreamThrottled,
    TrimmedData,
)

# By the names in the service's API reference, and those of the SDK's common errors.
_STREAM_ERRORS: dict[str, type[Exception]] = {
    "ExpiredIteratorException": IteratorExpired,
    "TrimmedDataAccessException": TrimmedData,
    "ResourceNotFoundException": ShardGone,
    "LimitExceededException": StreamThrottled,
    "ProvisionedThroughputExceededException": StreamThrottled,
    "RequestLimitExceeded": StreamThrottled,
    "ThrottlingException": StreamThrottled,
}


@contextmanager
def stream_errors() -> Iterator[None]:
    """Tell the change stream's errors apart; any other is `AccessFailed`."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise _STREAM_ERRORS.get(code, AccessFailed)(str(error)) from error
    except BotoCoreError as error:
        raise AccessFailed(str(error)) from error


@contextmanager
def table_errors() -> Iterator[None]:
    """Make every failure of the table's storage `AccessFailed`."""
    try:
        yield
    except (ClientError, BotoCoreError, StorageOverloadedError, TransactionBusyError) as error:
        raise AccessFailed(str(error)) from error
