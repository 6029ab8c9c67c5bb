"""The token that machines show: each of its accepted versions, and when these are read anew."""

import hmac
import logging
import threading
import time
from collections.abc import Callable, Sequence

_LOG = logging.getLogger(__name__)

# After a rotation the version before the previous one is taken for no longer than this.
_FRESH_SECONDS = 300.0
# A token that is not known may be newer than what was read. Strangers can show one, too, so that looking
# again is bounded.
_LOOK_AGAIN_SECONDS = 30.0
# How often it is tried while nothing could be read yet.
_TRY_AGAIN_SECONDS = 5.0
# For how long the versions that were read last do while they cannot be read anew.
_DO_WITHOUT_SECONDS = 3600.0


class TokenUnavailable(Exception):  # noqa: N818 - names what happened
    """The accepted tokens cannot be read now: the client has to come back later."""


class MachineToken:
    """Compares what a request carries with the current and the previous version of the token.

    Both are accepted, so that a sender has until the next rotation to take up the new one. `read` returns
    them and raises TokenUnavailable while it cannot.
    """

    def __init__(
        self, read: Callable[[], tuple[str, ...]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._now = now
        self._lock = threading.Lock()
        self._versions: tuple[bytes, ...] = ()
        self._read_at = -float("inf")
        self._tried_at = -float("inf")

    def accepts(self, offers: Sequence[bytes]) -> bool:
        """Tell whether one of the offers is an accepted version.

        Raises
        ------
        TokenUnavailable
            If no version could be read, or none for an hour.
        """
        if not offers:
            return False
        if _is_among(offers, self._known(_FRESH_SECONDS)):
            return True
        return _is_among(offers, self._known(_LOOK_AGAIN_SECONDS))

    def _known(self, age: float) -> tuple[bytes, ...]:
        """Return the versions, read anew if the last try was longer ago than `age` seconds."""
        if self._is_due(age):
            # One reads, and nobody waits for it who has versions to compare with.
            may_read = self._lock.acquire(blocking=not self._versions)
            if may_read:
                try:
                    if self._is_due(age):
                        self._renew()
                finally:
                    self._lock.release()
        if not self._versions or self._now() - self._read_at > _DO_WITHOUT_SECONDS:
            raise TokenUnavailable("the accepted tokens cannot be read now: come back later")
        return self._versions

    def _is_due(self, age: float) -> bool:
        wait = age if self._versions else _TRY_AGAIN_SECONDS
        return self._now() - self._tried_at >= wait

    def _renew(self) -> None:
        try:
            versions = self._read()
        except TokenUnavailable as unavailable:
            _LOG.warning("%s", unavailable)
        else:
            self._versions = tuple(version.encode("utf-8") for version in versions)
            self._read_at = self._now()
        finally:
            self._tried_at = self._now()


def _is_among(offers: Sequence[bytes], versions: Sequence[bytes]) -> bool:
    """Compare all with all, so that the time tells neither which offer was looked at nor how far."""
    matches = [hmac.compare_digest(offer, version) for offer in offers for version in versions]
    return any(matches)
