"""Order crossing: how often a later order arrives before an earlier one."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin._check import require, whole
from twin.motion.laws import law_of
from twin.motion.lead_times import LEAD_TIMES, Delays
from twin.motion.state import FLOWS, State
from twin.simulate import Estimate, estimate, generator


def overtaken_orders(
    lead_time: Any,
    lead_times: str = "independent",
    *,
    orders: int = 400,
    paths: int = 100,
    seed: int = 0,
    step: float = 1.0,
    spell: int = 60,
) -> Estimate:
    """Return the share of orders that a later order overtakes, if one order is placed in every step. [-]

    An order is overtaken if a later one arrives in an earlier step; arrivals in the same step do not count.

    Parameters
    ----------
    lead_time, lead_times, step, spell : as in `motion.simulate`
    orders, paths : int, optional
        Orders of a path, and number of paths, each at least two.
    seed : int, optional

    Returns
    -------
    Estimate, with the standard error between paths

    Limits
    ------
    Waiting and persistent lead times never cross, so the share is 0. The last orders of a path have few that could
    overtake them, so the share is too small by about the lead time over `orders`.

    Source
    ------
    Bradley and Robinson (2005), Manufacturing & Service Operations Management 7(4); notebook 09, eq. (9.5).

    >>> overtaken_orders(5.0).mean
    0.0
    """
    require(lead_times in LEAD_TIMES, "lead_times", "one of " + ", ".join(LEAD_TIMES), lead_times)
    shape = (1, whole("paths", paths, least=2))
    delay = Delays(law_of("lead_time", lead_time), lead_times, generator(seed), shape, step, 0, spell)
    steps = np.arange(whole("orders", orders, least=2))
    clock = State(0, *(np.ones(shape) for _ in FLOWS))  # an order in every step
    arrival = np.empty((len(steps), shape[1]))
    for clock.step in steps:
        arrival[clock.step] = clock.step + np.asarray(delay(clock))
    first_later = np.minimum.accumulate(arrival[::-1])[::-1]  # earliest arrival of this order and all later ones
    return estimate((first_later[1:] < arrival[:-1]).mean(axis=0))
