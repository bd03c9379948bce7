"""One spelling for the many ways a model or an accelerator is written.

`Llama 3.1 8B`, `llama3.1:8b` and `meta-llama/Llama-3.1-8B` are the same model; `RTX 4090`,
`rtx-4090` and `RTX4090` the same card. `normalise` is the readable form, `key` the one looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aispec.late import pattern

#: Longer names are cut: no real one comes near, and text in specs is an attacker's.
LONGEST = 200

_SEPARATORS = pattern(r"[^a-z0-9./]+")
_BETWEEN_DIGITS = pattern(r"(?<=[0-9])[-.]+(?=[0-9])")
_SUFFIX = pattern(
    r"-(?:instruct|chat|it|pt|base|hf|preview|latest"
    r"|gguf|gptq|awq|mlx|bnb|dynamic|bf16|fp16|fp8|nvfp4|mxfp4|int[48]|[48]bit|w\d+a\d+"
    r"|i?q\d[a-z0-9-]*"
    r"|20\d\d-?[01]\d-?[0-3]\d|[01]\d-20\d\d|2\d[01]\d)$"
)
_CLOUD = pattern(
    r"^(?:(?:us|eu|apac|global)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen)\."
)
_CLOUD_VERSION = pattern(r"-v\d(?:-\d)?$")


def spelled(name: str) -> str:
    """Lower case, with `-` for every separator; an organisation before `/` stays."""
    return _SEPARATORS.sub("-", name[:LONGEST].lower()).strip("-")


def organisation(name: str) -> str:
    """What stands before the last `/`, or nothing."""
    return spelled(name).rpartition("/")[0]


def normalise(name: str) -> str:
    """The spelling without its organisation: `Qwen/Qwen2.5_7B` is `qwen2.5-7b`."""
    return spelled(name).rpartition("/")[2].strip("-")


def key(name: str) -> str:
    """What look-up compares: only a separator between two digits counts, and all are alike.

    So `llama3.1:8b`, `Llama-3.1-8B` and `llama3-1-8b` meet, and `llama-3-18b` does not.
    """
    marked = _BETWEEN_DIGITS.sub("/", normalise(name))
    return marked.replace("-", "").replace(".", "").replace("/", ".")


def full_key(name: str) -> str:
    """`key` with the organisation before it, where there is one."""
    org = organisation(name)
    return f"{org}/{key(name)}" if org else key(name)


def shorter(name: str) -> Iterator[str]:
    """The name with one ending after another taken off: `-instruct`, `-2507`, `-awq`.

    The first is the name as a cloud's own catalogue writes it (`anthropic.claude-…-v1:0`).
    """
    rest = normalise(name)
    if _CLOUD.match(rest):
        rest = _CLOUD_VERSION.sub("", _CLOUD.sub("", rest))
        yield rest
    while (cut := _SUFFIX.sub("", rest)) != rest:
        rest = cut
        yield rest


def stem(name: str) -> str:
    """The name with every such ending taken off."""
    return [normalise(name), *shorter(name)][-1]


def nearest(name: str, candidates: Iterable[str], n: int = 3) -> tuple[str, ...]:
    """The `n` candidates spelled most like `name`, best first; none when nothing is close."""
    import difflib

    by_form: dict[str, str] = {}
    for candidate in candidates:
        by_form.setdefault(normalise(candidate), candidate)
    wanted = normalise(name)[:100]
    words = set(wanted.split("-"))
    # Comparing letters is slow: first those that share a word or begin alike.
    alike = [form for form in by_form if form[:2] == wanted[:2] or words & set(form.split("-"))]
    close = difflib.get_close_matches(wanted, alike or by_form, n=n, cutoff=0.6)
    return tuple(by_form[form] for form in close)


def or_nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names what is nearest to a name; nothing where none is."""
    near = nearest(name, known, 3)
    return f"; the nearest are {', '.join(near)}" if near else ""
