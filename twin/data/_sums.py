"""Sums over the periods of every lane, made by the database: all that lane statistics need to know of its flows."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Double, bindparam, case, cast, func, literal_column, select, true

from twin.data._schema import EPOCH, day_number, flows, month_number

FAR = 7 * 20_000  # days: weeks are counted from long before the first, so that none has a negative number
# Of each lane, in the order of the statement. Times are in periods, counted from the lane's last known one (its
# origin); deviations are volumes less a level among them: so the sums stay small and lose no digits.
SUMS = """origin first last known deviations squares times time_squares products unread unread_times unread_squares
unread_last last_volume returns returns_recorded""".split()
ENDS = ("lane", "first", "last", "first_known", "last_known", "level")


@dataclass(frozen=True)
class Calendar:
    """How days are counted in periods by the database.

    summed : whether several days of the flows make one period; days : how many of their own periods that are.
    first : first day of the first period.
    """

    period: str
    first: np.datetime64
    summed: bool
    days: float
    dialect: str

    def number(self, day):
        """Return the number of the period of a column of days, in SQL."""
        if self.period == "MS":
            return month_number(day, self.dialect)
        days = day_number(day, self.dialect)
        return days if self.period == "D" else (days - (int(self.first.astype(int)) - FAR)) // 7

    def start(self, number):
        """Return the first day of the period of a number."""
        if self.period == "MS":
            return (np.datetime64("0000-01") + int(number)).astype("datetime64[D]")
        return np.datetime64(int(number), "D") if self.period == "D" else self.first - FAR + 7 * int(number)


def lane_names():
    """Return the statement for the distinct lanes: along the index from one name to the next, not along all flows."""
    jump = select(func.min(flows.c.lane).label("lane")).cte("jump", recursive=True)
    following = select(func.min(flows.c.lane)).where(flows.c.lane > jump.c.lane).scalar_subquery()
    jump = jump.union_all(select(following).where(jump.c.lane.is_not(None)))
    return select(jump.c.lane).where(jump.c.lane.is_not(None))


def ends(within, lanes=None):
    """Return the statement for where each lane begins and ends, in all and as far as its volumes are known.

    level : volume of the last known day, a value near which sums lose no digits. [pallet]
    within : condition that flows must meet to count; lanes : names of the lanes wanted, or None for all.
    """
    names = lane_names().subquery("names")

    def of_lane(expression, *conditions):
        of_this = select(expression).select_from(flows).where(flows.c.lane == names.c.lane, within, *conditions)
        return of_this.correlate(names).scalar_subquery()

    known = flows.c.volume.is_not(None)
    last_known = of_lane(func.max(flows.c.date), known)
    columns = (
        names.c.lane,
        of_lane(func.min(flows.c.date)),
        of_lane(func.max(flows.c.date)),
        of_lane(func.min(flows.c.date), known),
        last_known,
        of_lane(func.sum(flows.c.volume), flows.c.date == last_known),
    )
    wanted = true() if lanes is None else names.c.lane.in_(lanes)
    labelled = [column.label(name) for column, name in zip(columns, ENDS, strict=True)]
    return select(*labelled).where(wanted, last_known.is_not(None))


def period_sums(connection, within, lanes, calendar):
    """Return (lanes, sums): the lanes with a known volume, in order, and {name: array} of level and SUMS.

    A period is known when one of its volumes is, and unread when none is.
    """
    within_ends = ends(within, lanes)
    if connection.dialect.name == "postgresql":  # all lanes in one statement, each by itself
        lane = within_ends.subquery("ends")
        outer = {column.name: literal_column(f"ends.{column.name}", column.type) for column in lane.c}
        sums = _of_one(outer, within, calendar).lateral("sums")
        statement = select(lane.c.lane, lane.c.level, sums).join(sums, true()).order_by(lane.c.lane)
        rows = connection.execute(statement).all()
    else:  # no server between us: a statement for each lane costs little, and follows the index
        one = _of_one({name: bindparam(name) for name in ("lane", "level", "last_known")}, within, calendar)
        found = connection.execute(within_ends.order_by("lane")).all()
        bound = [{"lane": e.lane, "level": e.level, "last_known": (e.last_known - EPOCH).days} for e in found]
        rows = [(e["lane"], e["level"], *connection.execute(one, e).one()) for e in bound]
    lanes, level, *sums = zip(*rows, strict=True) if rows else [()] * (2 + len(SUMS))
    table = {name: np.array(values, dtype=float) for name, values in zip(SUMS, sums, strict=True)}
    return list(lanes), {"level": np.array(level, dtype=float) * calendar.days, **table}


def _of_one(lane, within, calendar):
    """The sums of one lane, whose name, level and last known day are columns or parameters."""
    origin = calendar.number(lane["last_known"])
    key = literal_column("number") if calendar.summed else flows.c.date  # days in order need no sorting
    volume, returns = flows.c.volume, flows.c.returns
    periods = (
        select(
            calendar.number(flows.c.date).label("number"),
            func.sum(volume).label("volume"),
            func.sum(case((volume.is_not(None), returns))).label("returns"),
        )
        .where(flows.c.lane == lane["lane"], within)
        .group_by(key)
        .subquery("periods")
    )
    time, volume = cast(periods.c.number - origin, Double), periods.c.volume
    deviation = volume - lane["level"] * calendar.days
    known, unread = volume.is_not(None), volume.is_(None)

    def total(expression, condition):
        return func.coalesce(func.sum(case((condition, expression))), 0.0)

    sums = (
        origin,
        func.min(time),
        func.max(time),
        func.count(volume),
        total(deviation, known),
        total(deviation * deviation, known),
        total(time, known),
        total(time * time, known),
        total(time * deviation, known),
        func.count() - func.count(volume),
        total(time, unread),
        total(time * time, unread),
        func.max(case((unread, time))),
        total(volume, time == 0),
        total(periods.c.returns, known),
        func.count(periods.c.returns),
    )
    return select(*[expression.label(name) for name, expression in zip(SUMS, sums, strict=True)])
