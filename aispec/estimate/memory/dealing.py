"""How llama.cpp deals out layers over devices (`llama-model.cpp`, `get_layer_buft_list`)."""

from __future__ import annotations


def deal(layers: int, on_devices: int | None, devices: int) -> list[int]:
    """Return how many layers each of `devices` alike gets of the last `on_devices` of a model.

    The output layer is dealt as one more, last, once all layers are on devices: of 80 layers the
    first of two devices gets 41 and the second 39 and the output.
    """
    placed = layers if on_devices is None else min(on_devices, layers)
    items = placed + (placed == layers)
    dealt = [0] * devices
    for item in range(placed):
        dealt[item * devices // items] += 1
    return dealt
