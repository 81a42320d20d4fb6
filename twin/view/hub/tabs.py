"""What each tab of the hub says about the lane: HTML and pictures from a session's numbers."""

from html import escape

from twin import scenario
from twin.data.text import visible
from twin.view import pictures
from twin.view.hub.controls import OPTIMUM, unit_in
from twin.view.hub.words import alert, cards, figure, listed, picture, rest_of, table, written

#: Name of each tab, and its pictures.
TABS = {
    "capacity": ("Capacity and cooperation", ("history",)),
    "risk": ("Profit and risk", ("costs", "profits", "losses")),
    "compare": ("What-if", ()),
    "analyst": ("Analyst", ()),
}
MONEY = ("revenue", "handling", "holding", "penalty", "surcharge", "profit")
COMPARED = """service_level safety_stock required_capacity fill_rate expected_overflow overflow_probability dependency
resilience_index expected_warehousing_cost expected_outsourcing_cost buffer_cost profit value_at_risk
conditional_value_at_risk""".split()


def drawn(name, session, numbers):
    """Return one picture of the lane, as a figure."""
    period, policy = session.feed.period, session.policy
    if name == "history":
        return pictures.history(*session.series(), policy, numbers, session.horizon, period)
    if name == "costs":
        return pictures.costs(policy, numbers, period)
    return {"profits": pictures.profits, "losses": pictures.losses}[name](session.moments, policy, numbers, period)


def capacity(session, numbers):
    """Return the page on what the lane needs, what overflows, and how resilient that is."""
    n, period = numbers, session.feed.period

    def card(label, name, remark=""):
        return label, name, n[name], scenario.UNITS[name], remark

    needs = [
        card("Throughput with returns", "workload_mean", f"± {written(n['workload_sd'], 'pallet')}"),
        card("Safety buffer", "safety_stock", f"for {written(n['service_level'], '-')} service"),
        card("Required capacity", "required_capacity", f"of {written(session.policy.internal_capacity, 'pallet')} own"),
        card("Resilience", "resilience_index", "of 100"),
    ]
    overflow = [
        card("Planned overflow", "planned_overflow", f"dependency {written(n['dependency'], '-')}"),
        card("Expected overflow", "expected_overflow", f"dependency {written(n['expected_dependency'], '-')}"),
        card("Chance of overflow", "overflow_probability", f"in a {unit_in('period', period)}"),
        card("Expected outsourcing cost", "expected_outsourcing_cost", "holding and surcharge"),
    ]
    parts = [
        [_label(name), figure(name, n[name], scenario.UNITS[name]), meaning]
        for name, meaning in (
            ("buffer_points", "up to 50, for a buffer of two standard deviations of lead-time demand"),
            ("independence_points", "up to 50, when the plan needs no partner"),
            ("resilience_index", "their sum"),
        )
    ]
    return "".join(
        (
            cards(needs, period),
            picture("history", _history_in_words(n, period)),
            _forecast(session, n, period),
            cards(overflow, period),
            table("Resilience and its parts", ("", "points", "what it is"), parts),
        )
    )


def risk(session, numbers):
    """Return the page on what a service level costs and earns, and how bad a period can get."""
    n, period = numbers, session.feed.period
    money = [
        [name, figure(name, n[name], "$/period"), written(n[name] / n["demand_mean"], "$/pallet")] for name in MONEY
    ]
    gap = n["buffer_cost"] - n["best_buffer_cost"]
    key = [
        ("Profit", "profit", n["profit"], "$/period", f"± {written(n['profit_sd'], '$')}"),
        ("Best service level", "critical_ratio", n["critical_ratio"], "-", "the critical ratio, costs of the buffer"),
        ("Sweet spot", "best_profit_level", n["best_profit_level"], "-", "most profit, the surcharge included"),
        ("Worst 1 in 20, on average", "conditional_value_at_risk", n["conditional_value_at_risk"], "$/period", "lost"),
    ]
    tail = "".join(
        (
            "In one {} of twenty the loss is more than ".format(unit_in("period", period)),
            figure("value_at_risk", n["value_at_risk"], "$"),
            " (value at risk); those are a loss of ",
            figure("conditional_value_at_risk", n["conditional_value_at_risk"], "$"),
            " on average (conditional value at risk). A negative loss is a profit.",
        )
    )
    choice = (
        f"Today's service level of {written(n['service_level'], '-')} costs "
        f"{figure('buffer_cost', n['buffer_cost'], '$/period')} a {unit_in('period', period)} in leftovers and shortage, "
        f"{written(gap, '$')} more than the optimum."
    )
    return "".join(
        (
            cards(key, period),
            '<div class="twin-pictures">',
            picture("costs", f"Expected buffer cost over the service level, least at {n['critical_ratio']:.1%}."),
            picture(
                "profits", f"Expected profit over service level and lead-time sd, most at {n['best_profit_level']:.1%}."
            ),
            picture("losses", f"Simulated losses; value at risk {n['value_at_risk']:,.0f}."),
            "</div>",
            f"<p>{choice} {tail}</p>",
            table("Unit economics", ("", f"a {unit_in('period', period)}", "a pallet of demand"), money),
        )
    )


def compare(session, numbers):
    """Return the page that sets the current scenario beside a kept one, and names the differences."""
    buttons = (
        '<p><button type="button" data-do="pin">Keep this scenario as A</button> '
        '<button type="button" data-do="unpin">Forget A</button></p>'
    )
    kept = session.pinned
    if kept is None:
        return (
            "<p>Keep the lane as it stands as scenario A, then turn the controls: B is always what they say now, and "
            f"every difference is named here.</p>{buttons}"
        )
    rows = [
        [
            _label(name),
            _kept(name, kept["numbers"]),
            figure(name, numbers[name], scenario.UNITS[name]),
            _difference(kept["numbers"][name], numbers[name], scenario.UNITS[name]),
            escape(rest_of(scenario.UNITS[name], session.feed.period)),
        ]
        for name in COMPARED
    ]
    heads = ("", f"A: {visible(kept['lane'], 20)}", f"B: {visible(session.lane, 20)}", "B − A", "")
    return "".join((_turned(kept, session), table("Two scenarios", heads, rows), buttons))


def analyst(session, numbers, question=""):
    """Return the page with the question box; the offline analyst finds numbers by the words of their names."""
    box = (
        '<form data-form="ask"><label for="twin-question">Your question about this lane</label>'
        f'<div class="twin-row"><input id="twin-question" name="question" value="{escape(question, quote=True)}" '
        'placeholder="how much overflow is expected?" maxlength="500"><button type="submit">Ask</button></div></form>'
        "<p>The analyst is offline: it looks up the lane's own numbers by their names, and makes up none.</p>"
    )
    if not question.strip():
        return box
    asked = {word.strip("?.,!:;\"'").lower() for word in question.split()}
    counts = {name: len(asked & set(name.split("_"))) for name in numbers}
    best = max(counts.values())
    if not best:
        return box + alert(
            f"No number of this lane is named by these words. It knows: {', '.join(map(_label, numbers))}."
        )
    found = [name for name, count in counts.items() if count == best]
    units = scenario.UNITS
    rows = [[_label(n), figure(n, numbers[n], units[n]), escape(rest_of(units[n], session.feed.period))] for n in found]
    return box + table(f"{visible(session.lane)}, as it stands", ("", "value", ""), rows)


PAGES = {"capacity": capacity, "risk": risk, "compare": compare, "analyst": analyst}


def _label(name):
    return name.replace("_", " ")


def _kept(name, numbers):
    return (
        f'<span data-kept="{name}" data-value="{numbers[name]!r}">{written(numbers[name], scenario.UNITS[name])}</span>'
    )


def _difference(before, now, unit):
    """The change in words: a sign that is never left to colour alone."""
    if unit == "-":
        points = 100 * (now - before)
        return "no change" if abs(points) < 0.05 else f"{points:+.1f} points"
    text = written(now - before, unit)
    if not text.strip("−$0.,"):
        return "no change"
    return text if text.startswith("−") else f"+{text}"


def _turned(kept, session):
    """Which controls differ between both scenarios."""
    period, values, units = session.feed.period, session.values, {field.name: field.unit for field in session.fields}
    said = [
        f"{field.label}: {kept['values'][field.name]:g} in A, {values[field.name]:g} in B [{unit_in(field.unit, period)}]"
        for field in session.fields
        if kept["values"][field.name] != values[field.name] and field.name in units
    ]
    if kept["values"][OPTIMUM] != values[OPTIMUM]:
        said.append("service level: the newsvendor optimum in " + ("B" if values[OPTIMUM] else "A"))
    if kept["lane"] != session.lane:
        said.insert(0, f"the lane: {visible(kept['lane'])} in A, {visible(session.lane)} in B")
    return "<p>What differs between A and B:</p>" + listed(said) if said else "<p>A and B are the same so far.</p>"


def _history_in_words(n, period):
    mean = f"Mean volume {n['demand_mean']:.1f} pallets a {unit_in('period', period)}"
    return f"{mean}, forecast {n['horizon_mean']:.1f} over the horizon." if "horizon_mean" in n else f"{mean}."


def _forecast(session, n, period):
    if "horizon_mean" not in n:
        return "<p>A forecast needs three periods on record; this lane has fewer.</p>"
    name, some = unit_in("period", period), session.horizon
    span = f"next {name}" if some == 1 else f"next {some} {name}s"
    return (
        f"<p>Forecast for the {span}: {figure('horizon_mean', n['horizon_mean'], 'pallet')} pallets a {name}, with returns "
        f"{figure('horizon_workload', n['horizon_workload'], 'pallet')}; that would take "
        f"{figure('horizon_capacity', n['horizon_capacity'], 'pallet')} places. A straight line through the history; the "
        "band holds a new value in 95 of 100 cases, seasons aside.</p>"
    )
