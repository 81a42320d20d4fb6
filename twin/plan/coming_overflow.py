"""Overflow of the coming dates of lanes: one computation for the actions, the totals and the plan by date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin import overflow_ahead
from twin.overflow_ahead import OverflowAhead
from twin.plan.attention import HALF_LIFE, MEMORY, WEEKS, ranked_periods

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.network_forecasts import LaneForecast
    from twin.policy import Policy


def steps_watched(calendar: WorkingCalendar) -> int:
    """Return the number of periods ahead that are forecast for the actions, whatever the horizon of a plan. [period]

    >>> from twin.data.calendar import WorkingCalendar
    >>> steps_watched(WorkingCalendar())
    28
    """
    return ranked_periods(calendar.period, calendar.season) * WEEKS[calendar.period]


def coming_overflow(
    forecast: ArrayLike,
    errors: ArrayLike,
    before: ArrayLike,
    capacity: ArrayLike,
    dwell: ArrayLike,
    calendar: WorkingCalendar,
) -> OverflowAhead:
    """Return the expected overflow of lanes on each coming date, and its probability.

    X(h) = sum_a c_a W(h - a),  c_a = min(1, dwell - a) >= 0, with the errors of one past forecast on all of its dates

    Parameters
    ----------
    forecast : array_like, shape (..., steps)
        Forecast of the workload W of the coming periods. [pallet/period]
    errors : array_like, shape (..., past, steps)
        Errors of past forecasts of it, as from `overflow_ahead.errors_of`; the latest that count are taken.
        [pallet/period]
    before : array_like, shape (..., periods)
        Latest workload on record; unknown volumes count as none. [pallet/period]
    capacity : array_like, shape (...) or (..., steps)
        Own places, and booked ones on their dates. [pallet]
    dwell : array_like, shape (...)
        Time that goods take a place. [period]
    calendar : WorkingCalendar of the record

    Returns
    -------
    OverflowAhead, arrays of shape (..., steps)

    Limits
    ------
    Goods in process alone: the buffer of a flow lane is places kept free. Returns come in their mean.

    >>> from twin.data.calendar import WorkingCalendar
    >>> found = coming_overflow([10.0, 10.0], [[0.0, 0.0]], [8.0], 15.0, 2.0, WorkingCalendar())
    >>> found.expected.tolist()
    [3.0, 5.0]
    """
    life = ranked_periods(calendar.period, calendar.season) * HALF_LIFE[calendar.period]
    mean, error = np.asarray(forecast, float), np.asarray(errors, float)[..., -int(MEMORY * life) :, :]
    late, stay = np.nan_to_num(np.asarray(before, float)), np.asarray(dwell, float)
    whole = np.concatenate([late, mean], axis=-1)
    space, sums, steps = 0.0, 0.0, mean.shape[-1]
    for age in range(max(1, int(np.ceil(stay.max(initial=0.0))))):
        part = np.clip(stay - age, 0.0, 1.0)[..., np.newaxis]
        space = space + part * _later(whole, age)[..., -steps:]
        stays = part[..., np.newaxis]
        sums = sums + np.where(stays > 0, stays * _of_one_forecast(error, age), 0.0)  # gone goods have unknown errors
    return overflow_ahead.overflow_ahead(space, sums, capacity, life)


def _later(values: NDArray[np.float64], age: int) -> NDArray[np.float64]:
    """Return a series so many periods later, with zeros before it."""
    if not age:
        return values
    zeros = np.zeros((*values.shape[:-1], min(age, values.shape[-1])))
    return np.concatenate([zeros, values[..., :-age]], axis=-1)


def _of_one_forecast(error: NDArray[np.float64], age: int) -> NDArray[np.float64]:
    """Return the errors of the same forecasts so many steps earlier, which became known as many periods earlier.

    What came before the forecast was known and has no error.
    """
    if not age:
        return error
    earlier = np.full(error.shape, np.nan)
    earlier[..., age:, age:] = error[..., :-age, :-age]
    earlier[..., :age] = 0.0
    return earlier


def of_forecast(found: LaneForecast, policy: Policy, calendar: WorkingCalendar) -> OverflowAhead:
    """Return the overflow of a flow lane on the dates of its forecast, arrays of shape (steps,).

    found : as `NetworkForecasts.of` returns it, with the changes of a plan.
    """
    return coming_overflow(*load_of(found, policy), policy.internal_capacity, policy.dwell, calendar)


def load_of(
    found: LaneForecast, policy: Policy
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return forecast, errors and record of the workload of a lane, as `coming_overflow` takes them."""
    said, alone, returned = np.asarray(found.said.mean), found.alone, 1.0 + float(policy.return_rate)
    times = np.divide(said, alone, out=np.ones_like(said), where=alone > 0)
    errors = overflow_ahead.errors_of(found.errors.volumes, found.errors.past) * times
    return returned * said, returned * errors, returned * found.errors.volumes
