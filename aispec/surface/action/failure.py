"""What ends a run before there is anything to report."""


class InvalidError(Exception):
    """The question was wrong: the status is `invalid` and the exit code 2."""
