"""The deployed product as who uses it meets it: doors for evidence, a stream, a feed, and REST."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from tfdrift.adapters.dynamodb import Table
from tfdrift.adapters.feed_dynamodb import DynamoFeedStore
from tfdrift.demo.app_process import running_app
from tfdrift.demo.deploy import RECORD_SOURCE, Deployment, deploy
from tfdrift.demo.emulator import Emulator, free_port, running_emulator
from tfdrift.demo.emulator_clients import EmulatorClients
from tfdrift.demo.watch import Watch, watching
from tfdrift.domain.json_value import JsonObject
from tfdrift.service.stream_ports import GAP, FeedEntry

_DETAIL_TYPE = "AWS API Call via CloudTrail"
_LOG_FOLDER = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01"
# What one PutEvents takes.
_EVENTS_A_CALL = 10
_CONNECTED_SECONDS = 60.0
# AWS gives each instance of a function a processor of its own; here all share a few.
_AT_ONCE = 2
_FUNCTION_SECONDS = 300
_BATCHES_A_READ = 100
# An answer through a load balancer is at most 1 MB.
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Product:
    """A deployment, the URL of its container's app, and an SSE client that listens there all the time."""

    emulator: Emulator
    deployment: Deployment
    clients: EmulatorClients
    url: str
    watch: Watch

    @property
    def dead_letter_urls(self) -> dict[str, str]:
        """The dead-letter queues of evidence, by what they are of."""
        return {
            "events": self.deployment.cloudtrail_dead_letters_url,
            "log files": self.deployment.log_file_dead_letters_url,
            "states": self.deployment.state_dead_letters_url,
            "alerts": self.deployment.falco_dead_letters_url,
        }

    def put_events(self, records: Sequence[JsonObject]) -> None:
        """Hand in CloudTrail records by way of the event bus."""
        for first in range(0, len(records), _EVENTS_A_CALL):
            entries = [
                {"Source": RECORD_SOURCE, "DetailType": _DETAIL_TYPE, "Detail": json.dumps(record)}
                for record in records[first : first + _EVENTS_A_CALL]
            ]
            answer = self.clients("events").put_events(Entries=entries)
            assert answer["FailedEntryCount"] == 0, answer

    def put_log_file(self, name: str, records: Iterable[JsonObject]) -> str:
        """Hand in a log file as CloudTrail writes one; returns its key."""
        return self.put_log_object(name, packed(records))

    def put_log_object(self, name: str, content: bytes) -> str:
        """Put any bytes where CloudTrail would put a log file; returns the key."""
        key = f"{_LOG_FOLDER}/{name}.json.gz"
        self.clients("s3").put_object(Bucket=self.deployment.log_file_bucket, Key=key, Body=content)
        return key

    def put_state(self, key: str, content: bytes) -> None:
        """Upload a version of a Terraform state."""
        self.clients("s3").put_object(Bucket=self.deployment.state_bucket, Key=key, Body=content)

    def waiting(self, queue_url: str) -> int:
        """Return how many messages of a queue are not done with, whether being worked on or not."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = self.clients("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=list(names))
        return sum(int(found["Attributes"][name]) for name in names)

    def feed(self) -> list[FeedEntry]:
        """Return the whole feed, in order; raises AssertionError if a number is missing in it."""
        store = DynamoFeedStore(
            Table(self.clients("dynamodb"), self.deployment.feed_table), timedelta(days=1)
        )
        head = store.head()
        assert head is not None, "nobody has begun a feed"
        entries: list[FeedEntry] = []
        first = 1
        while batches := store.read(head.epoch, first, _BATCHES_A_READ):
            assert [batch.n for batch in batches] == list(range(first, first + len(batches)))
            entries += [entry for batch in batches for entry in batch.entries]
            first = batches[-1].n + 1
        return entries

    def drifts(self) -> list[JsonObject]:
        """Return every drift, asked for page by page at the load balancer."""
        found: list[JsonObject] = []
        query: dict[str, str | int] = {"limit": _PAGE}
        while True:
            answer = httpx.get(f"{self.deployment.load_balancer_url}/api/v1/drifts", params=query, timeout=60)
            data = answer.raise_for_status().json()["data"]
            found += data["items"]
            if data["next_cursor"] is None:
                return found
            query["cursor"] = data["next_cursor"]

    def drift(self, drift_id: object) -> dict[str, Any]:
        """Return one drift with its history, from the load balancer."""
        url = f"{self.deployment.load_balancer_url}/api/v1/drifts/{drift_id}"
        found: dict[str, Any] = httpx.get(url, timeout=60).raise_for_status().json()["data"]
        return found

    def log_lines(self, function: str) -> list[str]:
        """Return what a function has logged so far."""
        configuration = self.clients("lambda").get_function_configuration(FunctionName=function)
        pages = self.clients("logs").get_paginator("filter_log_events")
        read = pages.paginate(logGroupName=configuration["LoggingConfig"]["LogGroup"])
        return [event["message"] for page in read for event in page["events"]]

    def outcomes(self, *functions: str) -> list[JsonObject]:
        """Return what each invocation of the functions so far said that it did."""
        lines = [line for function in functions for line in self.log_lines(function)]
        return [json.loads(line)["outcomes"] for line in lines if '"invocation done"' in line]


def packed(records: Iterable[JsonObject]) -> bytes:
    """Return records as the bytes of a log file."""
    return gzip.compress(json.dumps({"Records": list(records)}).encode(), mtime=0)


def fit_to_one_machine(clients: EmulatorClients, deployment: Deployment) -> None:
    """Let each queue invoke its function twice at once at most, and give the quick functions more time."""
    functions = clients("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(
            UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": _AT_ONCE}
        )
    for name in (deployment.cloudtrail_function, deployment.falco_function, deployment.api_function):
        functions.update_function_configuration(FunctionName=name, Timeout=_FUNCTION_SECONDS)


def gaps(entries: Iterable[FeedEntry]) -> int:
    """Return how many of the feed's entries tell of a gap."""
    return sum(entry.type == GAP for entry in entries)


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """Run emulator, stacks, the app with its default settings, and a client, while the context lasts."""
    with running_emulator(folder / "emulator") as emulator:
        deployment = deploy(emulator)
        environment = {**emulator.environment(), **deployment.app_environment()}
        with (
            running_app(free_port(), environment, folder / "app.log") as url,
            watched(emulator, deployment, url) as product,
        ):
            yield product


@contextmanager
def watched(emulator: Emulator, deployment: Deployment, url: str) -> Iterator[Product]:
    """Connect a client to a running app while the context lasts."""
    with EmulatorClients(emulator) as clients, watching(f"{url}/api/v1/stream") as watch:
        assert watch.connected.wait(_CONNECTED_SECONDS), watch.failures
        fit_to_one_machine(clients, deployment)
        yield Product(emulator, deployment, clients, url, watch)
