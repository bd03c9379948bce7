"""Values as YAML writes them, so that this dialect reads them back as they were."""

from __future__ import annotations

import json
import re

from aispec.spec.dialect import RefusedError, plain

_PLAIN = re.compile(r"[A-Za-z0-9_.$/~(^][^\x00-\x1f\x7f-\x9f\[\]{},#&*!|>'\"@`\u2028\u2029]*")
_NUMERIC = re.compile(r"[-+.0-9]")


def scalar(value: object) -> str:
    """Return a value as a scalar, or a list in flow style; quoted only where it must be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return text if is_plain(text) else quoted(text)


def is_plain(text: str) -> bool:
    """Whether a text can be written without quotes, in a flow collection, too."""
    if not _PLAIN.fullmatch(text) or text != text.strip() or ": " in text or text.endswith(":"):
        return False
    # `0.11` and `1e3` are numbers, and readers of older YAML take more for one than this dialect.
    if _NUMERIC.match(text) and re.fullmatch(r"[-+.0-9_:eExXoO]+", text):
        return False
    if text.lower() in ("yes", "no", "on", "off", "y", "n"):
        return False
    try:
        return plain(text) == text
    except RefusedError:
        return False


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return json.dumps(text, ensure_ascii=False)
