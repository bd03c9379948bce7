"""Names of models as catalogues, providers and people write them, made comparable."""

from __future__ import annotations

import re
from functools import lru_cache

from aispec.late import pattern

# Region and vendor prefixes of Bedrock's model ids, and the version after a colon.
_PREFIX = pattern(
    r"^(?:(?:global|regional|us|eu|apac|jp|au)\.)?"
    r"(?:(?:amazon|anthropic|deepseek|google|meta|mistral|moonshotai|openai|qwen|zai)\.)?"
)
_REVISION = pattern(r"-v?\d+:\d+$")
_DATE = pattern(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
# Words that tell a tuning or a packaging of a model from its base, and never its price.
_VARIANT_WORDS = frozenset({"instruct", "it", "hf", "api", "meta"})


@lru_cache(maxsize=4096)
def slug(name: str) -> str:
    """The name in lower case, without organisation, its separators made hyphens."""
    last = name.strip().lower().rsplit("/", 1)[-1]
    last = _REVISION.sub("", _PREFIX.sub("", last))
    return re.sub(r"[^a-z0-9]+", "-", last).strip("-")


def stem(name: str) -> str:
    """The slug without a release date and without the words for a tuning of the same model."""
    words = _DATE.sub("", slug(name)).split("-")
    return "-".join(word for word in words if word not in _VARIANT_WORDS)
