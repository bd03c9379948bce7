"""What ends a run before there is anything to report."""


class Invalid(Exception):
    """The question was wrong: the status is `invalid` and the exit code 2."""
