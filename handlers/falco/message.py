"""Takes one message that carries Falco alerts: a single one, a list, or either wrapped by SNS."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.batches import PoisonMessageError
from handlers.observability import Tally, log_faults
from tfdrift.domain.envelopes import AlertFound, Broken, Skipped, Unwrapped, read_evidence
from tfdrift.domain.falco_alert import InvalidAlert

if TYPE_CHECKING:
    from tfdrift.service.ingest_falco import IngestFalco

SERVICE = "falco"


@dataclass(slots=True)
class AlertTaker:
    """Takes messages; `take` raises for one of which some alert cannot be taken, after the others are in."""

    ingest: "IngestFalco"
    tally: Tally

    def take(self, body: str, where: str) -> None:
        """Take a message's body."""
        faults = []
        for found in read_evidence(body.encode("utf-8", "surrogatepass"), name=where):
            fault = self._take_one(found)
            if fault:
                self.tally.outcomes["broken"] += 1
                faults.append(f"{found.where}: {fault}")
        if faults:
            log_faults(SERVICE, where, faults)
            raise PoisonMessageError(f"{where}: {len(faults)} alerts could not be taken")

    def _take_one(self, found: Unwrapped) -> str | None:
        """Take one part of a message; return what is wrong with it, None if nothing is."""
        match found:
            case AlertFound():
                return self._take_alert(found)
            case Skipped():
                self.tally.outcomes["skipped"] += 1
                return None
            case Broken():
                return found.reason
            case _:
                return "no Falco alert"

    def _take_alert(self, found: AlertFound) -> str | None:
        try:
            result = self.ingest.ingest(found.obj)
        except InvalidAlert as error:
            return str(error)
        self.tally.outcomes["stored" if result.is_new else "duplicate"] += 1
        return None
