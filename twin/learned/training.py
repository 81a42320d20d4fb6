"""Training of the network of lost-sales lanes by derivatives along simulated paths, in numpy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from twin.learned.descent import Descent, share_of_peak
from twin.learned.features import SLOTS, LaneContext, Reals, count_of_inputs, network_inputs, states_adjoint
from twin.learned.perceptron import Layers, backward, forward, order_sizes, started_layers
from twin.learned.training_lanes import TrainingLanes, random_lanes


@dataclass(frozen=True)
class TrainingRecipe:
    """Settings of a training run; the defaults are those of the shipped weights."""

    seed: int = 0
    steps: int = 2200
    hidden: tuple[int, ...] = (64, 64)
    lanes: int = 1024  # simulated at a time
    horizon: int = 50  # simulated in a step [period]
    tail: int = 14  # beyond the lead time, in which the consequences of an order end [period]
    renewed: float = 0.25  # share of the lanes that are replaced ...
    every: int = 20  # ... after so many steps
    rate: float = 4e-3  # peak of Adam's learning rate [-]
    clip: float = 2.0  # largest norm of a gradient [-]
    averaging: float = 0.005  # weight of a step in the moving average of the weights [-]
    kink: float = 0.5  # derivative of the stock left over where it is exactly 0 [-]
    whole_orders: bool = True  # orders are rounded at random, up with the probability of their fraction
    mask: bool = True  # orders whose consequences do not end within the horizon add nothing to the gradient
    persistent: bool = True  # chains go on from step to step


class Trace(NamedTuple):
    """One period of a simulated path, as far as its derivative needs it."""

    values: list[Reals]  # of the network's layers
    slope: Reals  # of the order size by the network's result
    left: Reals  # stock minus demand, before it is cut at 0 [pallet]


def simulated(
    layers: Layers, lanes: LaneContext, states: Reals, demands: Reals, chances: Reals | None
) -> tuple[list[Trace], Reals]:
    """Return the trace of each period and the last states; with `chances` orders are rounded at random."""
    traces, rows = [], np.arange(len(states))
    for period, demand in enumerate(demands):
        values = forward(layers, network_inputs(states, lanes))
        orders, slope = order_sizes(values[-1], lanes)
        if chances is not None:
            orders = np.floor(orders + chances[period])
        left = states[:, 0] - demand
        traces.append(Trace(values, slope, left))
        following = np.zeros_like(states)
        following[:, :-1] = states[:, 1:]
        following[:, 0] += np.maximum(left, 0)
        following[rows, lanes.slot] += orders
        states = following
    return traces, states


def gradient(
    layers: Layers, lanes: LaneContext, traces: list[Trace], ratio: Reals, weight: Reals, counted: Reals, kink: float
) -> Layers:
    """Return the derivative, by the layers, of the weighted cost of all periods, through the orders that are counted.

    cost = sum over lanes and periods of  weight ((x - D)+ + ratio (D - x)+)

    The derivative of (x - D)+ where x = D is `kink`: notebook 12, eq. (12.8). `counted`, shape (periods, n), is 1 or 0.
    """
    gradients = [(np.zeros_like(weights), np.zeros_like(biases)) for weights, biases in layers]
    rows = np.arange(len(ratio))
    onward = np.zeros((len(ratio), SLOTS), layers[0][0].dtype)  # derivative by the next state of the costs after it
    for trace, some in zip(traces[::-1], counted[::-1], strict=True):
        slopes = (onward[rows, lanes.slot] * trace.slope)[:, None]
        through_order = states_adjoint(backward(layers, trace.values, slopes, some[:, None], gradients), lanes)
        kept = (trace.left > 0) + kink * (trace.left == 0)
        now = np.empty_like(onward)
        now[:, 0] = kept * (weight + onward[:, 0]) - ratio * weight * (1 - kept)
        now[:, 1:] = onward[:, :-1]
        onward = now + through_order
    return gradients


def train(recipe: TrainingRecipe, tell: Callable[[dict[str, Any]], None] | None = None, log_every: int = 250) -> Layers:
    """Return the layers that a recipe leads to; `tell` is given a row of the log now and then."""
    rng = np.random.default_rng(recipe.seed)
    layers = started_layers([count_of_inputs(), *recipe.hidden, 1], rng)
    descent = Descent(layers, recipe.averaging)
    lanes = random_lanes(recipe.lanes, rng)
    states = lanes.first_states()
    for step in range(recipe.steps):
        if step % recipe.every == 0:
            if step:
                places = rng.choice(recipe.lanes, int(recipe.renewed * recipe.lanes), replace=False)
                others = random_lanes(len(places), rng)
                lanes = lanes.replaced(places, others)
                states[places] = others.first_states()
            context, ratio, weight, counted = constants_of(recipe, lanes)
        if not recipe.persistent:
            states = lanes.first_states()
        demands = lanes.demands(recipe.horizon, rng)
        chances = rng.random(demands.shape, np.float32) if recipe.whole_orders else None
        traces, states = simulated(descent.layers, context, states, demands, chances)
        gradients = gradient(descent.layers, context, traces, ratio, weight, counted, recipe.kink)
        size = float(counted.sum())
        norm = np.sqrt(sum(float(np.sum((part / size) ** 2)) for layer in gradients for part in layer))
        share = min(1.0, recipe.clip / norm) / size
        for layer in gradients:
            for slopes in layer:
                slopes *= share
        descent.move(gradients, recipe.rate * share_of_peak(step / recipe.steps))
        if tell is not None and (step % log_every == 0 or step == recipe.steps - 1):
            left = np.stack([trace.left for trace in traces])
            cost = np.mean((np.maximum(left, 0) + ratio * np.maximum(-left, 0)) * weight)
            tell({"step": step, "cost": float(cost), "norm": float(norm)})
    return descent.averages


def constants_of(recipe: TrainingRecipe, lanes: TrainingLanes) -> tuple[LaneContext, Reals, Reals, Reals]:
    """Return context, ratio, weight, shape (n,), and the orders that are counted, shape (periods, n)."""
    safety = ndtri(lanes.ratio / (1 + lanes.ratio))
    density = np.exp(-(safety**2) / 2) / np.sqrt(2 * np.pi)
    cost = (1 + lanes.ratio) * density * lanes.sd * (lanes.lead_time + 1) ** 0.25  # rough size of the least cost
    periods = np.arange(recipe.horizon)[:, None]
    last = recipe.horizon - recipe.tail - lanes.lead_time if recipe.mask else np.full(len(lanes), recipe.horizon)
    parts = (lanes.ratio, 1 / cost, periods < last)
    return lanes.context(), *(part.astype(np.float32) for part in parts)
