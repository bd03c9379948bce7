"""Tables of catalogue entries: what is known, from when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aispec.catalog.entries import Accelerator, Model
from aispec.catalog.prices import ApiPrice, InstancePrice

_UNKNOWN = "?"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int]) -> str:
    """Return aligned columns; those in `right` are flush right, as figures are."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    drawn = [
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join(drawn) + "\n"


def _billions(count: int | None) -> str:
    return _UNKNOWN if count is None else f"{count / 1e9:,.2f}"


def models_table(models: Sequence[Model]) -> str:
    """Return one line a model."""
    rows = [
        (
            model.id,
            model.kind,
            _billions(model.params_total),
            _billions(model.params_active),
            f"{model.context_length:,}" if model.context_length else _UNKNOWN,
            model.native_precision or _UNKNOWN,
            model.license,
            model.checked,
        )
        for model in models
    ]
    head = (
        *("model", "kind", "params, B", "active, B", "context"),
        *("as released", "licence", "checked"),
    )
    return table(head, rows, frozenset({2, 3, 4}))


def accelerators_table(devices: Sequence[Accelerator]) -> str:
    """Return one line an accelerator."""
    rows = [
        (
            device.id,
            device.klass,
            _figure(device.memory_gb),
            _figure(device.usable_gib()[0]),
            _figure(device.bandwidth()[0]),
            _figure(device.tflops("bf16") or device.tflops("fp16")),
            _figure(device.tflops("fp8")),
            device.confidence,
            device.checked,
        )
        for device in devices
    ]
    head = (
        *("accelerator", "class", "GB", "usable GiB", "GB/s", "16-bit TFLOP/s", "fp8 TFLOP/s"),
        *("confidence", "checked"),
    )
    return table(head, rows, frozenset({2, 3, 4, 5, 6}))


def _figure(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:,g}"


def tokens_table(prices: Sequence[ApiPrice]) -> str:
    """Return one line a provider: USD per million tokens."""
    if not prices:
        return ""
    rows = [
        (
            price.provider,
            price.model,
            _figure(price.input),
            _figure(price.cached_input),
            _figure(price.output),
            _figure(price.batch_input),
            _figure(price.batch_output),
            price.as_of,
        )
        for price in sorted(prices, key=lambda p: (p.provider, p.model))
    ]
    head = (
        *("provider", "model", "input, USD/Mtok", "cached", "output"),
        *("batch input", "batch output", "as of"),
    )
    return table(head, rows, frozenset({2, 3, 4, 5, 6}))


def hourly_table(prices: Sequence[InstancePrice]) -> str:
    """Return one line an instance and region: USD per hour for one accelerator."""
    if not prices:
        return ""
    rows = [
        (
            f"{price.provider}/{price.instance}",
            price.region or "any",
            f"{price.accelerators:g} x {price.accelerator}",
            *(_each(price, hourly) for hourly in (price.on_demand, price.spot, price.reserved_1y)),
            price.as_of or _UNKNOWN,
        )
        for price in sorted(prices, key=_cheapest)
    ]
    head = ("instance", "region", "accelerators", "USD/hour each", "spot", "reserved 1y", "as of")
    return table(head, rows, frozenset({3, 4, 5}))


def _each(price: InstancePrice, hourly: float | None) -> str:
    if hourly is None or not price.accelerators:
        return _UNKNOWN
    return f"{hourly / price.accelerators:,.3f}"


def _cheapest(price: InstancePrice) -> tuple[float, str, str]:
    hourly = price.on_demand if price.on_demand is not None else float("inf")
    each = hourly / price.accelerators if price.accelerators else hourly
    return each, price.provider, price.instance
