"""Who signed in: what a deployment with an identity provider knows of the person behind a request."""

from dataclasses import dataclass
from typing import Protocol


class NotSignedIn(Exception):  # noqa: N818 - names what was found
    """The request carries no valid proof of who sent it; the text says what is wrong with it."""


class KeysUnavailable(Exception):  # noqa: N818 - names what happened
    """The key that the proof is signed with cannot be fetched now: the client has to come back later."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in.

    Attributes
    ----------
    subject
        The identity provider's own id of the person, which never changes.
    name
        How people know the person: a verified address, else a user name, else the subject.
    """

    subject: str
    name: str


class SignIn(Protocol):
    """Tells who signed in."""

    def verify(self, token: str) -> Person:
        """Return the person that a token speaks of; raises NotSignedIn or KeysUnavailable."""
        ...
