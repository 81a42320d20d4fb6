"""A flow record, and the validation of its values."""

import datetime
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from twin._check import nonnegative, require
from twin.data.errors import Refused
from twin.data.files.dates import FIRST_YEAR, LAST_YEAR, parse_date
from twin.data.files.numbers import LARGEST_VOLUME
from twin.data.lane_names import LONGEST_LANE_NAME, lane_name
from twin.data.text import visible

EARLIEST, LATEST = datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR, 12, 31)
LARGEST_ID = 2**63 - 1  # largest integer of a database
MOST_IN_A_QUERY = 10_000  # most names or ids in one query, because databases limit its parameters


class Flow(NamedTuple):
    """A flow on a lane and day, in pallets; a volume of None is unknown, returns of None were not recorded."""

    id: int
    date: datetime.date
    lane: str
    volume: float | None
    returns: float | None


def as_day(value: str | datetime.date | np.datetime64 | None, name: str = "date") -> datetime.date | None:
    """Return a day as a date; None, which is valid for a limit but not for a flow, stays None."""
    if value is None:
        return None
    day = value
    with suppress(Refused, ValueError):  # ValueError: pandas' missing time
        if isinstance(value, str):
            day = parse_date(value) if _names_a_day(value) else None
        elif isinstance(value, datetime.datetime):
            day = value.date()
        elif isinstance(value, np.datetime64):
            day = value.astype("datetime64[D]").item()
    clear = type(day) is datetime.date
    require(
        clear and EARLIEST <= day <= LATEST, name, f"a day from {EARLIEST} to {LATEST} such as 2026-01-05", shown(value)
    )
    return day


def _names_a_day(text):
    """Return whether a text has a year, a month and a day, rather than only a month."""
    parts = re.findall(r"\d+|[^\W\d]+", text)
    return len(parts) > 2 or (len(parts) == 1 and len(parts[0]) == 8)


def as_lane(value: str) -> str:
    """Return a valid lane name, stripped of surrounding blanks."""
    require(isinstance(value, str), "lane", "a text", value)
    try:
        return lane_name(value)
    except Refused as why:
        raise ValueError(f"lane must be a name of 1 to {LONGEST_LANE_NAME} characters; {why}") from None


def as_lanes(value: str | Iterable[str] | None) -> list[str] | None:
    """Return the names of one lane or several as a list; None, which means all lanes, stays None."""
    if value is None:
        return None
    names = [value] if isinstance(value, str) else list(value)
    require(len(names) <= MOST_IN_A_QUERY, "lanes", f"at most {MOST_IN_A_QUERY:,} names, or None for all", len(names))
    return [as_lane(name) for name in names]


def as_amount(**named: float) -> float:
    """Return the one number given as a keyword argument as a valid amount; errors mention its keyword. [pallet]"""
    ((name, value),) = named.items()
    (amount,) = nonnegative(**named)
    require(amount.ndim == 0 and amount <= LARGEST_VOLUME, name, f"one number of at most {LARGEST_VOLUME:.0e}", value)
    return float(amount)


def as_ids(values: Collection[int]) -> list[int]:
    """Return the ids of flows without repetition."""
    require(len(values) <= MOST_IN_A_QUERY, "id", f"at most {MOST_IN_A_QUERY:,} at a time", len(values))
    return list(dict.fromkeys(map(as_id, values)))


def as_id(value: int, name: str = "id") -> int:
    """Return a valid id of a flow or of an import as an int."""
    whole_number = isinstance(value, int | np.integer) and not isinstance(value, bool)
    require(whole_number and 1 <= value <= LARGEST_ID, name, "a whole number >= 1", shown(value))
    return int(value)


def shown(value: object) -> str:
    """Return a value in a form that is safe to show in an error."""
    return visible(str(value))
