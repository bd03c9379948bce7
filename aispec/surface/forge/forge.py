"""What the product asks of a forge: comments on pull requests, and which files they change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from aispec.record import record


class ForgeError(Exception):
    """A forge did not do what was asked; the text says why, and holds no token."""


class RefusedError(ForgeError):
    """A forge said no: the token may not do this, or the thing is not there."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}" if reason else str(status))
        self.status = status


class UnavailableError(ForgeError):
    """A forge could not be reached, broke, or asked to wait for longer than a job can."""


class LostError(UnavailableError):
    """A forge gave no proper answer: what was asked may be done, or not."""


_P = ParamSpec("_P")
_T = TypeVar("_T")


def understood(method: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn what goes wrong in reading an answer into an `UnavailableError`.

    Servers between a job and its forge answer in shapes that no description has.
    """

    @wraps(method)
    def ask(*given: _P.args, **named: _P.kwargs) -> _T:
        try:
            return method(*given, **named)
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            words = f"the API's answer has another shape than it should: {type(error).__name__}"
            raise UnavailableError(words) from None

    return ask


@record
class Comment:
    """A comment on a pull request."""

    id: int
    body: str
    author: str
    bot: bool  # the author is an app or an access token's user, and no person
    url: str


@record
class Source:
    """Where a pull request's commits come from; repository and branch tell forks apart."""

    sha: str
    owner: str = ""
    branch: str = ""


class Forge(Protocol):
    """A forge, for one repository. Every method raises `RefusedError` or `UnavailableError`."""

    @property
    def limit(self) -> int:
        """The most UTF-16 units of a comment."""

    def whoami(self) -> str | None:
        """Return the name of the token's user, or `None` where the forge does not tell."""

    def comments(self, pull: int) -> Sequence[Comment]:
        """Return all comments of a pull request, of all pages."""

    def create(self, pull: int, body: str) -> Comment:
        """Write a new comment. Not tried again here: a lost answer may hide a comment made."""

    def update(self, pull: int, comment: Comment, body: str) -> Comment:
        """Replace a comment's text."""

    def delete(self, pull: int, comment: Comment) -> None:
        """Remove a comment; one that is gone already is no error."""

    def changed_files(self, pull: int) -> Sequence[str]:
        """Return the paths that a pull request adds, changes, removes or renames."""

    def pull_with(self, source: Source) -> int | None:
        """Return the number of the open pull request whose head is this commit, if there is one."""
