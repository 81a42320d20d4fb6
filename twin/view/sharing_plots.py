"""Draw how a coalition shares its cost: the core of three partners, gains by leaving, and savings by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from twin.games import coalitions, stability
from twin.view import plots
from twin.view.theme import ACCENT, BETTER, LANES, MUTED, NAIVE, WITNESS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from twin.plan.reserves_by_season import Reserves

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])  # points where one partner gets the whole saving
RULE_COLOURS = LANES[3], LANES[1], WITNESS, MUTED  # other colours than those for stable (BETTER) and unstable (NAIVE)
WIDE = 6.0  # smallest width of a figure with its legend in one row [inch]
BARS_SHOWN = 8  # number of coalitions with a bar
LADDER = 1.22  # horizontal position of the names of rules, beside the triangle [side of the triangle]
LONGEST_COALITION_NAME = 34  # longest name of a coalition; longer ones are cut off [characters]


def draw_core(ax: Axes, costs: NDArray, shares: Mapping[str, NDArray], names: Sequence[str]) -> None:
    """Draw whether rules of sharing are stable: the core of three partners, else gains by leaving for the first rule.

    Parameters
    ----------
    ax : Axes
    costs : array, shape (2^n,)
        Cost of each coalition, by coalition number. [$]
    shares : dict of rule -> array, shape (n,)
        Payment of each partner. [$]
    names : sequence of n partners
    """
    if len(names) == 3:
        core_of_three(ax, costs, shares, names)
    else:
        rule, share = next(iter(shares.items()))
        excesses(ax, costs, share, names, rule)


def core_of_three(ax: Axes, costs: NDArray, shares: Mapping[str, NDArray], names: Sequence[str]) -> None:
    """Draw the triangle of all ways to share the saving of three partners, with the core in it and rules as points."""
    saved = coalitions.savings(costs)
    whole = saved[-1] if saved[-1] > stability.rounding(costs) else 1.0
    ax.fill(*CORNERS.T, facecolor="none", edgecolor=MUTED, linewidth=1)
    limits = 1.0 - saved[[6, 5, 3]] / whole  # largest share of each partner, so that the other two do not leave
    region = _clipped(np.eye(3), limits)
    if len(region):
        ax.fill(*(region @ CORNERS).T, color=ACCENT, alpha=0.22, linewidth=0)
    each = coalitions.alone(costs)
    spots = {rule: (each - share) / whole @ CORNERS for rule, share in shares.items()}
    spots = dict(sorted(spots.items(), key=lambda spot: -spot[1][1]))
    *heights, last = _ladder(len(spots) + 1)
    plots.label(ax, LADDER, last, "green: the core" if len(region) else "the core is empty", ACCENT, (1, 0))
    for height, (rule, spot) in zip(heights, spots.items(), strict=True):
        colour = BETTER if stability.in_core(costs, shares[rule]) else NAIVE
        at = np.clip(spot, [-0.15, -0.12], [1.15, 0.95])
        ax.plot([at[0], LADDER - 0.02], [at[1], height], color=colour, linewidth=0.6, alpha=0.5)
        plots.point(ax, *at, colour=colour)
        plots.label(ax, LADDER, height, rule, colour, (1, 0))
    for (x, y), name, offset in zip(CORNERS, names, ((-2, -8), (2, -8), (0, 8)), strict=True):
        plots.label(ax, x, y, f"all to {_plain(name)}", WITNESS, offset)
    ax.set(xlim=(-0.2, 1.75), ylim=(-0.17, 1.05), aspect="equal", title="Who gets the saving")
    ax.axis("off")


def excesses(ax: Axes, costs: NDArray, share: NDArray, names: Sequence[str], rule: str) -> None:
    """Draw the gain by leaving of the coalitions with the largest gains, under one rule; positive gains are in red."""
    over = stability.excess(costs, share)[1:-1]
    worst = np.argsort(over, kind="stable")[::-1][:BARS_SHOWN]
    members = coalitions.all_coalitions(len(names))[1:-1][worst]
    labels = [_plain(named(row, names)) for row in members]
    room = stability.rounding(costs)
    colours = [NAIVE if gain > room else BETTER for gain in over[worst]]
    plots.bars(ax, labels, np.where(np.abs(over[worst]) <= room, 0.0, over[worst]), colours)
    ax.margins(x=0.3)  # room for numbers on both sides
    ax.axvline(0.0, color=WITNESS, linewidth=0.8)
    plots.frame(ax, f"Gain by leaving: {rule}", "gain [$/period]", "")
    ax.title.set_wrap(True)


def reserves(left: Axes, right: Axes, constant: Reserves, seasonal: Reserves) -> None:
    """Draw what the pool needed beside its places, one quantity or by season, and the cost apart and together.

    constant, seasonal : Reserves of the same periods, from `plan.reserves_by_season.reserves`
    """
    plots.frame(left, "The pool in the judged periods", "", "space [pallet]")
    left.plot(seasonal.dates, seasonal.needs, color=WITNESS, linewidth=1.0, label="needed")
    left.plot(constant.dates, constant.reserved, color=NAIVE, linestyle=(0, (5, 2)), label="one reserve")
    left.step(seasonal.dates, seasonal.reserved, color=BETTER, where="mid", label="by season")
    left.set_ylim(0.0, 1.25 * max(found.max() for found in (seasonal.needs, constant.reserved, seasonal.reserved)))
    left.legend(loc="upper left", ncols=3, fontsize=7.5, handlelength=1.8)
    left.xaxis.set_major_locator(locator := AutoDateLocator(maxticks=5))
    left.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    bars = {}
    for name, found in (("one reserve", constant), ("by season", seasonal)):
        bars |= {f"{name}, alone": coalitions.alone(found.costs).sum(), f"{name}, pool": found.costs[-1]}
    plots.bars(right, list(bars), list(bars.values()), [NAIVE, NAIVE, BETTER, BETTER])
    plots.frame(right, "Cost of all partners", "cost [$/period]", "")
    right.margins(x=0.25)


def payments(
    ax: Axes,
    each: NDArray,
    acceptable: stability.Payments | None,
    shares: Mapping[str, NDArray],
    names: Sequence[str],
) -> None:
    """Draw the saving of every partner, one row each: a band for savings in the core, and a mark for each rule.

    each : array, shape (n,): cost of each partner alone. [$]
    acceptable : lowest and highest payments in the core; None draws no bands. [$]
    shares, names : as in `draw_core`.
    """
    rows = np.arange(len(names))[::-1]
    if acceptable is not None:
        low, high = each - acceptable.high, each - acceptable.low
        ax.barh(rows, high - low, left=low, color=ACCENT, alpha=0.22, height=0.62, label="acceptable to all")
    for place, (rule, share) in enumerate(shares.items()):
        colour = RULE_COLOURS[place % len(RULE_COLOURS)]
        marker = "osD^v"[place % 5]
        ax.plot(each - share, rows, marker, color=colour, markeredgecolor="white", markersize=7, label=rule)
    ax.axvline(0.0, color=WITNESS, linewidth=0.8)
    ax.set_yticks(rows, list(map(_plain, names)))
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.grid(False, axis="y")
    plots.frame(ax, "Saved against alone", "saving [$/period]", "")
    columns = 5 if ax.figure.get_figwidth() > WIDE else 2
    ax.figure.legend(
        *ax.get_legend_handles_labels(), loc="outside lower left", ncols=columns, frameon=False, fontsize=8
    )


def _plain(name):
    """Return a name with escaped dollar signs; Matplotlib reads text between two of them as a formula."""
    return name.replace("$", r"\$")


def _ladder(count):
    """Return heights at which names stand one above the other."""
    return 0.42 + 0.11 * (np.arange(count)[::-1] - (count - 1) / 2)


def named(members: Sequence[bool] | NDArray, names: Sequence[str]) -> str:
    """Return a coalition in words: its members, or "all but" the others if they are fewer.

    >>> named([True, True, False, True, True], ["A", "B", "C", "D", "E"]), named([True, False], ["A", "B"])
    ('all but C', 'A')
    """
    inside = [name for name, member in zip(names, members, strict=True) if member]
    outside = [name for name, member in zip(names, members, strict=True) if not member]
    few = not outside or len(inside) <= len(outside) + 1
    words = " + ".join(inside) if few else f"all but {', '.join(outside)}"
    return words if len(words) <= LONGEST_COALITION_NAME else words[: LONGEST_COALITION_NAME - 1] + "…"


def _clipped(polygon, limits):
    """Return a polygon of shares of three partners, clipped at a limit for each (Sutherland and Hodgman, 1974)."""
    for which, limit in enumerate(limits):
        room, kept = limit - polygon[:, which] if len(polygon) else [], []
        for here, there, a, b in zip(polygon, np.roll(polygon, -1, axis=0), room, np.roll(room, -1), strict=True):
            if a >= 0:
                kept.append(here)
            if (a > 0 > b) or (a < 0 < b):
                kept.append(here + (there - here) * a / (a - b))
        polygon = np.array(kept).reshape(-1, 3)
    return polygon
