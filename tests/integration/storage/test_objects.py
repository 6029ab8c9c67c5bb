"""Objects are read wherever their bucket lies, and what S3 refuses is told apart, over a socket."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import boto3
import pytest
from botocore.config import Config

from tests.support.handler_server import QuietHandler, handler_served
from tfdrift.adapters.objects import ObjectForbiddenError, ObjectMissingError, ObjectStore

HERE, THERE = "eu-central-1", "ap-southeast-2"
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/s3/aws4_request")


@dataclass
class Bucket:
    """A bucket of another region, as S3 answers for it, and the regions that requests were signed for."""

    url: str
    refusal: tuple[int, str] | None = None
    regions: list[str] = field(default_factory=list)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """The bucket's regional behaviour: a request of another region is led on, not answered.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (PermanentRedirect)
    """

    class Handler(QuietHandler, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scope = _SCOPE.search(self.headers["authorization"] or "")
            region = scope["region"] if scope else ""
            known.regions.append(region)
            if region != THERE:
                self._refuse(301, "PermanentRedirect")
            elif known.refusal:
                self._refuse(*known.refusal)
            else:
                self._answer(200, b"a state")

        def _refuse(self, status: int, code: str) -> None:
            self._answer(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("x-amz-bucket-region", THERE)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with handler_served(Handler) as origin:
        known = Bucket(origin)
        yield known


@pytest.fixture
def store(bucket: Bucket) -> ObjectStore:
    client = boto3.client(
        "s3",
        region_name=HERE,
        endpoint_url=bucket.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    return ObjectStore(client, 1024)


def test_a_bucket_of_another_region_is_read_there_and_found_at_once_from_then_on(
    bucket: Bucket, store: ObjectStore
) -> None:
    assert store.read("states-of-a-member", "prod.tfstate").data == b"a state"
    assert store.read("states-of-a-member", "test.tfstate").data == b"a state"

    assert bucket.regions == [HERE, THERE, THERE]


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [((403, "AccessDenied"), ObjectForbiddenError), ((404, "NoSuchKey"), ObjectMissingError)],
)
def test_a_refusal_names_the_object(
    bucket: Bucket, store: ObjectStore, refusal: tuple[int, str], expected: type[Exception]
) -> None:
    bucket.refusal = refusal

    with pytest.raises(expected, match=r"s3://states-of-a-member/prod\.tfstate"):
        store.read("states-of-a-member", "prod.tfstate")
