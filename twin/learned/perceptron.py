"""A small network of tanh layers in numpy: its value, its derivatives, and the order size that its value stands for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from twin.learned.features import LaneContext, Reals

Layers = list[tuple[Reals, Reals]]  # weights, shape (inputs, outputs), and biases, shape (outputs,), of each layer


def started_layers(sizes: Sequence[int], rng: np.random.Generator) -> Layers:
    """Return random layers, the last one small, so that the first orders are near mean demand."""
    layers = []
    for place, (inputs, outputs) in enumerate(pairwise(sizes)):
        share = 0.1 if place == len(sizes) - 2 else 1.0
        weights = rng.normal(0, share / np.sqrt(inputs), (inputs, outputs)).astype(np.float32)
        layers.append((weights, np.zeros(outputs, np.float32)))
    return layers


def forward(layers: Layers, inputs: Reals) -> list[Reals]:
    """Return the values of all layers: the inputs, the hidden layers, and the result, shape (n, 1)."""
    values = [inputs]
    for place, (weights, biases) in enumerate(layers):
        after = values[-1] @ weights
        after += biases
        values.append(after if place == len(layers) - 1 else np.tanh(after, out=after))
    return values


def backward(layers: Layers, values: list[Reals], slopes: Reals, counted: Reals, gradients: Layers) -> Reals:
    """Return the derivative by the inputs from that by the result, and add that by the weights to `gradients`.

    Rows whose `counted`, shape (n, 1), is 0 add nothing to the gradients, but have a derivative by their inputs.
    """
    some = bool(counted.any())
    for (weights, _), (by_weights, by_biases), value in zip(layers[::-1], gradients[::-1], values[-2::-1], strict=True):
        if some:
            kept = slopes * counted
            by_weights += value.T @ kept
            by_biases += kept.sum(axis=0)
        slopes = slopes @ weights.T
        if value is not values[0]:
            slopes *= 1 - value**2
    return slopes


def order_sizes(result: Reals, lanes: LaneContext) -> tuple[Reals, Reals]:
    """Return order sizes, not yet rounded, and their derivative by the result of the network, both of shape (n,).

    q = most / (1 + exp(-result - middle)), which is mean demand where the result is 0

    Source: notebook 12, eq. (12.7).
    """
    share = 1 / (1 + np.exp(-result[:, 0] - lanes.middle))
    return lanes.most * share, lanes.most * share * (1 - share)
