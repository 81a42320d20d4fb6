"""Describe pictures as numbers, for a page that draws them itself and shows the values under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.demand import period_name
from twin.plan.unit_names import unit_names
from twin.view.pictures import PERIODS_SHOWN, own_flow, own_flow_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.forecast import Forecasts
    from twin.lane import Policy

#: A picture as the page takes it; `front/chart.js` lists the keys.
Chart = dict[str, Any]

MOST_PERIODS = 4000  # latest periods of a record that a page gets [period]
FAN_BANDS = {"nine tenths": (0.05, 0.95), "half": (0.25, 0.75)}  # bands of a fan: name -> quantiles of the paths [-]


def history(
    dates: NDArray,
    volumes: NDArray,
    policy: Policy,
    numbers: Mapping[str, float],
    said: Forecasts | None,
    coming: NDArray,
    calendar: WorkingCalendar,
) -> Chart:
    """Return the chart of a lane's volumes, its forecast with a 95 % interval, and the volume that own space can take.

    Arguments as for `pictures.history`; holidays of the calendar are its events.
    """
    dates, volumes = dates[-MOST_PERIODS:].astype("datetime64[D]"), volumes[-MOST_PERIODS:]
    ahead = coming.astype("datetime64[D]") if said is not None else dates[:0]
    empty, past = np.full(len(dates), np.nan), np.full(len(ahead), np.nan)
    lines, bands = [_line("volume", np.concatenate((volumes, past)), "record")], []
    if said is not None:
        low, mean, high = (np.concatenate((empty, values)) for values in (said.low, said.mean, said.high))
        lines.append(_line("forecast", mean, "forecast"))
        bands.append({"label": "95% interval", "low": _sent(low), "high": _sent(high), "role": "forecast"})
    name = period_name(calendar.length)
    days = np.concatenate((dates, ahead))
    return {
        "title": "Volume, forecast, and own capacity",
        "unit": f"{unit_names().many} a {name}",
        "days": _days(days),
        "first": int(max(len(dates) - PERIODS_SHOWN, 0)),
        "lines": lines,
        "bands": bands,
        "levels": [{"label": own_flow_label(policy), "value": float(own_flow(policy))}],
        "events": _events(days, calendar, dates[-1]),
    }


def fan(
    title: str,
    unit: str,
    dates: NDArray,
    paths: ArrayLike,
    *,
    others: Mapping[str, ArrayLike] | None = None,
    levels: Mapping[str, float] | None = None,
    path: int | None = None,
) -> Chart:
    """Return the chart of the median of simulated paths, and the bands that hold half and nine tenths of them.

    Parameters
    ----------
    paths : array_like, shape (paths, steps)
    others : dict of label -> array_like, shape (steps,), optional
        Further lines, drawn dashed.
    levels : dict of label -> number, optional
        Horizontal lines.
    path : int, optional
        Number of a path that is drawn as a thin line.
    """
    paths = np.asarray(paths, float)
    bands = []
    for label, quantiles in FAN_BANDS.items():
        low, high = np.quantile(paths, quantiles, axis=0)
        bands.append({"label": f"{label} of the paths", "low": _sent(low), "high": _sent(high), "role": "record"})
    lines = [_line("median", np.median(paths, axis=0), "record")]
    if path is not None:
        lines.append(_line("one path", paths[path], "path"))
    lines += [_line(label, values, "other") for label, values in (others or {}).items()]
    return {
        "title": title,
        "unit": unit,
        "days": _days(dates),
        "first": 0,
        "lines": lines,
        "bands": bands,
        "levels": [{"label": label, "value": float(value)} for label, value in (levels or {}).items()],
        "events": [],
    }


def _line(label, values, role):
    """Return one line of a chart."""
    return {"label": label, "values": _sent(values), "role": role}


def _days(dates):
    """Return dates as days since 1970."""
    return np.asarray(dates, "datetime64[D]").astype(np.int64).tolist()


def _sent(values: Iterable[float]) -> list[float | None]:
    """Return numbers with six digits as a page takes them; a missing one is None."""
    return [None if value != value or abs(value) == np.inf else float(f"{value:.6g}") for value in values]


def _events(days, calendar, last):
    """Return the end of the record and the holidays between its first and last day."""
    holidays = np.array(calendar.holidays, "datetime64[D]")
    inside = holidays[(holidays >= days[0]) & (holidays <= days[-1])]
    return [
        {"day": day, "label": label}
        for day, label in zip(_days([last, *inside]), ["end of the record", *["holiday"] * len(inside)], strict=True)
    ]
