"""Sums over the periods of every lane, made by the database: all that lane statistics need to know of its flows."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Double, and_, bindparam, case, cast, func, literal_column, select, true

from twin.data.ledger.schema import EPOCH, day_number, flows, month_number

WEEK_OFFSET = 7 * 20_000  # days: weeks are counted from long before the first, so that none has a negative number
# Of each lane, in the order of the statement. Times are in periods, counted from the lane's last known one (its
# origin); deviations are volumes less a level among them: so the sums stay small and lose no digits.
SUMS = "origin first last known sold deviations squares times time_squares products last_volume returns".split()
SAMPLE = 1024  # days
DAY_COLUMNS = (
    "first",
    "last",
    "first_known",
    "last_known",
)  # of a lane: of all its flows, and of those with a known volume
ENDS = ("lane", *DAY_COLUMNS, "level")


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
        return days if self.period == "D" else (days - (int(self.first.astype(int)) - WEEK_OFFSET)) // 7

    def start(self, number):
        """Return the first day of the period of a number."""
        if self.period == "MS":
            return (np.datetime64("0000-01") + int(number)).astype("datetime64[D]")
        return np.datetime64(int(number), "D") if self.period == "D" else self.first - WEEK_OFFSET + 7 * int(number)


def lane_names():
    """Return the statement for the distinct lanes: along the index from one name to the next, not along all flows."""
    jump = select(func.min(flows.c.lane).label("lane")).cte("jump", recursive=True)
    following = select(func.min(flows.c.lane)).where(flows.c.lane > jump.c.lane).scalar_subquery()
    jump = jump.union_all(select(following).where(jump.c.lane.is_not(None)))
    return select(jump.c.lane).where(jump.c.lane.is_not(None))


def ends(within, lanes=None):
    """Return the statement for where each lane begins and ends, in all and as far as its volumes are known.

    level : mean of up to SAMPLE days' volumes; less this, sums of squares lose few digits whatever the days. [pallet]
    within : Window of the days that count; lanes : names of the lanes wanted, or None for all.
    """
    names = lane_names().subquery("names")

    def of_lane(expression, *conditions):
        of_this = select(expression).select_from(flows).where(flows.c.lane == names.c.lane, within.of(), *conditions)
        return of_this.correlate(names).scalar_subquery()

    known = flows.c.volume.is_not(None)
    last_known = of_lane(func.max(flows.c.date), known)
    this = literal_column("names.lane")  # two levels out
    days = select(func.sum(flows.c.volume).label("volume")).where(flows.c.lane == this, within.of(), known)
    sample = days.group_by(flows.c.date).order_by(flows.c.date).limit(SAMPLE).subquery("sample")
    columns = (
        names.c.lane,
        of_lane(func.min(flows.c.date)),
        of_lane(func.max(flows.c.date)),
        of_lane(func.min(flows.c.date), known),
        last_known,
        select(func.avg(sample.c.volume)).scalar_subquery(),
    )
    wanted = true() if lanes is None else names.c.lane.in_(lanes)
    labelled = [column.label(name) for column, name in zip(columns, ENDS, strict=True)]
    return select(*labelled).where(wanted, last_known.is_not(None))


def period_sums(connection, within, lanes, calendar):
    """Return (lanes, sums): the lanes with a known volume, in order, and the sums that `from_sums` takes.

    A period is known when one of its volumes is, and unread when none is.
    """
    bounds = ends(within, lanes)
    if connection.dialect.name == "postgresql":  # all lanes in one statement, each by itself
        around = bounds.subquery("ends")
        lane = {column.name: literal_column(f"ends.{column.name}", column.type) for column in around.c}
        sums = _of_one(lane, within, calendar).lateral("sums")
        statement = select(around.c.lane, sums).join(sums, true()).order_by(around.c.lane)
        rows = connection.execute(statement).all()
    else:  # no server between us: a statement for each lane costs little, and follows the index
        statement = _of_one({name: bindparam(name) for name in ENDS}, within, calendar)
        found = connection.execute(bounds.order_by("lane")).mappings()
        told = [{**end, **{name: (end[name] - EPOCH).days for name in DAY_COLUMNS}} for end in found]
        rows = [(end["lane"], *connection.execute(statement, end).one()) for end in told]
    names, *columns = zip(*rows, strict=True)
    sums = {name: np.array(values, dtype=float) for name, values in zip(SUMS, columns, strict=True)}
    unread = _unread_periods(connection, within, calendar)
    return list(names), sums | _unread_sums(names, sums["origin"], unread)


def _of_one(lane, within, calendar):
    """The sums of one lane, told by its name, level and ends: columns of a statement around this one, or parameters."""
    origin, level = calendar.number(lane["last_known"]), lane["level"] * calendar.days
    # Days in their own order need no sorting; several of them that make one period do.
    key = literal_column("moment") if calendar.summed else flows.c.date
    periods = (
        select(
            cast(calendar.number(flows.c.date) - origin, Double).label("moment"),
            func.sum(flows.c.volume).label("volume"),
            (func.sum(flows.c.volume) - level).label("deviation"),
            func.sum(flows.c.returns).label("returns"),
        )
        .where(flows.c.lane == lane["lane"], within.of(), flows.c.volume.is_not(None))
        .group_by(key)
        .subquery("periods")
    )
    time, deviation = periods.c.moment, periods.c.deviation
    sums = (
        origin,
        calendar.number(lane["first"]) - origin,
        calendar.number(lane["last"]) - origin,
        func.count(),
        func.sum(periods.c.volume),
        func.sum(deviation),
        func.sum(deviation * deviation),
        func.sum(time),
        func.sum(time * time),
        func.sum(time * deviation),
        func.sum(case((time == 0, periods.c.volume))),
        func.sum(periods.c.returns),
    )
    return select(*[expression.label(name) for name, expression in zip(SUMS, sums, strict=True)])


def _unread_periods(connection, within, calendar):
    """Return the rows (lane, number) of periods whose every volume is unknown; an index of their own finds them."""
    known = flows.alias("known")
    if calendar.period != "D":  # within a month of the flow, or it cannot be in its period
        month = literal_column("31")
        low, high = (flows.c.date.op(sign, return_type=flows.c.date.type)(month) for sign in "-+")
        near = and_(known.c.date.between(low, high), calendar.number(known.c.date) == calendar.number(flows.c.date))
    else:
        near = known.c.date == flows.c.date
    same = (
        select(1)
        .where(known.c.lane == flows.c.lane, within.of(known), known.c.volume.is_not(None), near)
        .correlate(flows)
    )
    columns = flows.c.lane, calendar.number(flows.c.date).label("number")
    return connection.execute(
        select(*columns).where(flows.c.volume.is_(None), within.of(), ~same.exists()).distinct()
    ).all()


def _unread_sums(names, origin, unread):
    """Return the sums of unread periods for each lane of `names`, times counted from its origin."""
    place = {name: i for i, name in enumerate(names)}
    rows = [(place[lane], number) for lane, number in unread if lane in place]
    at, time = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    time = time - origin[at]
    last = np.full(len(names), -np.inf)
    np.maximum.at(last, at, time)
    count, times, squares = (np.bincount(at, weights, len(names)) for weights in (None, time, time**2))
    return {"unread": count, "unread_times": times, "unread_squares": squares, "unread_last": last}
