"""Takes one message of the CloudTrail queue: an event, or a log file that it names.

Of a log file with broken records the good ones go in and the broken ones are reported in the log; then the
message fails, so that the file's reference ends up in the dead-letter queue, where nothing of it is lost.
Its later deliveries change nothing for the records that are in: they have an identity.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers.batches import PoisonMessageError
from handlers.observability import Tally, log_faults, logger_of
from tfdrift.domain.cloudtrail_parser import InvalidRecord, parse_record
from tfdrift.domain.cloudtrail_record import CloudTrailRecord
from tfdrift.domain.envelopes import (
    AlertFound,
    Broken,
    ObjectReference,
    RecordFound,
    Skipped,
    Unwrapped,
    read_evidence,
)

# The engine is a fifth of a cold start to import; it comes with the use cases, when the first message does.
if TYPE_CHECKING:
    from tfdrift.service.ingest_cloudtrail import IngestCloudTrail, IngestResult

SERVICE = "cloudtrail"
_DIGESTS = "/CloudTrail-Digest/"
_UNEXPECTED_AT_MOST = 3

ReadObject = Callable[[str, str, str | None], bytes]


@dataclass(slots=True)
class MessageTaker:
    """Takes messages with the means it is given; `take` raises for a message that must come again.

    A record that makes the product itself fail is a fault of the message, too, and does not keep the others
    of its file from going in; but after three of them the cause is not the records, and the rest waits for
    the next delivery.
    """

    read_object: ReadObject
    ingest: "IngestCloudTrail"
    tally: Tally
    _unexpected: int = field(default=0, init=False)

    def take(self, body: str, where: str) -> None:
        """Take a message's body."""
        self._unexpected = 0
        faults: list[str] = []
        for found in self._evidence(body.encode("utf-8", "surrogatepass"), where):
            fault = self._take_one(found)
            if fault:
                self.tally.outcomes["broken"] += 1
                faults.append(fault)
        if faults:
            log_faults(SERVICE, where, faults)
            raise PoisonMessageError(f"{where}: {len(faults)} parts could not be taken")

    def _evidence(self, data: bytes, where: str) -> Iterator[Unwrapped]:
        """Yield what a message carries, with the log files it names read in their place."""
        for found in read_evidence(data, name=where):
            if not isinstance(found, ObjectReference):
                yield found
            elif _DIGESTS in found.key:
                yield Skipped("CloudTrail's digest file", found.where)
            else:
                name = f"s3://{found.bucket}/{found.key}"
                yield from read_evidence(
                    self.read_object(found.bucket, found.key, found.version_id), name=name
                )

    def _take_one(self, found: Unwrapped) -> str | None:
        """Take one part of a message; return what is wrong with it, None if nothing is."""
        match found:
            case RecordFound():
                return self._take_record(found)
            case Skipped():
                self.tally.outcomes["skipped"] += 1
                logger_of(SERVICE).debug("skipped", where=found.where, reason=found.reason)
                return None
            case Broken():
                return f"{found.where}: {found.reason}"
            case AlertFound():
                return f"{found.where}: a Falco alert on CloudTrail's queue"
            case ObjectReference():
                return f"{found.where}: a log file that names another"

    def _take_record(self, found: RecordFound) -> str | None:
        try:
            record = parse_record(found.obj, default_account=found.default_account)
            self._count(record, self.ingest.ingest(record))
        except InvalidRecord as error:
            return f"{found.where}: {error}"
        except Exception as error:
            self._unexpected += 1
            if self._unexpected >= _UNEXPECTED_AT_MOST:
                raise
            logger_of(SERVICE).exception("record fails", where=found.where)
            return f"{found.where}: {type(error).__name__}"
        return None

    def _count(self, record: CloudTrailRecord, result: "IngestResult") -> None:
        from tfdrift.service.ingest_cloudtrail import IngestOutcome

        self.tally.outcomes[result.outcome.value] += 1
        if result.hidden:
            self.tally.outcomes["hidden_by_rules"] += len(result.hidden)
        for transition in result.transitions:
            self.tally.outcomes[f"drift_{transition.name.value}"] += 1
        if result.outcome is IngestOutcome.UNMAPPED:
            self.tally.unmapped[f"{record.event_source}:{record.event_name}"] += 1
