"""The columns of an action, and the candidates that are worth their place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from twin.data.text import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from twin.plan.at_risk import Booking

ACTION_COLUMNS = [
    "lane",
    "kind",
    "money",
    "reason",
    "decision",
    "places",
    "first_date",
    "last_date",
    "partner",
    "price",
    "rent",
    "gain",
]

Row = dict[str, Any]


@dataclass
class Taken:
    """What is decided already, and what contracts have left for further actions.

    bookings : bookings by decisions, by lane. lanes : the status of the lanes under them, as `Attention.lanes`.
    left : places of each contract by coming period, as `places_left` returns them, less those that actions propose;
        empty until the first action asks for them. [pallet]
    """

    bookings: Mapping[str, Sequence[Booking]]
    lanes: pd.DataFrame
    left: dict[str, NDArray[np.float64]] = field(default_factory=dict)


class Candidate(NamedTuple):
    """An action that is worth its place: its lane (or site), kind and money [$/week or month].

    said : function that returns the other columns, in the planner's names of units; contracts lose the places that it
        proposes.
    """

    lane: str
    kind: str
    money: float
    said: Callable[[Taken], Row]


def places_in_words(places: float) -> str:
    """Return a number of places in words: whole, but for fewer than ten.

    >>> places_in_words(7.25), places_in_words(12.6), places_in_words(1.0)
    ('7.2 places', '13 places', '1 place')
    """
    return f"{places:,.1f} places" if places < 10 and places % 1 else number_of(round(places), "place")


def row_of(reason: str, decision: str, gain: float, **booked: Any) -> Row:
    """Return the columns of an action that its candidate says.

    booked : places, first and last day, partner, price and rent of what the action books, if it books anything.
    """
    found = {"places": 0.0, "first": None, "last": None, "partner": "", "price": None, "rent": 0.0, **booked}
    dates = {f"{end}_date": found[end] and str(found[end]) for end in ("first", "last")}
    said = {"reason": reason, "decision": decision, "places": found["places"], **dates}
    return {**said, **{name: found[name] for name in ("partner", "price", "rent")}, "gain": gain}
