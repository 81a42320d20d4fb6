"""Adam's steps down a gradient, with a moving average of the weights."""

from __future__ import annotations

import numpy as np

from twin.learned.perceptron import Layers

_MOMENTS = 0.9, 0.998  # decay of the first and second moments [-]
_WARM = 0.05  # share of the steps in which the rate rises [-]


class Descent:
    """Layers that move, and their averages.

    Source: Kingma and Ba (2015), Adam: a method for stochastic optimization.
    """

    def __init__(self, layers: Layers, averaging: float) -> None:
        self.layers = [tuple(part.copy() for part in layer) for layer in layers]
        self.averages = [tuple(part.copy() for part in layer) for layer in layers]
        self._first, self._second = ([[np.zeros_like(part) for part in layer] for layer in layers] for _ in range(2))
        self._averaging, self._steps = averaging, 0

    def move(self, gradients: Layers, rate: float) -> None:
        """Move all weights by one step, in place."""
        self._steps += 1
        each = zip(self.layers, gradients, self._first, self._second, self.averages, strict=True)
        for layer, by, one, two, mean in each:
            for part, slope, m, v, average in zip(layer, by, one, two, mean, strict=True):
                m += (1 - _MOMENTS[0]) * (slope - m)
                v += (1 - _MOMENTS[1]) * (slope**2 - v)
                scaled = np.sqrt(v / (1 - _MOMENTS[1] ** self._steps)) + 1e-8
                part -= rate / (1 - _MOMENTS[0] ** self._steps) * m / scaled
                average += self._averaging * (part - average)


def share_of_peak(progress: float) -> float:
    """Return the share of the peak rate at this progress: a rise, then half a cosine."""
    if progress < _WARM:
        return progress / _WARM
    return 0.5 * (1 + np.cos(np.pi * (progress - _WARM) / (1 - _WARM))) + 2.5e-4
