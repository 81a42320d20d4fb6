"""Draw the accuracy card as a heat map: what the closed forms tell against what simulated lanes show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import seaborn

from twin._card import BASE_LANES, Card, Row, tolerance
from twin.answers import ANSWERS
from twin.view.theme import DARK, LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FULL_COLOUR = 50.0  # error that has the full colour, as a multiple of the tolerance


def draw_card(ax: Axes, card: Card, kind: str = "stock", *, dark: bool = False) -> None:
    """Draw the median error of each answer at each level of a factor; errors within the tolerance have no colour.

    Parameters
    ----------
    ax : Axes
    card : Card
    kind : "stock" or "flow", optional
        Kind of the lanes.
    dark : bool, optional
        Whether the page behind the picture is dark.
    """
    ink = DARK if dark else LIGHT
    blocks = {block[1:]: rows for block, rows in card.blocks.items() if block[0] == kind}
    answers = list(dict.fromkeys(row.answer for rows in blocks.values() for row in rows))
    errors = np.full((len(blocks), len(answers)), np.nan)
    colours, texts = errors.copy(), np.full(errors.shape, "", dtype=object)
    for at, rows in enumerate(blocks.values()):
        for row in rows:
            place = at, answers.index(row.answer)
            errors[place] = row.typical
            size = 0.0 if row.inside else row.typical / tolerance(row.answer)
            colours[place] = np.arcsinh(size) / np.arcsinh(FULL_COLOUR)
            texts[place] = _written(row)
    seaborn.heatmap(
        colours,
        ax=ax,
        cmap=seaborn.blend_palette([ink["accent"], ink["card"], ink["warn"]], as_cmap=True),
        vmin=-1,
        vmax=1,
        annot=texts,
        fmt="",
        annot_kws={"fontsize": 6.5},
        cbar=False,
        linewidths=0.5,
        linecolor=ink["line"],
        mask=np.isnan(errors),
        xticklabels=[_heading(name) for name in answers],
        yticklabels=[_named(factor, level) for factor, level in blocks],
    )
    ax.xaxis.tick_top()
    ax.tick_params(length=0, labelsize=7, colors=ink["ink"])
    ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(axis="y", labelrotation=0)
    ax.set_facecolor(ink["page"])
    ax.figure.set_facecolor(ink["card"])
    ax.set_title(f"Told less simulated, {kind} lanes: blue too low, brown too high", color=ink["ink"])


def _written(row: Row) -> str:
    """Return the median error with its sign, in points or per cent."""
    text = f"{100 * row.typical:+.{1 if ANSWERS[row.answer].unit == '-' else 0}f}"
    return text.replace("-", "−") if text.strip("+-0.") else "0"


def _heading(answer: str) -> str:
    unit = "points" if ANSWERS[answer].unit == "-" else "% of the margin" if answer == "profit" else "%"
    return f"{ANSWERS[answer].label} [{unit}]"


def _named(factor: str, level: str | float) -> str:
    """Return the name of a row: the factor and its level."""
    if factor == BASE_LANES:
        return "base lanes"
    name = factor.replace("_", " ").replace("demand cv", "variation of demand").replace("law", "law of demand")
    return f"{name}: {level if isinstance(level, str) else f'{level:g}'}".replace("-", "−")
