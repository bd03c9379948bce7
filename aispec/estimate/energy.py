"""The facts of group `energy`: what the accelerators draw under load."""

from __future__ import annotations

from aispec.catalog.deployment import Deployment
from aispec.catalog.profiles import load_fraction
from aispec.estimate.fact import Absent, Facts
from aispec.estimate.quantity import Quantity


def facts(deployment: Deployment) -> Facts:
    """Return watts of all accelerators while they serve, and the energy of a month."""
    machines = deployment.machines
    if machines is None:
        none = Absent("the provider's")
        return {"energy.watts": none, "energy.kwh_per_month": none}
    device = machines.accelerator
    if device is None or device.tdp_w is None:
        reason = "the accelerator's power is not published"
        return {
            "energy.watts": Quantity.unknown("W", reason),
            "energy.kwh_per_month": Quantity.unknown("kWh/month", reason),
        }
    devices = machines.count * machines.replicas
    rated = device.tdp_w * devices
    low, high = load_fraction(False)[0], max(load_fraction(True)[1], 1.0)
    likely = rated * (low + high) / 2
    kilowatt_hours = machines.hours / 1000
    watts = Quantity(
        likely,
        "W",
        low=rated * low,
        high=rated * high,
        how=lambda: f"{devices} x {device.tdp_w:g} W x {low:.0%} to {high:.0%} under load",
        sources=device.sources[:1],
    )
    return {
        "energy.watts": watts,
        "energy.kwh_per_month": Quantity(
            likely * kilowatt_hours,
            "kWh/month",
            low=rated * low * kilowatt_hours,
            high=rated * high * kilowatt_hours,
            how=lambda: f"watts x {machines.hours:g} hours",
            inputs=(watts,),
        ),
    }
