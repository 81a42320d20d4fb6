"""Draw lanes of a record with seaborn: their calendar, their distribution, who peaks with whom, and sweeps over lanes.

Each drawing takes `dark=True` for a picture on a dark page.
"""

from __future__ import annotations

from calendar import day_abbr, month_abbr
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn
from matplotlib.figure import Figure
from scipy import stats
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from twin.view.theme import ACCENT, BETTER, DARK, LANES, LIGHT, NAIVE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

    from twin.distribution import Distribution

_LAW_COLOURS = (NAIVE, BETTER, ACCENT, *LANES[3:])
_LAW_STYLES = ("-", "-", (0, (5, 3)), (0, (1, 2)), "-.")  # laws that nearly coincide are seen through each other
_BRIGHT = {BETTER: DARK["accent"]}  # colours of roles on a dark page, where they differ


def by_calendar(dates: NDArray, volumes: NDArray) -> tuple[NDArray, list[str]]:
    """Return the mean volume of each weekday (or year) and month over the mean of all, and the names of the rows.

    The rows are weekdays for a daily record and years for weeks and months; the columns are the months.

    Parameters
    ----------
    dates : array of datetime64, shape (periods,)
    volumes : array, shape (periods,)
        NaN for unknown volumes. [pallet/period]

    Returns
    -------
    table : ndarray, shape (rows, 12)
        NaN where there is no known volume. [-]
    names : list of str

    >>> table, names = by_calendar(np.array(["2024-01-01", "2024-01-02"], "datetime64[D]"), np.array([3.0, 1.0]))
    >>> table[:2, 0].tolist(), names[:2]
    ([1.5, 0.5], ['Mon', 'Tue'])
    """
    days = np.asarray(dates, "datetime64[D]")
    volumes = np.asarray(volumes, float)
    month = days.astype("datetime64[M]").astype(int) % 12
    if len(days) > 1 and np.diff(days).min() == np.timedelta64(1, "D"):
        row, names = (days.astype(int) + 3) % 7, list(day_abbr)  # day 0 was a Thursday
    else:
        year = days.astype("datetime64[Y]").astype(int) + 1970
        row, names = year - year.min(), [str(y) for y in range(year.min(), year.max() + 1)]
    known = ~np.isnan(volumes)
    sums, counts = np.zeros((len(names), 12)), np.zeros((len(names), 12))
    np.add.at(sums, (row[known], month[known]), volumes[known])
    np.add.at(counts, (row[known], month[known]), 1)
    mean = volumes[known].mean()
    with np.errstate(invalid="ignore"):
        return sums / counts / (mean if mean > 0 else 1.0), names


def calendar_heat(ax: Axes, dates: NDArray, volumes: NDArray, title: str, *, dark: bool = False) -> None:
    """Draw the mean volume by weekday and month as a heat map, in multiples of the mean of the record."""
    ink, (table, names) = _ink(dark), by_calendar(dates, volumes)
    seaborn.heatmap(
        table,
        ax=ax,
        cmap=seaborn.blend_palette([ink["accent"], ink["card"], ink["warn"]], as_cmap=True),
        vmin=0.0,
        vmax=2.0,
        annot=True,
        fmt=".1f",
        annot_kws={"fontsize": 7},
        cbar=False,
        linewidths=0.6,
        linecolor=ink["card"],
        mask=np.isnan(table),
        xticklabels=[name[0] for name in month_abbr[1:]],
        yticklabels=names,
    )
    _finish(ax, ink, title)
    ax.tick_params(length=0, labelrotation=0)
    ax.grid(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def laws_like(volumes: ArrayLike) -> dict[str, Distribution]:
    """Return the normal, the gamma and the negative binomial law with the mean and standard deviation of volumes.

    gamma: shape (mean / sd)^2, scale sd^2 / mean;  negative binomial: p = mean / sd^2, n = mean p / (1 - p)

    A law that has no such moments is left out: the gamma needs a mean above 0, the negative binomial a variance above
    its mean.

    >>> {name: round(float(law.std()), 9) for name, law in laws_like([0.0, 2.0, 10.0]).items()}
    {'normal': 5.291502622, 'gamma': 5.291502622, 'negative binomial': 5.291502622}
    """
    mean, sd = float(np.mean(volumes)), float(np.std(volumes, ddof=1))
    laws: dict[str, Any] = {"normal": stats.norm(mean, sd)} if sd > 0 else {}
    if mean > 0 and sd > 0:
        laws["gamma"] = stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    if mean > 0 and sd**2 > mean:
        laws["negative binomial"] = stats.nbinom(mean**2 / (sd**2 - mean), mean / sd**2)
    return laws


def against_laws(
    ax: Axes,
    values: ArrayLike,
    laws: Mapping[str, Distribution],
    title: str,
    label: str = "volume [pallet/period]",
    *,
    dark: bool = False,
) -> dict[str, float]:
    """Draw the empirical distribution of values and the laws; return how far each law is from it at most.

    Parameters
    ----------
    ax : Axes
    values : array_like, shape (values,)
        Volumes of a lane, or lead times; `label` names them with their unit.
    laws : dict of name -> distribution with a method cdf, such as SciPy's frozen distributions

    Returns
    -------
    dict of name -> largest distance of the two distribution functions (Kolmogorov and Smirnov). [-]
    """
    ink, values = _ink(dark), np.sort(np.asarray(values, float))
    seaborn.ecdfplot(x=values, ax=ax, color=ink["ink"], linewidth=1.4, label="the record")
    grid = np.linspace(min(0.0, values[0]), values[-1], 400)
    far = {}
    for (name, law), colour, style in zip(laws.items(), _LAW_COLOURS, _LAW_STYLES, strict=False):
        shown = _BRIGHT.get(colour, colour) if dark else colour
        seaborn.lineplot(x=grid, y=law.cdf(grid), ax=ax, color=shown, linewidth=1.5, linestyle=style)
        far[name] = _farthest(values, law)
        ax.lines[-1].set_label(f"{name}, {100 * far[name]:.0f} points off")
    _finish(ax, ink, title, label, "share at or below")
    ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    ax.set_ylim(0, 1.02)
    ax.legend(loc="lower right", fontsize=7, handlelength=1.4, labelcolor=ink["ink"])
    return far


def clusters(needs: ArrayLike, names: Sequence[str], title: str, *, dark: bool = False) -> Figure:
    """Return a figure of the rank correlations between lanes, in which lanes that peak together stand side by side.

    Ranks (Spearman) are used, because one strange period can turn all ordinary correlations of a lane. The tree joins
    groups by the mean of 1 - correlation between their members (average linkage).

    Parameters
    ----------
    needs : array_like, shape (periods, lanes)
        Volumes of the lanes in the same periods. [pallet/period]
    names : sequence of str
        Names of at least two lanes.
    """
    ink, ranks = _ink(dark), stats.rankdata(needs, axis=0)
    related = np.nan_to_num(np.corrcoef(ranks, rowvar=False))
    np.fill_diagonal(related, 1.0)
    tree = hierarchy.average(squareform(1.0 - related, checks=False))
    figure = Figure(figsize=(7.2, 0.9 + 0.27 * len(related)))
    left, ax = figure.subplots(1, 2, width_ratios=(1, 6))
    seaborn.matrix.dendrogram(
        related, linkage=tree, axis=0, label=False, rotate=True, ax=left, tree_kws={"colors": ink["muted"]}
    )
    order = hierarchy.leaves_list(tree)
    ordered = related[np.ix_(order, order)]
    seaborn.heatmap(
        ordered,
        ax=ax,
        cmap=seaborn.blend_palette([ink["accent"], ink["card"], ink["warn"]], as_cmap=True),
        vmin=-1.0,
        vmax=1.0,
        annot=np.array([[f"{value:.1f}".replace("-0.0", "0.0").replace("-", "−") for value in row] for row in ordered]),
        fmt="",
        annot_kws={"fontsize": 7},
        cbar=False,
        linewidths=0.6,
        linecolor=ink["card"],
        mask=np.eye(len(order), dtype=bool),
        xticklabels=False,
        yticklabels=[names[place] for place in order],
    )
    _finish(ax, ink, title, "columns in the order of the rows")
    _finish(left, ink, "")
    left.set_axis_off()
    ax.yaxis.tick_right()
    ax.tick_params(length=0, labelrotation=0)
    for one in (left, ax):
        one.grid(False)
    return figure


def sweep(ax: Axes, table: pd.DataFrame, x: str, y: str, group: str, title: str, *, dark: bool = False) -> None:
    """Draw a tidy table of a sweep: for each group, the median over its rows, and the band of nine tenths of them.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        A row for each run, such as a lane at one value of the sweep, or the summary of a batch.
    x, y, group : str
        Columns: the value that is swept, the result, and what has a colour of its own. They label the axes.
    """
    ink, groups = _ink(dark), list(dict.fromkeys(table[group]))
    colours = [_BRIGHT.get(colour, colour) if dark else colour for colour in (BETTER, *LANES[1:])[: len(groups)]]
    how: dict[str, Any] = {"estimator": "median", "errorbar": ("pi", 90), "palette": colours, "hue_order": groups}
    seaborn.lineplot(table, x=x, y=y, hue=group, ax=ax, **how)
    _finish(ax, ink, title, x, y)
    ax.legend(title=None, fontsize=7.5, handlelength=1.4, labelcolor=ink["ink"])


def _ink(dark: bool) -> Mapping[str, str]:
    return DARK if dark else LIGHT


def _farthest(values: NDArray, law: Distribution) -> float:
    """Return the largest distance between the empirical distribution function of sorted values and that of a law."""
    points, first = np.unique(values, return_index=True)
    above = np.append(first[1:], len(values)) / len(values)
    below = first / len(values)
    told = law.cdf(points)
    just_below = law.cdf(np.nextafter(points, -np.inf))
    return float(max(np.abs(told - above).max(), np.abs(just_below - below).max()))


def _finish(ax: Axes, ink: Mapping[str, str], title: str, x: str = "", y: str = "") -> None:
    """Set title and labels, and the colours of a light or a dark page."""
    ax.figure.set_facecolor("white" if ink is LIGHT else ink["card"])
    ax.set_facecolor("white" if ink is LIGHT else ink["card"])
    ax.set_title(title, color=ink["ink"])
    ax.set_xlabel(x, color=ink["ink"])
    ax.set_ylabel(y, color=ink["ink"])
    ax.tick_params(colors=ink["ink"])
    ax.grid(color=ink["line"])
    for spine in ax.spines.values():
        spine.set_color(ink["edge"])
