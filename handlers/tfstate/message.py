"""Takes the notices of one message: indexes states that were written, forgets those that are gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from handlers.batches import PoisonMessageError
from handlers.observability import Tally, log_faults, logger_of
from handlers.tfstate.notices import InvalidNotice, NoticeKind, StateNotice, read_notices
from tfdrift.adapters.objects import (
    ObjectForbiddenError,
    ObjectMissingError,
    ObjectStore,
    ObjectTooLargeError,
    StoredObject,
)
from tfdrift.domain.terraform_state import UnreadableState
from tfdrift.service.state_places import StatePlaces

if TYPE_CHECKING:
    from tfdrift.service.forget_state import ForgetState
    from tfdrift.service.use_cases import UseCases

SERVICE = "tfstate"


class StateMeans(Protocol):
    """What taking a state needs of the product."""

    @property
    def objects(self) -> ObjectStore:
        """Reads S3."""
        ...

    @property
    def use_cases(self) -> "UseCases":
        """Indexes a state, among others."""
        ...

    @property
    def forget_state(self) -> "ForgetState":
        """Forgets a state."""
        ...


@dataclass(slots=True)
class StateTaker:
    """Takes notices; raises where a state cannot be read, after the others of the message are in."""

    means: StateMeans
    places: StatePlaces
    tally: Tally

    def take(self, body: str, where: str) -> None:
        """Take a message's body."""
        try:
            notices = read_notices(body)
        except InvalidNotice as error:
            self.tally.outcomes["broken"] += 1
            log_faults(SERVICE, where, [str(error)])
            raise PoisonMessageError(f"{where}: {error}") from error
        self.take_notices(notices, where)

    def take_notices(self, notices: Iterable[StateNotice], where: str) -> None:
        """Take notices one after the other."""
        faults = []
        for notice in notices:
            fault = self._take_one(notice)
            if fault:
                self.tally.outcomes["broken"] += 1
                faults.append(f"s3://{notice.bucket}/{notice.key}: {fault}")
        if faults:
            log_faults(SERVICE, where, faults)
            raise PoisonMessageError(f"{where}: {len(faults)} states could not be read")

    def _take_one(self, notice: StateNotice) -> str | None:
        """Take one notice; return what is wrong with the object, None if nothing is."""
        if notice.is_lock:
            self.tally.outcomes["skipped"] += 1
            return None
        if not self.places.watches(notice.bucket, notice.bucket_owner_id):
            return "the bucket is none of those that are watched"
        try:
            found = self._read(notice)
            if found is None:
                self._forget(notice)
            else:
                self._index(notice, found)
        except (UnreadableState, ObjectForbiddenError, ObjectTooLargeError) as error:
            return str(error)
        return None

    def _read(self, notice: StateNotice) -> StoredObject | None:
        """Return the object in the version that was written, else its newest, None if there is none.

        A deletion is no reason to believe that the state is gone: a lifecycle rule may have removed an old
        version, or the object has been written again since. What is there now decides.
        """
        if notice.kind is NoticeKind.WRITTEN and notice.version_id:
            try:
                return self.means.objects.read(notice.bucket, notice.key, notice.version_id)
            except ObjectMissingError:
                logger_of(SERVICE).info("version is gone, reading the newest", key=notice.key)
        try:
            return self.means.objects.read(notice.bucket, notice.key)
        except ObjectMissingError:
            return None

    def _index(self, notice: StateNotice, found: StoredObject) -> None:
        result = self.means.use_cases.ingest_state.ingest(
            found.data,
            bucket=notice.bucket,
            key=notice.key,
            version_id=found.version_id,
            owner_id=self.places.owner_of(notice.bucket, notice.key, notice.bucket_owner_id),
        )
        self.tally.outcomes["stale" if result.is_stale else "indexed"] += 1
        self.tally.outcomes["state_changes"] += len(result.changes)
        self.tally.outcomes["calls_settled"] += result.settled_calls

    def _forget(self, notice: StateNotice) -> None:
        forgotten = self.means.forget_state.forget(notice.bucket, notice.key)
        self.tally.outcomes["forgotten"] += 1
        self.tally.outcomes["state_changes"] += len(forgotten.changes)
