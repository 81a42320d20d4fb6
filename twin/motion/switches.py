"""What one switch of the dynamic model changes on a stock lane: law of lead times, review period, unmet demand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import positive
from twin.motion.laws import Gamma
from twin.motion.overtaking import overtaken_orders
from twin.motion.stock_lane import StockLane
from twin.simulate import Estimate, estimate

_GROUPS = 10  # groups of paths behind the standard error of a quantile


def of_lead_times(stock: StockLane, lead_times: str, **run: Any) -> dict[str, Estimate]:
    """Return how a law of lead times changes orders, service, and the buffer that keeps the promise.

    With a base-stock level there is no shortage as long as the goods on order do not exceed it, whatever the level. So
    the buffer that keeps a service level is their quantile, less mean demand over the lead time.

    Parameters
    ----------
    stock : StockLane
    lead_times : "independent", "waiting" or "persistent"
    run : further arguments of `motion.simulate`; at least 20 replications

    Source
    ------
    Notebook 09, eq. (9.2) and (9.5).
    """
    alpha = float(stock.policy.service_level)
    paths = stock.run(stock.level(), lead_times=lead_times, **run)
    groups = np.array_split(paths.on_order, _GROUPS)
    crossed = overtaken_orders(Gamma(*stock.lead_time), lead_times, step=stock.step, seed=run.get("seed", 0))
    return {
        "orders overtaken [%]": Estimate(100 * crossed.mean, 100 * crossed.standard_error),
        "service [%]": stock.measures(paths)["service [%]"],
        "buffer needed [pallet]": estimate([np.quantile(part, alpha) - stock.over_lead_time().mean for part in groups]),
    }


def of_review(stock: StockLane, review_period: float, fixed_order_cost: float = 0.0, **run: Any) -> dict[str, Estimate]:
    """Return the service under a review period, with the level for the lead time and for the protection interval.

    Parameters
    ----------
    stock : StockLane
    review_period : float
        Time between two reviews; 0 is continuous review. [period]
    fixed_order_cost : float, optional
        Cost of an order. [$/order]
    run : further arguments of `motion.simulate`

    Source
    ------
    Notebook 09, eq. (9.6).
    """
    levels = stock.level(), stock.level(review=review_period)
    short, full = (stock.run(level, review_period=review_period, **run) for level in levels)
    orders = (full.ordered > 0).mean(axis=-1) / stock.step
    cost = float(stock.policy.holding_cost) * full.on_hand.mean(axis=-1) + fixed_order_cost * orders
    return {
        "service, S for L [%]": stock.measures(short)["service [%]"],
        "service, S for L + R [%]": stock.measures(full)["service [%]"],
        "S for L + R [pallet]": Estimate(levels[1], 0.0),
        "its cost [$/period]": estimate(cost),
    }


def of_unmet_demand(stock: StockLane, unmet: str, factors: ArrayLike, **run: Any) -> dict[str, Estimate]:
    """Return what a rule for unmet demand costs at the formula's level, and the best of several levels.

    All levels meet the same random numbers.

    Parameters
    ----------
    stock : StockLane
    unmet : "backordered", "lost" or "partner"
    factors : array_like, shape (n,)
        Levels to try, as multiples of the formula's level, > 0. [-]
    run : further arguments of `motion.simulate`
    """
    (tried,) = positive(factors=factors)
    levels = stock.level() * np.array([1.0, *tried])
    runs = [stock.run(level, unmet=unmet, keep=(), **run) for level in levels]
    money = [_per_period(paths.estimate("money"), stock.step) for paths in runs]
    best = 1 + int(np.argmax([each.mean for each in money[1:]]))
    short = runs[0].estimate({"backordered": "backlog"}.get(unmet, unmet))
    return {
        "short [pallet/step]": short,
        "profit [$/period]": money[0],
        "best level [pallet]": Estimate(float(levels[best]), 0.0),
        "profit there [$/period]": money[best],
    }


def _per_period(of_a_step: Estimate, step: float) -> Estimate:
    return Estimate(of_a_step.mean / step, of_a_step.standard_error / step)
