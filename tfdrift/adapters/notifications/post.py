"""HTTP requests to receivers: bounded in time, without redirects, each refusal told from a failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import urllib3

from tfdrift.service.notify import DeliveryFailed, DeliveryRefused

_TIMEOUT = urllib3.Timeout(connect=3.0, read=10.0)
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_LATER = {408, 425, 429}
_LONGEST_WAIT = timedelta(hours=1)
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Post:
    """A request: where to, its JSON body as bytes, and headers beside the content type."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Poster:
    """Sends posts; one pool of connections for all."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def send(self, post: Post) -> None:
        """Send one; returns when the receiver has taken it.

        Raises
        ------
        DeliveryRefused
            For a URL that is not HTTPS (loopback aside), and for an answer that repeating will not change.
            The text never holds the URL: with most receivers it is the secret.
        DeliveryFailed
            If there was no answer, or one that asks to come back.
        """
        _check(post.url)
        try:
            answer = self._pool.request(
                "POST",
                post.url,
                body=post.body,
                headers={"content-type": "application/json", **post.headers},
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise DeliveryFailed(f"no answer: {type(error).__name__}") from None
        if 200 <= answer.status < 300:
            return
        said = answer.data[:_SHOWN].decode("utf-8", "replace")
        message = f"answered {answer.status}: {said!r}"
        if answer.status in _LATER or answer.status >= 500:
            raise DeliveryFailed(message, _asked_wait(answer.headers.get("retry-after")))
        raise DeliveryRefused(message)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise DeliveryRefused("the secret holds no usable URL") from error
    if not parts.hostname or (parts.scheme != "https" and parts.hostname not in _LOOPBACK):
        raise DeliveryRefused("the secret must hold an https:// URL")


def _asked_wait(header: str | None) -> timedelta | None:
    """Return the wait of a Retry-After in seconds; one with a date is left to the queue's own pace."""
    if header is None or not (header.isascii() and header.isdigit()) or len(header) > 9:
        return None
    return min(timedelta(seconds=int(header)), _LONGEST_WAIT)
