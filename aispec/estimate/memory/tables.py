"""What servers keep on every device beside the tensors of a checkpoint.

- Sines and cosines of every position that the model may have (vLLM `rotary_embedding/base.py`:
  positions x rotary width, in 16 bits), once for each kind of layer. Scaled positions are tabled
  out to the scaled length, so Gemma 3, which scales its 131,072 eightfold, keeps half a GiB.
- For latent attention a second copy of the projection out of the latent, in 16 bits, for decoding
  without expanding the cache (vLLM `mla_attention.py`, `process_weights_after_loading`).
"""

from __future__ import annotations

from aispec.catalog.deployment import Deployment

_BYTES = 2
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
    copy = 0.0
    if latent:
        heads = max(fields["num_heads"] / machines.sharding.tensor, 1)
        inner = latent["qk_nope_head_dim"] + (fields.get("v_head_dim") or fields["head_dim"])
        share = 1 / machines.sharding.pipeline
        copy = fields["layers"] * share * heads * latent["kv_lora_rank"] * inner
    return float(positions * width + copy) * _BYTES
