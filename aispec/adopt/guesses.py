"""What stands in a first spec where nobody said anything: guesses, marked as such."""

from __future__ import annotations

from aispec.adopt.draft import AdoptError, Draft
from aispec.adopt.names import deployment_name
from aispec.catalog.entries import Model
from aispec.catalog.formats import weight_format
from aispec.catalog.profiles import latency_profile
from aispec.catalog.providers import canonical_provider
from aispec.catalog.store import Catalog, Match

USERS = "1000/day"
TOKENS = 2000
_CARDS = ("nvidia-l4-24gb", "nvidia-l40s-48gb", "nvidia-a100-sxm4-80gb", "nvidia-h100-sxm-80gb",
          "nvidia-h200-sxm-141gb", "nvidia-b200-sxm-180gb")  # fmt: skip
_HOME_CARDS = ("nvidia-rtx-4060-8gb", "nvidia-rtx-4090-24gb", "nvidia-rtx-5090-32gb", *_CARDS[1:])
_AT_HOME = frozenset(("llama.cpp", "ollama"))
_COUNTS = (1, 2, 4, 8)
_WITH_CACHE = 1.4  # memory for each byte of weights, so that a cache fits beside them
_SHARE = 0.9  # of the memory on the box


def fill(draft: Draft) -> None:
    """Guess what a spec needs and the draft does not have. Raises AdoptError without a model."""
    if not draft.has("model"):
        name = draft.text("name") or "the engine"
        raise AdoptError(f"it does not say which model {name} serves: say it with --model")
    if not (
        draft.has("hardware.accelerator") or draft.has("hardware.instance") or draft.has("api")
    ):
        _place(draft)
    draft.put("name", deployment_name(draft.text("model.id"), draft.text("model.path")))
    if not draft.has("workload.users"):
        draft.put("workload.users", USERS, guess=True)
    if not draft.has("workload.tokens") and not draft.has("workload.tokens_per_session"):
        window = draft.value("engine.max_model_len")
        most = window * 3 // 4 if isinstance(window, int) else TOKENS
        draft.put("workload.tokens_per_session", max(1, min(TOKENS, most)), guess=True)
    if not draft.has("sla"):
        ttft, tps = targets()
        draft.put("sla.ttft", ttft, "the chat profile's", guess=True)
        draft.put("sla.tps", tps, "the chat profile's", guess=True)


def targets() -> tuple[str, int]:
    """Return the usual targets of a chat: time to the first token, tokens a second."""
    chat = latency_profile("chat")
    assert chat is not None
    assert chat.ttft_ms is not None
    assert chat.tps is not None
    return f"{chat.ttft_ms:g}ms", round(chat.tps)


def where(draft: Draft) -> str:
    """Return the usual answer to where a model runs: its vendor's API, or a card it fits."""
    model = _model(draft)
    provider = canonical_provider(model.vendor) if model and not model.open_weight else None
    if provider:
        return provider
    card, count = _card(draft, model)
    return f"{count}x {card}" if count > 1 else card


def _place(draft: Draft) -> None:
    model = _model(draft)
    provider = canonical_provider(model.vendor) if model and not model.open_weight else None
    if provider and not draft.has("engine"):
        draft.put("api.provider", provider, guess=True)
        return
    card, count = _card(draft, model)
    draft.put("hardware.accelerator", card, "one that the weights fit", guess=True)
    draft.put("hardware.count", count, guess=True)


def _model(draft: Draft) -> Model | None:
    name = draft.text("model.id")
    found = Catalog.default().model(name) if name else None
    return found.entry if isinstance(found, Match) else None


def _card(draft: Draft, model: Model | None) -> tuple[str, int]:
    """Return the smallest card, or number of cards, that the weights and some cache fit in."""
    cards = _HOME_CARDS if draft.value("engine.name") in _AT_HOME else _CARDS
    given = draft.value("hardware.count")
    counts = (given,) if isinstance(given, int) else _COUNTS
    needed = _WITH_CACHE * _weights_gb(draft, model)
    catalog = Catalog.default()
    for count in counts:
        for name in cards:
            found = catalog.accelerator(name)
            memory = found.entry.memory_gb if isinstance(found, Match) else None
            if memory and needed <= _SHARE * memory * count:
                return name, count
    return cards[-1], counts[-1]


def _weights_gb(draft: Draft, model: Model | None) -> float:
    """Return what the weights take in GB, roughly; that of 8B in 16 bits where nobody knows."""
    total = (model.params_total if model else None) or 8e9
    stored = draft.text("precision.weights") or (model.native_precision if model else None)
    if draft.value("engine.name") == "ollama" and not draft.text("precision.weights"):
        stored = "gguf:Q4_K_M"
    form = weight_format(stored or "bf16")
    bits = (form.effective_bits or form.linear_bits) if form else 16.0
    return total * bits / 8e9
