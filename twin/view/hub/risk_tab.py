"""Build the tab on profit and risk: cost and profit of a service level, and the loss of a bad period."""

from collections.abc import Mapping

from twin import demand
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.hub.session import Session
from twin.view.words import cards, figure, picture, table

WORST = "on average; a negative loss is a profit"
RARE = 0.01  # probability of negative demand above which a normal distribution is called a poor fit [-]
MONEY = ("revenue", "handling", "holding", "penalty", "surcharge", "profit")
_TWO_PROFITS = (
    "The profit of the lane as it runs is that of the table of lanes, of the plan by date and of the tab <i>In "
    "motion</i>: own places are paid whether they are used or not, and the partner's as goods take them. The formula, "
    "which the pictures and the unit economics show, charges holding for leftovers and the whole buffer as space."
)


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML."""
    n, period = numbers, session.feed.period
    name = unit_in("period", period)
    key = [
        ("Profit", "lane_profit", n["lane_profit"], "$/period", "of the lane as it runs"),
        ("Profit by the formula", "profit", n["profit"], "$/period", f"± {written(n['profit_sd'], '$')}"),
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
            f"<p>{_TWO_PROFITS}</p>",
            table("Unit economics by the formula", ("", f"a {name}", f"a {unit_names().goods} of demand"), money),
        )
    )


def _choice(n, name):
    """Return a sentence on the cost of the current service level."""
    return (
        f"The current service level of {written(n['service_level'], '-')} costs "
        f"{figure('buffer_cost', n['buffer_cost'], '$/period')} a {name} in leftovers and shortage, "
        f"{written(n['buffer_cost'] - n['best_buffer_cost'], '$')} more than the optimum."
    )


def _tail(n, name):
    """Return sentences on value at risk and conditional value at risk."""
    return (
        f"In one {name} of twenty the loss exceeds {figure('value_at_risk', n['value_at_risk'], '$')} (value at risk); "
        f"the mean loss of these {name}s is {written(n['conditional_value_at_risk'], '$')} (conditional value at "
        "risk). A negative loss is a profit."
    )


def _fit(n, name):
    """Return a paragraph on the assumptions of the tail, with a warning if a normal distribution fits poorly."""
    below = 1.0 - float(demand.probability_above(0.0, n["demand_mean"], n["demand_sd"]))
    said = (
        "The model assumes normal demand and charges each period's backlog like "
        f"{unit_names().many} that are not served."
    )
    if below > RARE:
        said += (
            f" Demand of this lane is not normal: a normal distribution would be negative in {below:.0%} of {name}s. "
            "Read these losses with care."
        )
    return f"<p>{said}</p>"
