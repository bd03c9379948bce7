"""What servers keep on every device beside the tensors of a checkpoint.

- Sines and cosines of every position that the model may have (vLLM `rotary_embedding/base.py`:
  positions x rotary width, in 16 bits), once for each kind of layer. Scaled positions are tabled
  out to the scaled length, so Gemma 3, which scales its 131,072 eightfold, keeps half a GiB. The
  tables of Gemma 4's global layers are as wide as their heads (vLLM `gemma4_rope.py`).
- Keys that are values too are stored once and loaded twice (vLLM `gemma4.py`, `k_eq_v`).
- For latent attention a second copy of the projection out of the latent, in 16 bits, for decoding
  without expanding the cache (vLLM `mla_attention.py`, `process_weights_after_loading`).
"""

from __future__ import annotations

from aispec.catalog.deployment import Deployment

_BYTES = 2
_FULL = 16.0  # bits
_KEPT_BY = ("vllm", "pool")


def tables(deployment: Deployment) -> float:
    """Return the bytes of these on one device; nothing where the engine keeps none."""
    setup, machines, model = deployment.setup, deployment.machines, deployment.model
    if not (setup and machines and model and model.architecture):
        return 0.0
    fields = model.architecture
    if setup.facts.kind not in _KEPT_BY or "num_heads" not in fields:
        return 0.0
    latent = fields.get("mla")
    width = latent["qk_rope_head_dim"] if latent else fields.get("head_dim") or 0
    width = fields.get("rotary_width", width)
    known = model.context.get("config") or model.context_length or 0
    positions = fields.get("rotary_positions", known)
    unlike = fields.get("global_override", {})
    width += unlike.get("head_dim", 0)
    copy = 0.0
    if unlike.get("k_eq_v"):
        heads = max(unlike["num_kv_heads"] / machines.sharding.tensor, 1)
        layers = fields["layers"] - fields["sliding_window"]["layers"]
        share = _bits(deployment) / _FULL / machines.sharding.pipeline
        copy = layers * share * heads * unlike["head_dim"] * fields["hidden_size"]
    if latent:
        heads = max(fields["num_heads"] / machines.sharding.tensor, 1)
        inner = latent["qk_nope_head_dim"] + (fields.get("v_head_dim") or fields["head_dim"])
        share = 1 / machines.sharding.pipeline
        copy = fields["layers"] * share * heads * latent["kv_lora_rank"] * inner
    return float(positions * width + copy) * _BYTES


def _bits(deployment: Deployment) -> float:
    form = deployment.weights
    return _FULL if form is None or form.keeps_mixing else form.linear_bits
