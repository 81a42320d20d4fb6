"""SQL for the sums over the periods of every lane from which lane statistics are computed."""

import datetime
from dataclasses import dataclass

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)

from twin._period_kinds import PERIOD_KINDS
from twin.data.ledger.days import DAYS_SINCE_MONDAY, EPOCH, day_number, month_number, since_monday
from twin.data.ledger.schema import flows
from twin.data.ledger.window import Window

WEEK_OFFSET = 7 * 20_000  # [day] weeks are numbered from this long before the first, so that no number is negative
# The sums of each lane, in the order of the statement. Times count periods from the lane's last known one (its origin),
# and deviations are volumes less their level, which keeps the sums small and accurate.
SUMS = "origin first last known sold deviations squares times time_squares products last_volume returns active".split()
SEASONS_BACK = 8  # seasons before the last one whose rows are counted [-]
SAMPLE = 1024  # [day] first days of a lane whose mean volume is its level
# First and last day of a lane, of all its flows and of those with a known volume.
DAY_COLUMNS = ("first", "last", "first_known", "last_known")
ENDS = ("lane", *DAY_COLUMNS, "level")


@dataclass(frozen=True)
class Calendar:
    """The numbering of periods in SQL.

    period : "D", "W", "MS" or "QS".
    first : first day of the first period.
    summed : whether one period sums several of the record's own.
    days : number of the record's own periods in one period.
    dialect : "sqlite" or "postgresql".
    closed : closed weekdays, 0 for Monday, which are no periods; the flows are those of the other days.
    """

    period: str
    first: np.datetime64
    summed: bool
    days: float
    dialect: str
    closed: tuple[int, ...] = ()

    def number(self, day: ColumnElement) -> ColumnElement[int]:
        """Return the SQL expression for the number of the period that a column of days is in."""
        if months := PERIOD_KINDS[self.period].months:
            return month_number(day, self.dialect) // months
        if self.closed:
            days = since_monday(day, self.dialect)
            before = {weekday: place for place, weekday in enumerate(self._open)}
            return days // 7 * len(self._open) + case(before, value=days % 7)
        days = day_number(day, self.dialect)
        return days if self.period == "D" else (days - (int(self.first.astype(int)) - WEEK_OFFSET)) // 7

    def start(self, number: float) -> np.datetime64:
        """Return the first day of the period with a number."""
        if months := PERIOD_KINDS[self.period].months:
            return (np.datetime64("0000-01") + np.timedelta64(months * int(number), "M")).astype("datetime64[D]")
        if self.closed:
            week, place = divmod(int(number), len(self._open))
            return np.datetime64(7 * week + self._open[place] - DAYS_SINCE_MONDAY, "D")
        if self.period == "D":
            return np.datetime64(int(number), "D")
        return self.first + np.timedelta64(7 * int(number) - WEEK_OFFSET, "D")

    @property
    def _open(self):
        return [day for day in range(7) if day not in self.closed]


def lane_names() -> Select:
    """Return the statement for the distinct lanes; it skips along the index from name to name (a loose index scan)."""
    jump = select(func.min(flows.c.lane).label("lane")).cte("jump", recursive=True)
    following = select(func.min(flows.c.lane)).where(flows.c.lane > jump.c.lane).scalar_subquery()
    jump = jump.union_all(select(following).where(jump.c.lane.is_not(None)))
    return select(jump.c.lane).where(jump.c.lane.is_not(None))


def lane_bounds(within: Window, lanes: list[str] | None = None) -> Select:
    """Return the statement for the first and last day of each lane, of all flows and of those with known volume.

    Its last column, level, is the mean daily volume of the first SAMPLE days; sums of squares of volumes less the level
    are accurate. [pallet]

    within : Window of the days that count; lanes : names of the lanes, or None for all.
    """
    names = lane_names().subquery("names")

    def of_lane(expression, *conditions):
        of_this = select(expression).select_from(flows).where(flows.c.lane == names.c.lane, within.of(), *conditions)
        return of_this.correlate(names).scalar_subquery()

    known = flows.c.volume.is_not(None)
    last_known = of_lane(func.max(flows.c.date), known)
    this = literal_column("names.lane")  # refers to the query two levels out
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


def period_sums(
    connection: Connection, within: Window, lanes: list[str] | None, calendar: Calendar
) -> tuple[list[str], dict[str, np.ndarray]]:
    """Return (lanes, sums): the lanes with a known volume, in order, and the sums that `from_sums` takes.

    A period is known if one of its volumes is, and unread if none is.
    """
    bounds = lane_bounds(within, lanes)
    if connection.dialect.name == "postgresql":  # one statement, with a lateral subquery for each lane
        around = bounds.subquery("ends")
        lane = {column.name: literal_column(f"ends.{column.name}", column.type) for column in around.c}
        sums = _sums_of_lane(lane, within, calendar).lateral("sums")
        statement = select(around.c.lane, sums).join(sums, true()).order_by(around.c.lane)
        rows = connection.execute(statement).all()
    else:  # without a server, a statement for each lane costs little and uses the index
        statement = _sums_of_lane({name: bindparam(name) for name in ENDS}, within, calendar)
        found = connection.execute(bounds.order_by("lane")).mappings()
        numbered = [{**end, **{name: (end[name] - EPOCH).days for name in DAY_COLUMNS}} for end in found]
        rows = [(end["lane"], *connection.execute(statement, end).one()) for end in numbered]
    names, *columns = zip(*rows, strict=True)
    sums = {name: np.array(values, dtype=float) for name, values in zip(SUMS, columns, strict=True)}
    unread = _unread_periods(connection, within, calendar)
    return list(names), sums | _unread_sums(names, sums["origin"], unread)


def rows_of_periods(
    connection: Connection, within: Window, lanes: list[str] | None, calendar: Calendar, latest: int, season: int
) -> np.ndarray:
    """Return the number of lanes with a row in the periods of the latest seasons, as `usual_silence` takes them.

    latest : number of the last period.
    """
    first = latest - (SEASONS_BACK + 1) * season + 1
    number = calendar.number(flows.c.date).label("number")
    mine = true() if lanes is None else flows.c.lane.in_(lanes)
    near = within.narrowed(calendar.start(max(first, 0)).item(), within.last or datetime.date.max)
    pairs = select(flows.c.lane, number).where(near.of(), mine).distinct().subquery("pairs")
    counts = connection.execute(select(pairs.c.number, func.count()).group_by(pairs.c.number)).all()
    rows = np.zeros(latest - first + 1, dtype=np.int64)
    for place, count in counts:
        if first <= place <= latest:
            rows[int(place) - first] = count
    return rows


def _sums_of_lane(lane, within, calendar):
    """Return the statement for the sums of a lane; `lane` holds its name, level and bounds as columns or parameters."""
    origin, level = calendar.number(lane["last_known"]), lane["level"] * calendar.days
    # Grouping by date follows the index; grouping several days into one period needs a sort.
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
        func.sum(case((periods.c.volume > 0, 1), else_=0)),
    )
    return select(*[expression.label(name) for name, expression in zip(SUMS, sums, strict=True)])


def _unread_periods(connection, within, calendar):
    """Return (lane, number) of each period whose every volume is unknown; a partial index finds them."""
    known = flows.alias("known")
    if calendar.period != "D":  # only flows that are less than its length apart can be in one period
        reach = literal_column(str(int(PERIOD_KINDS[calendar.period].days) + 1))  # [day]
        low, high = (flows.c.date.op(sign, return_type=flows.c.date.type)(reach) for sign in "-+")
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
    """Return the sums over unread periods of each lane, with times relative to the origin of the lane."""
    place = {name: i for i, name in enumerate(names)}
    rows = [(place[lane], number) for lane, number in unread if lane in place]
    at, time = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    time = time - origin[at]
    last = np.full(len(names), -np.inf)
    np.maximum.at(last, at, time)
    count, times, squares = (np.bincount(at, weights, len(names)) for weights in (None, time, time**2))
    return {"unread": count, "unread_times": times, "unread_squares": squares, "unread_last": last}
