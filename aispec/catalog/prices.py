"""Prices, in one place: of tokens at providers and of accelerators at clouds."""

from __future__ import annotations

from aispec.catalog.api_prices import ApiPrice, LongContext, PriceWindow, api_price
from aispec.catalog.instance_prices import (
    InstancePrice,
    accelerator_prices,
    hourly_range,
    instance_price,
)
from aispec.catalog.providers import canonical_cloud, canonical_provider, clouds, providers

__all__ = [
    "ApiPrice",
    "InstancePrice",
    "LongContext",
    "PriceWindow",
    "accelerator_prices",
    "api_price",
    "canonical_cloud",
    "canonical_provider",
    "clouds",
    "hourly_range",
    "instance_price",
    "providers",
]
