"""Draw promises with seaborn: a path beside its levels, what was kept by month and by lane, the price of assumptions.

Each drawing takes `dark=True` for a picture on a dark page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import seaborn
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from twin.plan.promised import by_month
from twin.view import plots
from twin.view.record_plots import _finish, _ink
from twin.view.theme import ACCENT, BETTER, DARK, NAIVE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from twin._card import Row
    from twin.plan.answers_judged import JudgedAnswers

_MONTHS = tuple("JFMAMJJASOND")
_MOST = 0.25  # gap to the promise, and change of a cost, that have the full colour [-]


def demand_and_levels(
    ax: Axes,
    dates: NDArray,
    demand: NDArray,
    naive: NDArray,
    better: NDArray,
    title: str,
    *,
    names: Sequence[str] = ("demand of the next interval", "the formula's level", "level with season"),
    calendar: NDArray | None = None,
    dark: bool = False,
) -> None:
    """Draw the demand of the interval after each date, and levels that should cover it; shortages are shaded.

    dates, demand, naive, better : arrays, shape (periods,); `better` may be known at some periods alone. [pallet]
    names : what the legend calls demand and the two levels
    calendar : a third level, like `better`; None draws none. [pallet]
    """
    ink = _ink(dark)
    blue = DARK["accent"] if dark else BETTER
    ax.fill_between(dates, naive, demand, where=demand > naive, color=NAIVE, alpha=0.3, linewidth=0)
    ax.plot(dates, demand, color=ink["ink"], linewidth=1.0, label=names[0])
    ax.plot(dates, naive, color=NAIVE, linewidth=1.5, linestyle=(0, (5, 2)), label=names[1])
    others = [(names[2], better, {"color": blue})]
    if calendar is not None:
        others.append(("calendar", calendar, {"color": ACCENT, "linestyle": (0, (1, 1))}))
    for name, level, how in others:
        there = ~np.isnan(level)
        ax.plot(dates[there], level[there], linewidth=1.3, label=name, **how)
    _finish(ax, ink, title, "", "goods [pallet]")
    ax.margins(x=0.01)
    ax.legend(loc="upper left", ncols=2, fontsize=7.5, handlelength=1.8, labelcolor=ink["ink"])
    ax.xaxis.set_major_locator(locator := AutoDateLocator(maxticks=6))
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.xaxis.get_offset_text().set_color(ink["ink"])
    tops = (np.nanmax(each, initial=0.0) for each in (demand, naive, *(level for _, level, _ in others)))
    ax.set_ylim(0, 1.4 * max(tops))


def levels_of_answers(
    ax: Axes, found: JudgedAnswers | None, title: str, demand: str, *, last: int = 56, dark: bool = False
) -> None:
    """Draw the demand of the interval after the last periods beside levels: formula, conformal and calendar.

    found : JudgedAnswers of a lane, from `plan.answers_judged.judged_answers`; None draws a sentence
    demand : name of the demand in the legend
    last : number of periods
    """
    if found is None:
        _finish(ax, _ink(dark), "The record is too short to judge", "", "")
        return
    part, formula = slice(-last, None), found.levels["formula"]
    known, every = np.flatnonzero(~np.isnan(formula)), np.arange(len(formula))
    naive = np.interp(every, known, formula[known], left=np.nan, right=np.nan)
    series = found.dates[part], found.came[part], naive[part], found.levels["conformal"][part]
    names, calendar = (demand, "formula", "conformal"), found.levels["calendar"][part]
    demand_and_levels(ax, *series, title, names=names, calendar=calendar, dark=dark)


def answers_of_lane(found: JudgedAnswers | None, promise: float, *, dark: bool = False) -> Figure:
    """Return a figure of the judged part of a record with three levels, and of what each answer kept by month.

    found : JudgedAnswers of a lane, from `plan.answers_judged.judged_answers`; None draws a sentence
    promise : service level promised [-]
    """
    figure, (left, right) = plots.figure(2, width=9.6, height=3.1)
    judged = 0 if found is None else np.sum(~np.isnan(found.kept["formula"]))
    last = len(found.dates) - int(np.argmax(~np.isnan(found.kept["formula"]))) if judged else 1
    words = "Workload of a lead time, and levels", "workload, mean lead time"
    levels_of_answers(left, found, *words, last=last, dark=dark)
    if found is not None:
        months = {name: by_month(found.dates, kept) for name, kept in found.kept.items()}
        kept_by_month(right, months, promise, "Promises kept, by month [%]", dark=dark)
    return figure


def kept_by_month(ax: Axes, shares: Mapping[str, NDArray], promise: float, title: str, *, dark: bool = False) -> None:
    """Draw the share of promises that each rule kept in each month of the year, in per cent, as a heat map.

    shares : dict of rule -> array, shape (12,), NaN for a month without a promise. [-]
    """
    table = np.array(list(shares.values()))
    _map(ax, table - promise, np.char.mod("%.0f", 100 * table), _MONTHS, list(shares), _ink(dark), reverse=True)
    _finish_map(ax, _ink(dark), title)


def average_and_worst(ax: Axes, table: pd.DataFrame, promise: float, title: str, *, dark: bool = False) -> None:
    """Draw for each lane what was kept on average against what was kept in its worst stretch, by rule.

    table : DataFrame with the columns kept, worst, rule and record; the first rule has the colour of a naive answer.
    """
    ink, blue = _ink(dark), DARK["accent"] if dark else BETTER
    how = {"hue": "rule", "style": "record", "palette": [NAIVE, blue], "s": 34, "edgecolor": ink["card"]}
    ax.axvline(promise, color=ink["muted"], linewidth=1.0, linestyle=(0, (4, 2)))
    ax.axhline(promise, color=ink["muted"], linewidth=1.0, linestyle=(0, (4, 2)))
    seaborn.scatterplot(table, x="kept", y="worst", ax=ax, **how)
    _finish(ax, ink, title, "kept, all judged periods", "kept in the worst stretch")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7.5, labelcolor=ink["ink"])
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        if text.get_text() in set(table["record"]):
            handle.set(markerfacecolor=ink["ink"])


def formula_region(ax: Axes, rows: Sequence[Row], title: str, *, dark: bool = False) -> None:
    """Draw the errors of one answer at each level of the card: the median, the range, and whether they are tolerated.

    rows : rows of the accuracy card, of one answer in percentage points
    """
    ink, inside = _ink(dark), DARK["accent"] if dark else BETTER
    place = np.arange(len(rows))[::-1]
    for y, row in zip(place, rows, strict=True):
        colour = inside if row.inside else NAIVE
        ax.plot([100 * row.lowest, 100 * row.highest], [y, y], color=colour, linewidth=2.0, alpha=0.5)
        ax.plot([100 * row.typical], [y], "o", color=colour, markersize=5)
    ax.axvline(0.0, color=ink["muted"], linewidth=1.0)
    ax.set_yticks(place, [f"{row.factor.replace('_', ' ')} {row.level}".strip() for row in rows])
    _finish(ax, ink, title, "told less simulated [percentage points]")


def assumption_prices(ax: Axes, changes: pd.DataFrame, title: str, *, dark: bool = False) -> None:
    """Draw the change of the cost on each lane when an assumption is given up, in per cent, as a heat map.

    changes : DataFrame, a row for each lane, a column for each assumption; 0.1 is a cost that is 10 % higher. [-]
    """
    if changes.empty:
        _finish(ax, _ink(dark), "No record is long enough to judge", "", "")
        return
    values = changes.to_numpy()
    texts = np.char.replace(np.char.mod("%+.0f", 100 * values), "-", "−")
    texts[np.isin(texts, ["+0", "−0"])] = "0"
    _map(ax, values, texts, list(changes), [str(name)[:28] for name in changes.index], _ink(dark))
    _finish_map(ax, _ink(dark), title)
    ax.xaxis.tick_top()


def _map(ax, values, texts, columns, rows, ink, *, reverse=False):
    """Draw a table as a heat map from good (accent) to bad (warn); `reverse` if low values are bad."""
    colours = [ink["accent"], ink["card"], ink["warn"]]
    seaborn.heatmap(
        values,
        ax=ax,
        cmap=seaborn.blend_palette(colours[::-1] if reverse else colours, as_cmap=True),
        vmin=-_MOST,
        vmax=_MOST,
        annot=np.where(np.isnan(values), "", texts),
        fmt="",
        annot_kws={"fontsize": 7},
        cbar=False,
        linewidths=0.6,
        linecolor=ink["card"],
        mask=np.isnan(values),
        xticklabels=columns,
        yticklabels=rows,
    )


def _finish_map(ax, ink, title):
    _finish(ax, ink, title)
    ax.tick_params(length=0, labelrotation=0, labelsize=7.5)
    ax.grid(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
