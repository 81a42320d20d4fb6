"""Refining of a trained network by the exact values of solved lanes, beside derivatives along paths of longer ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.learned.descent import Descent, share_of_peak
from twin.learned.features import LaneContext, Reals, network_inputs
from twin.learned.perceptron import Layers, backward, forward, order_sizes
from twin.learned.solved_lanes import SolvedLanes, solved_lanes
from twin.learned.training import TrainingRecipe, constants_of, gradient, simulated
from twin.learned.training_lanes import random_lanes

_SWEEPS = 8  # periods of demand that are drawn at a time
_SPREAD = 0.5  # standard deviation of the error of an order that leads to the next state [pallet]


@dataclass(frozen=True)
class RefiningRecipe:
    """Settings of the refining of a network; the defaults are those of the shipped weights."""

    solved: tuple[int, ...] = (600, 600, 600, 120, 20, 4)  # lanes with lead times of 1, 2, ... periods
    steps: int = 9_000
    rows: int = 1024  # states of a step, each of another solved lane
    rate: float = 2e-3  # peak of Adam's learning rate [-]
    averaging: float = 0.002  # weight of a step in the moving average of the weights [-]
    width: float = 0.5  # standard deviation of the error before an order is rounded, at the begin [pallet]
    last_width: float = 0.25  # and at the end [pallet]
    poor: float = 1.0  # share of a lane's weight that is in proportion to its loss [-]
    memory: float = 0.02  # weight of a state in the moving average of a lane's loss [-]
    longer: int = 160  # lanes that are simulated beside the solved ones
    shortest: int = 4  # least lead time of those [period]
    share: float = 0.3  # weight of their gradient [-]
    every: int = 8  # steps for which their gradient is used


class _Longer:
    """Lanes without exact values, whose gradient is that along simulated paths."""

    def __init__(self, recipe: RefiningRecipe, training: TrainingRecipe, rng: np.random.Generator) -> None:
        self._recipe, self._training, self._rng, self._drawn = recipe, training, rng, 0
        self._lanes = random_lanes(recipe.longer, rng, recipe.shortest)
        self._states = self._lanes.first_states()

    def gradient(self, layers: Layers) -> Layers:
        """Return the derivative of the cost of further periods, a share of the lanes being replaced now and then."""
        training, rng = self._training, self._rng
        if self._drawn and self._drawn % training.every == 0:
            places = rng.choice(len(self._lanes), int(training.renewed * len(self._lanes)), replace=False)
            others = random_lanes(len(places), rng, self._recipe.shortest)
            self._lanes = self._lanes.replaced(places, others)
            self._states[places] = others.first_states()
        self._drawn += 1
        context, ratio, weight, counted = constants_of(training, self._lanes)
        demands = self._lanes.demands(training.horizon, rng)
        chances = rng.random(demands.shape, np.float32)
        traces, self._states = simulated(layers, context, self._states, demands, chances)
        weight = weight * self._recipe.share / float(counted.sum())
        return gradient(layers, context, traces, ratio, weight, counted, training.kink)


class _Solved:
    """Chains of states, one for each solved lane, on which orders have exact costs."""

    def __init__(self, recipe: RefiningRecipe, solved: SolvedLanes, rng: np.random.Generator) -> None:
        self._recipe, self._solved, self._rng = recipe, solved, rng
        self._context, self._states = solved.lanes.context(), solved.lanes.first_states()
        self._losses = np.zeros(len(solved.lanes))  # moving average, as a share of the least cost [-]
        self._parts = self._drawn()

    def gradient(self, layers: Layers, width: float) -> tuple[Layers, float]:
        """Return the derivative of the cost of orders above the least, in states of the next lanes, and its mean."""
        places, demand = next(self._parts)
        states, lanes = self._states[places], LaneContext(*(part[places] for part in self._context))
        values = forward(layers, network_inputs(states, lanes))
        orders, slope = order_sizes(values[-1], lanes)
        by_order, losses = self._solved.slopes(places, states, orders, width)
        least = self._solved.least[places]
        self._losses[places] += self._recipe.memory * (losses / least - self._losses[places])
        mean = float(self._losses.mean())
        weight = 1 + self._recipe.poor * (self._losses[places] / max(mean, 1e-12) - 1)
        slopes = (by_order * slope * weight / (least * len(places))).astype(np.float32)[:, None]
        gradients = [(np.zeros_like(weights), np.zeros_like(biases)) for weights, biases in layers]
        backward(layers, values, slopes, np.ones_like(slopes), gradients)
        placed = np.maximum(np.rint(orders + self._rng.normal(0, _SPREAD, len(orders))), 0)
        after = np.zeros_like(states)
        after[:, :-1] = states[:, 1:]
        after[:, 0] += np.maximum(states[:, 0] - demand, 0)
        after[np.arange(len(states)), lanes.slot] += placed
        self._states[places] = after
        return gradients, mean

    def _drawn(self) -> Iterator[tuple[NDArray[np.int64], Reals]]:
        """Yield the places of the lanes of a step and a demand of each, all lanes once before any again."""
        count = len(self._solved.lanes)
        while True:
            for demand in self._solved.lanes.demands(_SWEEPS, self._rng):
                for places in np.array_split(self._rng.permutation(count), max(1, round(count / self._recipe.rows))):
                    yield places, demand[places]


def refined(
    layers: Layers,
    recipe: RefiningRecipe,
    training: TrainingRecipe,
    tell: Callable[[dict[str, Any]], None] | None = None,
    log_every: int = 1000,
) -> Layers:
    """Return layers that begin with those of a training run; `tell` is given a row of the log now and then."""
    rng = np.random.default_rng([training.seed, 1])
    chains = _Solved(recipe, solved_lanes(rng, recipe.solved), rng)
    longer = _Longer(recipe, training, rng)
    descent, along = Descent(layers, recipe.averaging), []
    for step in range(recipe.steps):
        progress = step / recipe.steps
        width = recipe.width * (recipe.last_width / recipe.width) ** progress
        gradients, gap = chains.gradient(descent.layers, width)
        if step % recipe.every == 0:
            along = longer.gradient(descent.layers)
        for layer, other in zip(gradients, along, strict=True):
            for part, more in zip(layer, other, strict=True):
                part += more
        descent.move(gradients, recipe.rate * share_of_peak(progress))
        if tell is not None and (step % log_every == 0 or step == recipe.steps - 1):
            tell({"step": training.steps + step, "gap": 100 * gap})
    return descent.averages
