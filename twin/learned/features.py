"""Inputs of the network of lost-sales lanes: a lane as a row of context, its stock and orders under way as shares.

States are padded to `SLOTS` columns: stock on hand, then the orders that arrive 1, 2, ... periods later, then zeros.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Reals = NDArray[np.floating[Any]]

SLOTS = 10  # lead time for which the inputs have room [period]
_SDS = 5.0  # an order is below mean demand and so many standard deviations [-]
_SUMS = np.triu(np.ones((SLOTS, SLOTS), np.float32))  # states @ _SUMS: stock once 0, 1, ... orders have arrived


class LaneContext(NamedTuple):
    """The lanes of a batch, a row each: what the inputs and the scale of an order need."""

    slot: NDArray[np.int64]  # column of the state in which an order placed now goes, lead_time - 1
    mean: Reals  # of demand in a period, shape (n, 1) [pallet]
    used: Reals  # 1 for the columns of a state that the lane has, shape (n, SLOTS) [-]
    scales: Reals  # 1 / (2 standard deviations of the demand until the order arrives), shape (n, SLOTS) [1/pallet]
    whole: Reals  # the same for all demand until an order placed now has been used, shape (n, 1) [1/pallet]
    most: Reals  # largest order, shape (n,) [pallet]
    middle: Reals  # logit of mean demand as a share of the largest order, shape (n,) [-]
    columns: Reals  # inputs that do not depend on the state, shape (n, contexts) [-]


def lane_context(
    lead_time: NDArray[np.int64], ratio: Reals, mean: Reals, sd: Reals, skewness: Reals, kind: Any = np.float32
) -> LaneContext:
    """Return the context of lanes with these lead times, penalties over holding cost, and moments of demand."""
    slots = np.arange(SLOTS)
    used = slots < lead_time[:, None]
    scales = used / (2 * sd[:, None] * np.sqrt(slots + 1))
    whole = 1 / (2 * sd * np.sqrt(lead_time + 1))
    most = mean + _SDS * sd
    columns = [
        ndtri(ratio / (ratio + 1)) / 2, np.log(ratio) / 4, np.log(mean) / 2 - 0.8, 2 * sd / mean - 1, sd / 3 - 1,
        skewness / 2 - 0.3, (lead_time - 5.5) / 4.5, *(lead_time[:, None] == slots + 1).T,
    ]  # fmt: skip
    parts = (mean[:, None], used, scales, whole[:, None], most, np.log(mean / (most - mean)), np.stack(columns, axis=1))
    return LaneContext(lead_time - 1, *(part.astype(kind) for part in parts))


def network_inputs(states: Reals, lanes: LaneContext) -> Reals:
    """Return the inputs of the network, shape (n, 2 SLOTS + 1 + contexts); one lane may stand for all rows.

    For each column of the state: its share of mean demand, and how many standard deviations the stock and orders up to
    it exceed mean demand; the same for all orders and lead_time + 1 periods; and the lane's context.
    """
    sums = states @ _SUMS.astype(states.dtype)
    periods = np.arange(1, SLOTS + 1, dtype=states.dtype)
    beyond = (sums - lanes.mean * periods) * lanes.scales
    position = (sums[:, -1:] - lanes.mean * (lanes.slot[:, None] + 2).astype(states.dtype)) * lanes.whole
    columns = np.broadcast_to(lanes.columns, (len(states), lanes.columns.shape[1]))
    return np.concatenate([states / lanes.mean - 0.9 * lanes.used, beyond, position, columns], axis=1)


def states_adjoint(slopes: Reals, lanes: LaneContext) -> Reals:
    """Return the derivative by the states, shape (n, SLOTS), from the derivative by the inputs."""
    beyond = slopes[:, SLOTS : 2 * SLOTS] * lanes.scales
    beyond[:, -1:] += slopes[:, 2 * SLOTS : 2 * SLOTS + 1] * lanes.whole
    return slopes[:, :SLOTS] / lanes.mean + beyond @ _SUMS.T.astype(slopes.dtype)


def count_of_inputs() -> int:
    """Return the number of inputs of the network."""
    return 2 * SLOTS + 1 + 7 + SLOTS
