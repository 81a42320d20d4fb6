"""Build the tab on capacity: required capacity, forecast, overflow to the partner, and resilience."""

from collections.abc import Mapping

from twin.plan.ahead import step_name
from twin.plan.dated import judged_in_words
from twin.plan.quantities import UNIT_OF
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.hub.booking_section import booking_section
from twin.view.hub.session import Session
from twin.view.words import cards, figure, listed, picture, table

#: The resilience index and its parts, with their meanings.
CAPACITY_PARTS = (
    ("buffer_points", "up to 50, for a buffer of two standard deviations of lead-time demand"),
    ("independence_points", "up to 50, when the plan needs no partner"),
    ("resilience_index", "their sum"),
)
#: Readings of the mean overflow: answer, label, and what needs space in it.
READINGS = (
    ("expected_overflow", "as planned", "workload and the whole buffer, which always stands there"),
    ("headroom_overflow", "reserved headroom", "goods in process alone; the buffer is places that are kept free"),
    (
        "close_overflow",
        "stock at close",
        "what is left in stock, and returns; on a flow lane goods in process",
    ),
    ("peak_overflow", "peak of the day", "stock and the goods that pass; on a flow lane goods in process"),
)


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML."""
    n, period, own = numbers, session.feed.period, f"{session.policy.internal_capacity:,.0f}"

    def card(label, name, remark=""):
        return label, name, n[name], UNIT_OF[name], remark

    step = step_name(session.feed.calendar.length)
    recorded = f"on the record {written(session.on_record().overflow, '-')} of {step}s"
    chance = written(n["lane_overflow_probability"], "-")
    whose = "The assumed" if session.assumes_capacity() else "Today's"
    needs = [
        card("Throughput with returns", "workload_mean", f"± {written(n['workload_sd'], 'pallet')}"),
        card("Safety buffer", "safety_stock", f"for {written(n['service_level'], '-')} service"),
        card("Required capacity", "required_capacity", f"of {own} own"),
        card("Resilience", "resilience_index", "of 100"),
    ]
    overflow = [
        card("Planned overflow", "planned_overflow", f"dependency {written(n['dependency'], '-')}"),
        card("Expected overflow", "expected_overflow", f"dependency {written(n['expected_dependency'], '-')}"),
        card("Chance of overflow", "overflow_probability", f"in a {unit_in('period', period)}; {recorded}"),
        card("Expected outsourcing cost", "expected_outsourcing_cost", "holding and surcharge"),
    ]
    places = [
        card("Best own capacity", "optimal_own_capacity", f"at the record's average demand; today {own}"),
        card(f"{whose} own capacity gives away", "capacity_gives_away", _rules(session)),
        card("Cost of space", "space_cost", f"least {written(n['optimal_space_cost'], '$')}"),
        card("Overflow of this kind of lane", "lane_overflow", f"chance {chance}; {recorded}"),
    ]
    readings = [[label, figure(name, n[name], "pallet"), meaning] for name, label, meaning in READINGS]
    parts = [[name.replace("_", " "), figure(name, n[name], "points"), meaning] for name, meaning in CAPACITY_PARTS]
    return "".join(
        (
            cards(needs, period),
            picture("history", _in_words(n, period)),
            _forecast(session, n, period),
            cards(overflow, period),
            cards(places, period),
            table(
                "One lane, several readings of its mean overflow",
                ("", unit_names().many, "what needs space"),
                readings,
                (2,),
            ),
            table("Resilience and its parts", ("", "points", "meaning"), parts, text=(2,)),
            _accuracy(session),
        )
    )


def _accuracy(session):
    """Return the remarks on accuracy as HTML."""
    found = listed(f"{remark[0].upper()}{remark[1:]}." for remark in session.remarks())
    return f"<p>Simulated lanes show where the answers are off:</p>{found}" if found else ""


def _rules(session):
    """Return the rules of the lane by which its space is counted, in words."""
    policy = session.policy
    rent = f"{written(policy.own_place_cost, '$')} a place, used or not" if policy.own_place_cost else "holding is rent"
    return f"as a {policy.kind} lane{f', at {policy.basis}' if policy.kind == 'stock' else ''}; {rent}"


def _in_words(n, period):
    """Return the description of the picture."""
    mean = f"Mean volume {n['demand_mean']:.1f} {unit_names().many} a {unit_in('period', period)}"
    return f"{mean}, forecast {n['horizon_mean']:.1f} over the horizon." if "horizon_mean" in n else f"{mean}."


def _forecast(session, n, period):
    """Return a paragraph on the forecast as HTML."""
    if "horizon_mean" not in n:
        return "<p>A forecast needs three periods on record; this lane has fewer.</p>"
    name, some, many = unit_in("period", period), session.horizon, unit_names().many
    ahead = {key: figure(key, n[key], "pallet") for key in ("horizon_mean", "horizon_workload", "horizon_capacity")}
    span = name if some == 1 else f"{some} {name}s"
    return (
        f"<p>Forecast for the next {span}: {ahead['horizon_mean']} {many} a {name}, or {ahead['horizon_workload']} "
        f"with returns; this requires a capacity of {ahead['horizon_capacity']} {many}.</p>{_by_date(session)}"
    )


def _by_date(session):
    """Return the plan by date as an HTML table, with what such plans have kept."""
    plan = session.by_date()
    lane, dates = plan.lanes.iloc[0], plan.dates.astype(str)
    rows = [
        [
            date,
            _written(row["mean"], "pallet"),
            f"{_written(row['low'], 'pallet')} to {_written(row['high'], 'pallet')}",
            _written(row["reserve"], "pallet"),
            _written(row["required_capacity"], "pallet"),
            _written(row["overflow_probability"], "-"),
            _written(row["profit"], "$/period"),
        ]
        for date, (_, row) in zip(dates, plan.table.iterrows(), strict=True)
    ]
    heads = ("date", "forecast", "95% interval", "reserve", "required capacity", "own capacity exceeded", "profit")
    told = [
        f"Own capacity was exceeded in {_written(lane['record_overflow'], '-')} of the periods on record.",
        *judged_in_words(lane, session.feed.period),
    ]
    shown = table(f"Plan by date, {dates[0]} to {dates[-1]}", heads, rows) + listed(told)
    return shown + booking_section(session)


def _written(value, unit):
    """Return a number as text; a dash where the record cannot carry it."""
    return written(value, unit) if value == value else "–"
