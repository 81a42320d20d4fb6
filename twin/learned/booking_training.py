"""Training of the network of bookings: one more place or not, by the exact gain of it on solved random problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from twin.exact.pricing import Policy
from twin.exact.value_iteration import Array
from twin.learned.booking_inputs import BookingContext, booking_context, booking_inputs, count_of_booking_inputs
from twin.learned.booking_policy import GAIN, network_bookings
from twin.learned.descent import Descent, share_of_peak
from twin.learned.features import Reals
from twin.learned.perceptron import Layers, backward, forward, started_layers
from twin.learned.solved_bookings import SolvedBooking, solved_booking, table_of
from twin.learned.training_bookings import random_booking

_WIDEST = 400  # places in the curves of a problem that is still trained on [place]
_STEEP = 30.0  # result beyond which a choice counts as certain [-]


@dataclass(frozen=True)
class BookingRecipe:
    """Settings of a training run; the defaults are those of the shipped weights."""

    seed: int = 0
    hidden: tuple[int, ...] = (64, 64)
    problems: int = 700  # solved exactly
    values: int = 1_500_000  # of all bookings in all states of a problem, at most
    chains: int = 16  # of states, of each problem
    periods: int = 40  # of a chain, of which the first are left out ...
    warming: int = 15  # ... until so many [period]
    thinning: int = 3  # periods from one state that is kept to the next
    astray: float = 0.3  # share of bookings of a chain with an error of a place or two [-]
    steps: tuple[int, ...] = (4_000, 11_000)  # on states of the best policy; then also on those of the network
    rows: int = 2048  # choices of a step
    rates: tuple[float, ...] = (2e-3, 1.5e-3)  # peaks of Adam's learning rate [-]
    averaging: float = 0.003  # weight of a step in the moving average of the weights [-]


class Choices(NamedTuple):
    """Choices of one more place or not; a row each."""

    inputs: Reals
    gain: Reals  # by the marginal rule, as a share of the rent [-]
    worth: Reals  # exact gain over the least average cost of the problem [-]


def train_bookings(recipe: BookingRecipe, tell: Callable[[dict[str, Any]], None] | None = None) -> Layers:
    """Return the layers that a recipe leads to; `tell` is given a row of the log now and then.

    In each of two rounds, the cost of wrong choices is made small on all states that were met so far: those of the
    best policies, then also those to which the network of the first round leads.

    Source
    ------
    Ross, Gordon and Bagnell (2011), A reduction of imitation learning and structured prediction to no-regret online
    learning, for the second round; Temizöz et al. (2020), Deep controlled learning, for policies as classifiers.
    """
    rng = np.random.default_rng(recipe.seed)
    solved = solved_bookings(recipe.problems, recipe.values, rng)
    contexts = [booking_context(each.problem) for each in solved]
    layers = started_layers([count_of_booking_inputs(), *recipe.hidden, 1], rng)
    kept: list[Choices] = []
    done = 0
    for place, steps in enumerate(recipe.steps):
        for each, context in zip(solved, contexts, strict=True):
            policy = network_bookings(layers, context) if place else None
            kept.append(choices_of(each, context, policy, recipe, rng))
        choices = Choices(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))
        kept = [choices]
        layers = _fitted(layers, choices, recipe, place, done, rng, tell)
        done += steps
    return layers


def solved_bookings(count: int, values: int, rng: np.random.Generator) -> list[SolvedBooking]:
    """Return random problems with their exact values; those with larger tables are left out."""
    found: list[SolvedBooking] = []
    while len(found) < count:
        problem = random_booking(rng)
        if table_of(problem) <= values and problem.uncovered.shape[2] <= _WIDEST:
            found.append(solved_booking(problem))
    return found


def choices_of(
    solved: SolvedBooking, context: BookingContext, policy: Policy | None, recipe: BookingRecipe,
    rng: np.random.Generator,
) -> Choices:  # fmt: skip
    """Return choices near the best bookings, in states of chains that follow a policy, by default the best one."""
    problem, chains, tried = solved.problem, recipe.chains, np.arange(solved.sizes)
    states = np.tile(problem.start, (chains, 1))
    states[:, 0], states[:, 1] = rng.integers(problem.season, size=chains), rng.integers(problem.regimes, size=chains)
    below, parts = problem.moves.cumsum(axis=2), []
    share = 1 / solved.least
    for period in range(recipe.periods):
        costs = solved.costs(states, np.tile(tried, (chains, 1)))
        best = costs.argmin(axis=1)
        if period >= recipe.warming and (period - recipe.warming) % recipe.thinning == 0:
            for off in (-1, 0, rng.integers(-3, 4, chains)):
                booked = np.clip(best + off, 0, solved.sizes - 2)
                worth = -np.take_along_axis(np.diff(costs, axis=1), booked[:, None], axis=1)[:, 0]
                parts.append(Choices(*booking_inputs(context, states, booked), (share * worth).astype(np.float32)))
        action = best if policy is None else policy(states)
        errors = np.rint(rng.normal(0, 1.2, chains)) * (rng.random(chains) < recipe.astray)
        action = np.clip(action + errors, 0, solved.sizes - 1).astype(np.int64)
        chosen = (below[states[:, 0], states[:, 1]] < rng.random((chains, 1))).sum(axis=1)
        later = (states[:, 0] + 1) % problem.season, np.minimum(chosen, problem.regimes - 1)
        states = np.column_stack([*later, states[:, 3:], action])
    return Choices(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def slopes_of(result: Array, worth: Array) -> Array:
    """Return the derivative of the smooth cost of wrong choices, |worth| log(1 + exp(-sign(worth) result))."""
    wrong = 1 / (1 + np.exp(np.clip(np.sign(worth) * result, -_STEEP, _STEEP)))
    return -worth * wrong


def _fitted(
    layers: Layers, choices: Choices, recipe: BookingRecipe, place: int, done: int, rng: np.random.Generator,
    tell: Callable[[dict[str, Any]], None] | None,
) -> Layers:  # fmt: skip
    """Return layers after the steps of a round."""
    descent, steps = Descent(layers, recipe.averaging), recipe.steps[place]
    for step in range(steps):
        rows = rng.integers(len(choices.gain), size=recipe.rows)
        inputs, gain, worth = (part[rows] for part in choices)
        values = forward(descent.layers, inputs)
        result = values[-1][:, 0] + GAIN * gain
        slopes = (slopes_of(result, worth) / len(rows)).astype(np.float32)[:, None]
        gradients = [(np.zeros_like(weights), np.zeros_like(biases)) for weights, biases in layers]
        backward(descent.layers, values, slopes, np.ones_like(slopes), gradients)
        descent.move(gradients, recipe.rates[place] * share_of_peak(step / steps))
        if tell is not None and (step % 1000 == 0 or step == steps - 1):
            loss, simple = (100 * float(np.mean(np.abs(worth) * ((worth > 0) != (by > 0)))) for by in (result, gain))
            tell({"step": done + step, "loss": loss, "marginal_loss": simple})
    return descent.averages
