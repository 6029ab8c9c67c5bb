"""The targets that take HTTP requests: each secret is read when it is first needed, and again later."""

from collections.abc import Callable
from dataclasses import dataclass

from tfdrift.adapters.notifications.post import Post, Poster
from tfdrift.service.notify import Errand

ToPost = Callable[[Errand, str], Post]
"""Makes the request of an errand, given the text of the target's secret."""


@dataclass(frozen=True, slots=True)
class PostSender:
    """Sends errands as requests in a receiver's own format."""

    poster: Poster
    secret: Callable[[], str]
    to_post: ToPost

    def send(self, errand: Errand) -> bool:
        """Send the request; raises DeliveryRefused and DeliveryFailed."""
        self.poster.send(self.to_post(errand, self.secret().strip()))
        return True
