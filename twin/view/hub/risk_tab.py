"""The tab on what a service level costs and earns, and how bad a single period can get."""

from twin import demand
from twin.plan.wording import unit_in, written
from twin.view.words import cards, figure, picture, table

WORST = "on average; below zero a profit"
RARE = 0.01  # share of periods with a demand below zero from which on normal demand is called a poor fit [-]
MONEY = ("revenue", "handling", "holding", "penalty", "surcharge", "profit")


def page(session, numbers):
    """Return the tab as HTML."""
    n, period = numbers, session.feed.period
    name = unit_in("period", period)
    key = [
        ("Profit", "profit", n["profit"], "$/period", f"± {written(n['profit_sd'], '$')}"),
        ("Best service level", "critical_ratio", n["critical_ratio"], "-", "least buffer cost: the critical ratio"),
        ("Sweet spot", "best_profit_level", n["best_profit_level"], "-", "most profit, surcharge included"),
        ("Loss in the worst 1 in 20", "conditional_value_at_risk", n["conditional_value_at_risk"], "$/period", WORST),
    ]
    cost = f"least at {written(n['critical_ratio'], '-')}"
    spot = f"most at {written(n['best_profit_level'], '-')}"
    money = [[line, figure(line, n[line], "$/period"), written(n[line] / n["demand_mean"], "$")] for line in MONEY]
    return "".join(
        (
            cards(key, period),
            '<div class="twin-pictures">',
            picture("costs", f"Expected buffer cost over the service level, {cost}."),
            picture("profits", f"Expected profit over service level and lead-time sd, {spot}."),
            picture("losses", f"Simulated losses of a {name}; value at risk {written(n['value_at_risk'], '$')}."),
            "</div>",
            f"<p>{_choice(n, name)} {_tail(n, name)}</p>",
            _fit(n, name),
            table("Unit economics", ("", f"a {name}", "a pallet of demand"), money),
        )
    )


def _choice(n, name):
    return (
        f"Today's service level of {written(n['service_level'], '-')} costs "
        f"{figure('buffer_cost', n['buffer_cost'], '$/period')} a {name} in leftovers and shortage, "
        f"{written(n['buffer_cost'] - n['best_buffer_cost'], '$')} more than the optimum."
    )


def _tail(n, name):
    return (
        f"In one {name} of twenty the loss is more than {figure('value_at_risk', n['value_at_risk'], '$')} (value at "
        f"risk); those lose {written(n['conditional_value_at_risk'], '$')} on average (conditional value at risk). A "
        "negative loss is a profit."
    )


def _fit(n, name):
    """What the tail rests on, and whether normal demand can be meant at all."""
    below = 1.0 - float(demand.probability_above(0.0, n["demand_mean"], n["demand_sd"]))
    said = "Demand is taken as normal, and what is short as lost in full: the tail is on the safe side."
    if below > RARE:
        said += (
            f" This lane is not normal: demand would be below zero in {below:.0%} of {name}s. Read its tail with care."
        )
    return f"<p>{said}</p>"
