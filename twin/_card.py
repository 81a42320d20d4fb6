"""The rows of the accuracy card, which comes with the package as `accuracy.json`; `twin.accuracy` is the public door.

Each row compares an answer with simulated lanes that differ from a base lane in one factor: `twin.motion.design` says
which lanes, and `twin.motion.judged` what is compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from twin.answers import ANSWERS

CARD_FILE = Path(__file__).with_name("accuracy.json")
BASE_LANES = "base"  # factor of the rows of the base lanes
TOLERANCE_OF_SHARES = 0.01  # largest error of a share within its region [-]
TOLERANCE = 0.05  # largest error of any other answer within its region, as a part of the simulated value [-]


class Row(NamedTuple):
    """The errors of one answer on the lanes of a block: told less simulated, as a part of the simulated value, or in
    shares for an answer that is a share.

    `typical` is the median over the lanes, `lowest` and `highest` are the extremes, `standard_error` is the largest of
    a lane, and `inside` says whether every error is within the tolerance, up to four standard errors, but at most twice
    the tolerance. Errors of profit, which may be near zero, are parts of the margin of demand.
    """

    kind: str
    factor: str
    level: str | float
    answer: str
    typical: float
    lowest: float
    highest: float
    standard_error: float
    inside: bool


class Card:
    """The rows of an accuracy card, its provenance, and its rows by kind, factor and level."""

    def __init__(self, rows: tuple[Row, ...], provenance: Mapping[str, Any]) -> None:
        self.rows, self.provenance = rows, provenance
        self.blocks: dict[tuple[str, str, str | float], list[Row]] = {}
        for row in rows:
            self.blocks.setdefault((row.kind, row.factor, row.level), []).append(row)

    def worst(self) -> dict[str, Row]:
        """Return for each answer the row with its largest error."""
        found: dict[str, Row] = {}
        for row in self.rows:
            held = found.setdefault(row.answer, row)
            if max(-row.lowest, row.highest) > max(-held.lowest, held.highest):
                found[row.answer] = row
        return found

    def levels(self, kind: str, factor: str) -> list[str | float]:
        """Return the levels of a factor that have a block."""
        return [level for of_kind, name, level in self.blocks if (of_kind, name) == (kind, factor)]

    def of_base(self, row: Row) -> Row | None:
        """Return the row of the same answer on the base lanes; None if it does not apply to them."""
        found = [each for each in self.blocks[row.kind, BASE_LANES, ""] if each.answer == row.answer]
        return found[0] if found else None


@cache
def shipped() -> Card:
    """Return the card that comes with the package."""
    content = json.loads(CARD_FILE.read_text(encoding="utf-8"))
    rows = (Row(*block, *row) for block, rows in content["blocks"] for row in rows)
    return Card(tuple(rows), content["provenance"])


def tolerance(answer: str) -> float:
    """Return the largest error of an answer within its region."""
    return TOLERANCE_OF_SHARES if ANSWERS[answer].unit == "-" else TOLERANCE
