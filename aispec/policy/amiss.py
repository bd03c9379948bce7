"""What is wrong with an expression, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


class ExpressionError(ValueError):
    """What is wrong with an expression, and where: columns of its text, counted from one."""

    def __init__(
        self, message: str, column: int, end_column: int, advice: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.end_column = end_column
        self.help = advice

    def moved(self, by: int) -> ExpressionError:
        """Return the same error for a text in which the expression starts `by` characters later."""
        return ExpressionError(self.message, self.column + by, self.end_column + by, self.help)


def suggestion(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """Return a line that names what `word` was probably meant to be."""
    from difflib import get_close_matches

    names = sorted(known)
    if near := get_close_matches(word, names, n=3, cutoff=0.6):
        return "did you mean " + " or ".join(near) + "?"
    return f"{otherwise} {', '.join(names)}" if otherwise else None
