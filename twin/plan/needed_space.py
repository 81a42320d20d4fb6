"""The space that flow lanes need on coming dates, alone or together on a site, from their forecasts and past errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

    from twin.past_errors import LaneErrors
    from twin.policy import Policy

_NORMAL = 1.959964  # standard deviations from the mean to an end of a 95% interval [-]
_POWERS = (0.0, 0.5, 1.0)  # of the size of a forecast, with which its error may grow [-]
_FEWEST = 8  # past forecasts of a date that a spread needs, of a lane or of all lanes of a site [period]


class NeededSpace(NamedTuple):
    """Space that flow lanes need on coming dates, as forecast, and what it costs.

    mean, sd : shape (dates,); sd is that of the forecast's error. [pallet]
    own_places : [pallet]
    place_cost : price of an own place, or of holding. [$/pallet/period]
    surcharge : of a pallet that goes to the partner at once, with holding. [$/pallet/period]
    remark : why there is no booking, such as a record that is too short; otherwise empty.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    own_places: float
    place_cost: float
    surcharge: float
    remark: str = ""


def space_of_lane(mean: ArrayLike, sd: ArrayLike, policy: Policy) -> NeededSpace:
    """Return the space that a flow lane needs, from the mean and the error of its forecast, shape (dates,)."""
    space = space_of_pallet(policy)
    said, error = np.asarray(mean, float), np.asarray(sd, float)
    remark = ""
    if policy.kind == "stock":
        remark = "Bookings ahead are computed for flow lanes, whose space follows their demand."
    elif not (error > 0).all():
        remark = "Bookings ahead need a forecast with an interval for each date; this record cannot carry one."
    return NeededSpace(space * said, space * error, float(policy.internal_capacity), *prices_of_places(policy), remark)


def sd_of_interval(low: ArrayLike, high: ArrayLike) -> NDArray[np.float64]:
    """Return the standard deviation of a normal forecast error whose 95% interval has these ends."""
    return (np.asarray(high, float) - np.asarray(low, float)) / (2 * _NORMAL)


def sd_on_record(errors: LaneErrors, steps: NDArray[np.int64], mean: ArrayLike) -> NDArray[np.float64]:
    """Return the root mean square of a lane's past errors of some steps, laid on today's forecast.

    It suits dates months ahead, for which an interval that corrects itself for its misses becomes very wide or narrow.
    Where the forecast follows a season of the year, the errors of large months count in small ones as they did on
    record: all alike, in proportion to the root of the forecast, or in proportion to the forecast.

    sd^2 = mean of e^2 (m / m(e))^(2 b),  b of 0, 1/2, 1 with the largest likelihood of normal errors of the first step

    Parameters
    ----------
    errors : LaneErrors
    steps : shape (dates,)
        Step of each date in the forecasts, from 0.
    mean : shape (dates,)
        Forecast of each date, whose changes by a plan change the errors in proportion. [pallet/period]

    Returns
    -------
    ndarray, shape (dates,); NaN for steps with fewer than 8 past errors, unless a season of the year gives their size
    in units of that of earlier steps. [pallet/period]
    """
    found = errors.paths(steps=int(steps[-1]) + 1)
    alone, error = np.asarray(found.forecast)[steps], (found.paths - found.forecast)[:, steps]
    known = ~np.isnan(error)
    count = known.sum(axis=0)
    square = np.where(known, error, 0.0) ** 2
    sd = np.sqrt(square.sum(axis=0) / np.maximum(count, 1))
    if (seasonal := errors.seasonal[steps]).any():
        sd[seasonal] = _sd_by_size(errors, steps[seasonal])
        count[seasonal] = np.where(np.isnan(sd[seasonal]), 0, _FEWEST)
    times = np.divide(np.asarray(mean, float), alone, out=np.ones(len(alone)), where=alone > 0)
    return np.where(count >= _FEWEST, times * sd, np.nan)


def _sd_by_size(errors: LaneErrors, steps: NDArray[np.int64]) -> Array:
    """Return the root mean square of past errors of some steps, at the size of today's forecast of them.

    That of the last step with enough errors serves the later ones, at their size; NaN where no step has enough.
    """
    error, said, today = errors.error[:, steps], errors.past[:, steps], errors.past[-1, steps]
    there = ~np.isnan(error) & (said > 0) & (today > 0)
    count = there.sum(axis=0)
    carried = np.flatnonzero(count >= _FEWEST)
    if not len(carried):
        return np.full(len(steps), np.nan)
    power = _power_of_size(errors)
    size = np.divide(said, today, out=np.ones(said.shape), where=there) ** power
    sd = np.sqrt(np.sum((error / size) ** 2, axis=0, where=there) / np.maximum(count, 1))
    last = carried[np.maximum(np.searchsorted(carried, np.arange(len(steps)), side="right") - 1, 0)]
    return sd[last] * (today / today[last]) ** power


def _power_of_size(errors: LaneErrors) -> float:
    """Return the power of a forecast with which its error grows, from the errors of the first step."""
    error, said = errors.error[:, 0], errors.past[:, 0]
    there = ~np.isnan(error) & (said > 0)
    error, size = error[there], np.log(said[there])
    if not error.any():
        return 0.0
    return min(_POWERS, key=lambda b: np.log(np.mean((error * np.exp(-b * size)) ** 2)) / 2 + b * size.mean())


def space_of_pallet(policy: Policy) -> float:
    """Return the places that a pallet of demand takes, with its returns. [place/pallet]"""
    return (1 + float(policy.return_rate)) * float(policy.dwell)


def prices_of_places(policy: Policy) -> tuple[float, float]:
    """Return the price of a booked place where no contract states one, and of a pallet at the partner's at once.

    They are the price of an own place, or holding cost if that is 0; and holding with surcharge. [$/pallet/period]
    """
    rent = float(policy.own_place_cost) or float(policy.holding_cost)
    return rent, float(policy.holding_cost) + float(policy.partner_surcharge)


def space_of_site(
    lanes: Sequence[NeededSpace], errors: Sequence[LaneErrors], steps: NDArray[np.int64], own_places: float
) -> NeededSpace:
    """Return the space that lanes of a site need together; the spread is that of their past errors, summed.

    sd = sd over past origins of  sum of  s_i e_i / sd(e_i),  e_i = error in units of the lane's mean error so far

    Lanes that err together add up, and lanes that err against each other make up for each other. Prices are means,
    weighted by the space that the lanes need.

    Parameters
    ----------
    lanes : NeededSpace of each lane
    errors : LaneErrors of each lane, of records that end in the same period
    steps : shape (dates,)
        Step of each date in the forecasts, from 0.
    own_places : places of the site. [pallet]
    """
    weights = np.array([each.mean.sum() for each in lanes])
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(lanes), 1 / len(lanes))
    prices = (float(share @ [getattr(each, name) for each in lanes]) for name in ("place_cost", "surcharge"))
    mean = np.sum([each.mean for each in lanes], axis=0)
    remark = next((each.remark for each in lanes if each.remark), "")
    if remark:
        return NeededSpace(mean, np.zeros(len(mean)), own_places, *prices, f"One of its lanes says: {remark}")
    known = [_in_units(each, steps) for each in errors]
    joint = ~np.isnan(np.sum(known, axis=0))
    if joint.sum(axis=0).min() < _FEWEST:
        few = f"The lanes of the site have fewer than {_FEWEST} past forecasts of each date in common."
        return NeededSpace(mean, np.zeros(len(mean)), own_places, *prices, few)
    total = np.zeros(joint.shape)
    for each, error in zip(lanes, known, strict=True):
        spread = np.std(error, axis=0, where=joint)
        total += np.where(joint, error, 0.0) * (each.sd / np.where(spread > 0, spread, 1.0))
    return NeededSpace(mean, np.std(total, axis=0, where=joint), own_places, *prices)


def carried_together(errors: Sequence[LaneErrors], steps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether lanes have enough past forecasts of each date in common for `space_of_site`, shape (dates,)."""
    joint = ~np.isnan(np.sum([_in_units(each, steps) for each in errors], axis=0))
    return joint.sum(axis=0) >= _FEWEST


def _in_units(errors: LaneErrors, steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return past errors in units of the lane's mean error up to then; 0 of a lane that has never erred."""
    error, unit = errors.error[:, steps], errors.unit[: len(errors.volumes), None]
    if not unit[-1] > 0:
        return 0.0 * error
    return np.divide(error, unit, out=np.full(error.shape, np.nan), where=unit > 0)
