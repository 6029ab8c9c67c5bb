"""Objects read from S3: log files and states."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = {"NoSuchKey", "NoSuchVersion", "404"}
_FORBIDDEN = {"AccessDenied", "AllAccessDisabled", "403"}


class ObjectMissingError(Exception):
    """There is no such object, or no such version of it, any more."""


class ObjectForbiddenError(Exception):
    """The bucket's policy, the key's, or the own rights do not let the object be read."""


class ObjectTooLargeError(Exception):
    """The object is larger than what is read into memory."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's content and the version that was read, None in a bucket without versioning."""

    data: bytes
    version_id: str | None


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """Reads whole objects of at most `max_bytes`.

    A bucket may lie in any region: boto3 asks S3 for it where the client's own is wrong, and remembers.
    """

    client: "S3Client"
    max_bytes: int

    def read(self, bucket: str, key: str, version_id: str | None = None) -> StoredObject:
        """Return an object, its newest version if none is named.

        Raises
        ------
        ObjectMissingError
            If it is not there, or its newest version is a delete marker.
        ObjectForbiddenError
            If it may not be read, as where another account's bucket policy does not allow it.
        ObjectTooLargeError
            If it has more than `max_bytes` bytes.
        """
        request: dict[str, Any] = {"Bucket": bucket, "Key": key}
        if version_id:
            request["VersionId"] = version_id
        try:
            answer = self.client.get_object(**request)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _MISSING:
                raise ObjectMissingError(f"s3://{bucket}/{key} is not there") from error
            if code in _FORBIDDEN:
                raise ObjectForbiddenError(f"s3://{bucket}/{key} may not be read: {error}") from error
            raise
        with answer["Body"] as body:
            if answer["ContentLength"] > self.max_bytes:
                raise ObjectTooLargeError(
                    f"s3://{bucket}/{key} has {answer['ContentLength']} bytes, more than {self.max_bytes}"
                )
            read_version = answer.get("VersionId")
            return StoredObject(body.read(), None if read_version in {None, "null"} else read_version)
