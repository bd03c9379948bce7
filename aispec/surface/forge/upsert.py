"""One comment on a pull request, kept up to date, whoever else runs at the same time.

A comment is ours if our mark stands at its start and the token's user wrote it; where that user
can't be known, an app must have. Of several the oldest is kept and the others are removed, so that
two runs which begin together end with one comment. A run that is older than the one that wrote
last writes nothing, and neither does one with nothing new to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from aispec.record import record
from aispec.report.comment import Mark, essence, read_mark
from aispec.surface.forge.forge import Comment, Forge, ForgeError, LostError

Result = Literal["created", "updated", "unchanged", "refused", "skipped", "none"]

_TRIES = 3


@record
class Outcome:
    """What became of a comment, where it stands, and why where that needs saying."""

    result: Result
    url: str = ""
    reason: str = ""


@record
class Wish:
    """How a comment is kept: in place or written anew; and whether a first one is worth making."""

    recreate: bool = False
    first: bool = True


def publish(
    forge: Forge,
    pull: int,
    body: str,
    wish: Wish,
    pause: Callable[[float], None] | None = None,
) -> Outcome:
    """Bring the comment of `body`'s mark up to date. Never raises for what a forge does."""
    mark = read_mark(body)
    if mark is None:
        raise ValueError("a comment begins with its mark")
    try:
        return _Publication(forge, pull, body, mark, wish, pause).settled()
    except ForgeError as error:
        return Outcome("refused", reason=str(error))


def _run(mark: Mark | None) -> tuple[int, int]:
    """What orders runs: a later one is greater."""
    return (mark.run, mark.attempt) if mark else (0, 0)


class _Publication:
    def __init__(
        self,
        forge: Forge,
        pull: int,
        body: str,
        mark: Mark,
        wish: Wish,
        pause: Callable[[float], None] | None,
    ) -> None:
        self._forge = forge
        self._pull = pull
        self._body = body
        self._mark = mark
        self._wish = wish
        self._pause = pause or time.sleep
        self._me: str | None = None
        self._asked = False

    def settled(self) -> Outcome:
        own = self._own()
        if own:
            return self._kept(own)
        if not self._wish.first:
            return Outcome("skipped", reason="there is nothing new to say")
        made = self._created()
        own = self._own()
        if own and own[0].id != made.id:  # another run made one at the same time
            return self._kept(own)
        self._remove(own[1:])
        return Outcome("created", made.url)

    def _kept(self, own: Sequence[Comment]) -> Outcome:
        first, *twins = own
        if any(_run(read_mark(each.body)) > _run(self._mark) for each in own):
            return Outcome("skipped", first.url, "a later run has written the comment")
        if self._same(first):
            self._remove(twins)
            return Outcome("unchanged", first.url)
        if self._wish.recreate:
            made = self._created(known=own)
            self._remove(own)
            return Outcome("created", made.url)
        updated = self._forge.update(self._pull, first, self._body)
        self._remove(twins)
        return Outcome("updated", updated.url)

    def _own(self) -> list[Comment]:
        """Return our comments with the same key, oldest first."""
        marked = [each for each in self._forge.comments(self._pull) if self._has_key(each)]
        return sorted((each for each in marked if self._wrote(each)), key=lambda each: each.id)

    def _has_key(self, comment: Comment) -> bool:
        mark = read_mark(comment.body)
        return mark is not None and mark.key == self._mark.key

    def _wrote(self, comment: Comment) -> bool:
        if not self._asked:
            self._me, self._asked = self._forge.whoami(), True
        if self._me is None:
            return comment.bot
        return comment.author.lower() == self._me.lower()

    def _created(self, known: Iterable[Comment] = ()) -> Comment:
        """Write a comment once, though the answer may be lost."""
        before = {each.id for each in known}
        for attempt in range(1, _TRIES + 1):
            try:
                return self._forge.create(self._pull, self._body)
            except LostError:
                if attempt == _TRIES:
                    raise
            self._pause(2.0 ** (attempt - 1))
            made = [each for each in self._own() if each.id not in before]
            if made:
                return made[0]
        raise AssertionError("the last attempt returns or raises")

    def _same(self, comment: Comment) -> bool:
        return essence(comment.body) == essence(self._body)

    def _remove(self, comments: Iterable[Comment]) -> None:
        for each in comments:
            self._forge.delete(self._pull, each)
