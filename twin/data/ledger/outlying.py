"""Flows far from the record of their lane, such as 250 pallets on a lane that carries 20 to 35."""

from collections.abc import Iterable

import numpy as np
from sqlalchemy import ARRAY, Connection, Text, cast, func, literal_column, select, true

from twin.data.ledger.flow import MOST_IN_A_QUERY
from twin.data.ledger.schema import flows
from twin.data.ledger.staging import Staged
from twin.data.text import visible

DEVIATIONS = 6  # robust standard deviations from the median beyond which a flow is asked about
LATEST_FLOWS = 365  # flows of a lane that count as its record
FEWEST_FLOWS = 8  # a shorter record tells nothing
LEAST_SPREAD = 1 / 60  # of the median: a flow within a tenth of the median is never far from it
TAIL = 0.02  # share of the record at each end that is usual in any case: a lane with rare large orders has them
EVERYTHING = (-np.inf, np.inf)


def usual_range(volumes: np.ndarray) -> tuple[float, float]:
    """Return the lowest and the highest volume that is not far from a record of volumes. [pallet]

    The limits are the median plus and minus six robust standard deviations, 1.4826 times the median absolute deviation
    from the median (MAD). If more than half of the record is equal, the MAD is zero, and the mean absolute deviation
    times 1.2533 takes its place; both factors are those of a normal distribution.

    >>> usual_range(np.array([25, 26, 27, 27, 28, 29, 30, 31.0]))[1] < 250
    True
    """
    if len(volumes) < FEWEST_FLOWS:
        return EVERYTHING
    median = np.median(volumes)
    distance = np.abs(volumes - median)
    spread = 1.4826 * np.median(distance) or 1.2533 * distance.mean()
    reach = DEVIATIONS * max(spread, LEAST_SPREAD * median)
    low, high = np.quantile(volumes, [TAIL, 1 - TAIL], method="inverted_cdf")
    return float(min(low, median - reach)), float(max(high, median + reach))


def told_range(low: float, high: float) -> str:
    """Return a usual range in words.

    >>> told_range(-3.0, 1250.0)
    '0 to 1,250'
    """
    return f"{max(low, 0):,.6g} to {high:,.6g}"


def far_from_record(connection: Connection, lane: str, volume: float) -> str:
    """Return a sentence if a volume is far from the record of its lane; "" otherwise."""
    record = np.array(_latest(connection, [lane]).get(lane, []))
    low, high = usual_range(record)
    if low <= volume <= high:
        return ""
    usual = told_range(low, high)
    return (
        f"{volume:,.10g} pallets are far from the record of {visible(lane, 60)}: its last {len(record):,} flows have a "
        f"median of {np.median(record):,.6g}, and {usual} would be usual."
    )


def usual_ranges(connection: Connection, lanes: list[str]) -> np.ndarray:
    """Return the usual ranges of lanes by what the ledger holds of them, shape (lanes, 2). [pallet]"""
    ranges = np.array([EVERYTHING] * len(lanes))
    for start in range(0, len(lanes), MOST_IN_A_QUERY):
        names = lanes[start : start + MOST_IN_A_QUERY]
        record = _latest(connection, names)
        for place, name in enumerate(names, start):
            if name in record:
                ranges[place] = usual_range(np.array(record[name]))
    return ranges


def outlying(staged: Staged, ranges: np.ndarray) -> int:
    """Return the number of staged records outside the usual range of their lane."""
    low, high = ranges.T
    if np.isinf(high).all():
        return 0
    blocks = ((block["volume"], block["lane"]) for block in staged.blocks())
    return sum(int(((volume < low[lane]) | (volume > high[lane])).sum()) for volume, lane in blocks)


def _latest(connection, lanes: Iterable[str]) -> dict[str, list[float]]:
    """Return the volumes of the latest known flows of each lane."""
    known = select(flows.c.volume).where(flows.c.volume.is_not(None))
    if connection.dialect.name == "postgresql":  # one statement, with a lateral subquery for each lane
        names = func.unnest(cast(list(lanes), ARRAY(Text))).table_valued("lane").render_derived("names")
        one = known.where(flows.c.lane == literal_column("names.lane"))
        one = one.order_by(flows.c.date.desc()).limit(LATEST_FLOWS).lateral("one")
        rows = connection.execute(select(names.c.lane, one.c.volume).join(one, true()))
        found: dict[str, list[float]] = {}
        for lane, volume in rows:
            found.setdefault(lane, []).append(volume)
        return found
    statement = f"SELECT volume FROM {flows.name} WHERE lane = ? AND volume IS NOT NULL ORDER BY date DESC LIMIT ?"
    plain = connection.connection.dbapi_connection
    return {lane: [row[0] for row in plain.execute(statement, (lane, LATEST_FLOWS))] for lane in lanes}
