"""Random lanes that are solved exactly, and what each of their orders costs in expectation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin._discrete import shares_of_whole_numbers
from twin.exact.single_source import LostSales, left_over, solved_values
from twin.learned.features import SLOTS, Reals
from twin.learned.training_lanes import TrainingLanes, random_lanes

_MOST_STATES = 400_000  # lanes with more states are not solved; others are drawn in their place
_TOLERANCE = 1e-5  # of the least average cost [-]
_TRIED = 4  # orders next to the network's that are compared
_MARGIN = 4  # stocks and order sizes beyond the newsvendor levels [pallet]
_PARTS = 4  # of a batch, by stock, so that short sums are not padded to the longest


@dataclass(frozen=True)
class SolvedLanes:
    """Lanes with the relative values of all their states, in one long array, the stock being the last axis of each."""

    lanes: TrainingLanes
    least: Reals  # least average cost, shape (n,) [$/period]
    values: Reals  # of all states [$]
    chances: Reals  # of all left-over stocks, a square matrix for each lane [-]
    first_value: NDArray[np.int64]  # place of the first value of each lane
    first_chance: NDArray[np.int64]  # place of the first chance of each lane
    stocks: NDArray[np.int64]  # stocks in each lane's table
    orders: NDArray[np.int64]  # order sizes in it
    strides: NDArray[np.int64]  # step in the table of a pallet in columns 2, 3, ... and in a new order

    def slopes(self, places: NDArray[np.int64], states: Reals, orders: Reals, width: float) -> tuple[Reals, Reals]:
        """Return the derivative of the expected cost of an order that is rounded after a normal error, and its loss.

        d/dq E[A(round(q + width Z))] = sum over k of  (A(k + 1) - A(k)) phi((k + 1/2 - q) / width) / width

        A(k) is the expected value of the state after an order of k, of which three differences about q are summed:
        notebook 12, eq. (12.9).

        Parameters
        ----------
        places : ndarray of int, shape (n,)
            Lane of each row. [-]
        states : ndarray, shape (n, SLOTS)
            Stock on hand and orders under way. [pallet]
        orders : ndarray, shape (n,)
            Order sizes q, not rounded. [pallet]
        width : float
            Standard deviation of the error. [pallet]

        Returns
        -------
        slopes, losses : ndarray, shape (n,)
            The derivative [$/pallet]; what the rounded order costs more than the best of the four about it [$].
        """
        top = self.orders[places]
        base = np.clip(np.floor(orders).astype(np.int64), 1, top - 3)
        costs = self.costs_after(places, states, base[:, None] + np.arange(-1, _TRIED - 1))
        middles = base[:, None] + np.arange(-0.5, _TRIED - 1.5)
        near = np.clip(orders, 0.5, top - 1.5)[:, None]
        weights = np.exp(-0.5 * ((middles - near) / width) ** 2) / (width * np.sqrt(2 * np.pi))
        chosen = np.clip(np.rint(orders).astype(np.int64) - base + 1, 0, _TRIED - 1)
        losses = np.take_along_axis(costs, chosen[:, None], axis=1)[:, 0] - costs.min(axis=1)
        return np.einsum("ij,ij->i", np.diff(costs, axis=1), weights).astype(np.float32), losses

    def costs_after(self, places: NDArray[np.int64], states: Reals, tried: NDArray[np.int64]) -> Reals:
        """Return the expected relative values of the states after the orders `tried`, shape (n, tries). [$]"""
        stocks, stride = self.stocks[places], self.strides[places]
        under_way = np.minimum(states.astype(np.int64), self.orders[places][:, None] - 1)
        stock = np.minimum(states[:, 0].astype(np.int64), stocks - 1)
        at_once = stride[:, -1] == 0  # the order placed now is the next to arrive
        begins = self.first_value[places] + np.einsum("ij,ij->i", under_way[:, 2:], stride[:, :-1])
        begins = begins[:, None] + tried * stride[:, -1:]
        arrived = np.where(at_once[:, None], tried, under_way[:, 1:2])
        rows, last = self.first_chance[places] + stock * stocks, stocks - 1
        found = np.empty(tried.shape)
        for part in np.array_split(np.argsort(stock), _PARTS):
            left = np.arange(int(stock[part].max()) + 1)
            shares = self.chances[rows[part][:, None] + np.minimum(left, last[part][:, None])]
            shares *= left <= stock[part][:, None]
            at = np.minimum(left + arrived[part][:, :, None], last[part][:, None, None])
            found[part] = np.einsum("ij,ikj->ik", shares, self.values[begins[part][:, :, None] + at])
        return found


def solved_lanes(rng: np.random.Generator, counts: tuple[int, ...]) -> SolvedLanes:
    """Return random lanes with lead times 1, 2, ..., as many of each as `counts` says, solved exactly."""
    kept: list[tuple[TrainingLanes, float, Reals, Reals, int, int]] = []
    for lead_time, count in enumerate(counts, start=1):
        wanted = len(kept) + count
        while len(kept) < wanted:
            one = random_lanes(1, rng, lead_time, lead_time)
            problem = LostSales(shares_of_whole_numbers(one.law(0)), lead_time, float(one.ratio[0]), 1.0)
            stocks, orders = problem.level(lead_time + 1) + _MARGIN, problem.level(1) + _MARGIN
            if stocks * orders ** (lead_time - 1) > _MOST_STATES:
                continue
            low, high, values = solved_values(problem, stocks, orders, _TOLERANCE)
            values = np.moveaxis(values - np.median(values), 0, -1).ravel()
            matrix = left_over(problem.shares, stocks).ravel()
            kept.append((one, (low + high) / 2, values.astype(np.float32), matrix.astype(np.float32), stocks, orders))
    drawn, least, values, chances, stocks, orders = zip(*kept, strict=True)
    lanes, powers = TrainingLanes.joined(drawn), np.arange(SLOTS - 2)
    sizes = np.array(stocks)[:, None], np.array(orders)[:, None], lanes.lead_time[:, None]
    strides = np.where(powers < sizes[2] - 2, sizes[0] * sizes[1] ** np.minimum(powers, sizes[2]), 0)
    newest = np.where(sizes[2] > 1, sizes[0] * sizes[1] ** np.maximum(sizes[2] - 2, 0), 0)
    return SolvedLanes(
        lanes,
        np.array(least),
        np.concatenate(values),
        np.concatenate(chances),
        *(np.cumsum([0, *(len(part) for part in parts[:-1])]) for parts in (values, chances)),
        np.array(stocks),
        np.array(orders),
        np.concatenate([strides, newest], axis=1),
    )
