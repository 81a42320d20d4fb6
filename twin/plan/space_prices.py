"""The prices of own places, hard blocks, a soft block and spot, and what a rule took of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin._check import positive, whole

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SpacePrices:
    """Prices and terms of the four kinds of space; a place is paid by the period.

    own : place that is taken for a whole year, used or not. [$/place/period]
    hard : place of a hard block, booked one period ahead for `term` periods, used or not. [$/place/period]
    soft : place of the soft block that is kept; one period before use the others are given back, free. [$/place/period]
    spot : whole price of a pallet that goes to the partner at once. [$/pallet]
    term : of a hard block, >= 1. [period]
    year : periods of a year. [period]
    """

    own: float = 10.0
    hard: float = 12.0
    soft: float = 14.0
    spot: float = 30.0
    term: int = 3
    year: int = 12

    def __post_init__(self) -> None:
        positive(own=self.own, hard=self.hard, soft=self.soft, spot=self.spot)
        for name in ("term", "year"):
            whole(name, getattr(self, name), least=1)


class SpaceUsed(NamedTuple):
    """Places of each kind by period, and the cost; arrays of shape (periods,)."""

    own: Array  # [place]
    hard: Array  # in force [place]
    soft: Array  # kept [place]
    spot: Array  # sent to the partner at once [pallet]
    cost: Array  # [$]
