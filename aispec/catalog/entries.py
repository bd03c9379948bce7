"""What the catalogue says of one model and of one accelerator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aispec.record import made, record

_NOTHING: Mapping[str, Any] = {}
#: How far usable memory may lie from the figure, by how the figure was come by, where no
#: range was seen: drivers differ by a few hundred MiB, an estimate by more.
_SPREAD = {"measured": 0.005, "knowledge": 0.015, "estimated": 0.03, "share": 0.05, "os-limit": 0.0}


@record(eq=False)
class Model:
    """A model: its size, architecture, limits, licence and training, with sources."""

    id: str
    family: str
    vendor: str
    kind: str
    task: str
    license: str
    checked: str
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    released: str | None = None
    deprecated: str | None = None
    parameters: Mapping[str, Any] = made(default_factory=dict)
    architecture: Mapping[str, Any] | None = None
    context: Mapping[str, int] = made(default_factory=dict)
    native_precision: str | None = None
    modalities: Mapping[str, tuple[str, ...]] = made(default_factory=dict)
    tokenizer: str | None = None
    embedding_dim: int | None = None
    knowledge_cutoff: str | None = None
    training: Mapping[str, Any] = made(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    verify: Mapping[str, Any] = made(default_factory=dict)
    notes: str | None = None

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Model:
        """Built from an entry in the form of `schemas/model.schema.json`."""
        return cls(**{name: _frozen(value) for name, value in entry.items()})

    @property
    def name(self) -> str:
        """The id without its organisation."""
        return self.id.rpartition("/")[2]

    @property
    def open_weight(self) -> bool:
        """Whether its weights can be had and run elsewhere."""
        return self.kind == "open-weight"

    @property
    def params_total(self) -> int | None:
        """All parameters that must be in memory."""
        return self.parameters.get("total")

    @property
    def params_active(self) -> int | None:
        """The parameters one token passes through; all of them in a dense model."""
        active: int | None = self.parameters.get("active")
        return active or self.params_total

    @property
    def context_length(self) -> int | None:
        """Tokens of input and output together."""
        return self.context.get("length")

    @property
    def training_flops(self) -> Mapping[str, Any] | None:
        """The published estimate of training compute: value, confidence, source."""
        return self.training.get("flops")


@record(eq=False)
class Accelerator:
    """An accelerator: memory, bandwidth, dense compute by type, links, with sources."""

    id: str
    name: str
    vendor: str
    klass: str
    memory: Mapping[str, Any]
    released: str
    confidence: str
    checked: str
    sources: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    ambiguous_aliases: tuple[str, ...] = ()
    bandwidth_gbps: float | None = None
    bandwidth_bins: tuple[Mapping[str, Any], ...] = ()
    tflops_by_type: Mapping[str, float] = made(default_factory=dict)
    npu_tops: float | None = None
    advertised_tops: Mapping[str, Any] | None = None
    supports: Mapping[str, bool] = made(default_factory=dict)
    runtime: str | None = None
    compute_capability: str | None = None
    gfx: str | None = None
    architecture: str | None = None
    interconnect: Mapping[str, Any] = made(default_factory=dict)
    max_per_node: int | None = None
    devices_per_package: int = 1
    tdp_w: float | None = None
    notes: str | None = None

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Accelerator:
        """Built from an entry in the form of `schemas/accelerator.schema.json`."""
        fields = {name: _frozen(value) for name, value in entry.items()}
        fields["klass"] = fields.pop("class")
        fields["tflops_by_type"] = fields.pop("tflops", _NOTHING)
        return cls(**fields)

    @property
    def unified(self) -> bool:
        """Whether host and accelerator share one memory."""
        return bool(self.memory.get("unified"))

    @property
    def memory_gb(self) -> float | None:
        """The size on the box, in GB; the largest where it comes in several."""
        return self.memory.get("gb")

    @property
    def options_gb(self) -> tuple[float, ...]:
        """The sizes it comes in, where there are several."""
        return tuple(self.memory.get("options_gb", ()))

    def usable_gib(
        self, option_gb: float | None = None
    ) -> tuple[float | None, float | None, float | None]:
        """GiB a framework can have, as (likely, low, high); three times None where unknown.

        `option_gb` is the size bought, where one name comes in several.
        """
        likely = self._usable(option_gb)
        if likely is None:
            return None, None, None
        usual = self.memory.get("usable_gib")
        if "usable_range" in self.memory and likely == usual:
            low, high = self.memory["usable_range"]
            return likely, low, high
        spread = likely * _SPREAD[self.memory.get("basis", "estimated")]
        return likely, likely - spread, likely + spread

    def _usable(self, option_gb: float | None) -> float | None:
        usable: float | None = self.memory.get("usable_gib")
        if option_gb is None or option_gb == self.memory_gb:
            return usable
        listed: float | None = self.memory.get("usable_by_option", _NOTHING).get(f"{option_gb:g}")
        if listed is not None or usable is None or not self.memory_gb:
            return listed
        return usable * option_gb / self.memory_gb

    def bandwidth(
        self, option_gb: float | None = None
    ) -> tuple[float | None, float | None, float | None]:
        """Peak GB/s as (likely, low, high): one name may have faster and slower bins."""
        bins = [
            each["gbps"]
            for each in self.bandwidth_bins
            if option_gb is None or option_gb in each["memory_gb"]
        ]
        if not bins:
            return self.bandwidth_gbps, self.bandwidth_gbps, self.bandwidth_gbps
        likely = self.bandwidth_gbps if self.bandwidth_gbps in bins else max(bins)
        return likely, min(bins), max(bins)

    def tflops(self, dtype: str) -> float | None:
        """Dense TFLOPS of a type (TOPS for int8 and int4), or None where unknown."""
        return self.tflops_by_type.get(dtype)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
