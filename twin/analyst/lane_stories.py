"""Stories about one lane, told by the offline analyst: variation, resilience, cost, capacity, risk and outlook."""

from twin.analyst.story import CAUSES, Story, fact, listed
from twin.plan.wording import label

STEADY, ERRATIC = 0.2, 0.5  # coefficients of variation: demand is steady up to the first, erratic from the second [-]
WORTH_TELLING = 0.1  # smallest share of a variance for which a cause is named [-]
SHOCKS = 0.25  # smallest share of the squared deviations in the largest hundredth of volumes that means shocks [-]
SHORT = 20  # records with fewer periods get a warning [period]
OFTEN, HARDLY = 0.2, 0.001  # probabilities of overflow: "often" from the first on, "hardly ever" up to the second [-]
REMEDIES = {
    "demand_share": "a better forecast",
    "lead_time_share": "a more punctual carrier",
    "returns_share": "fewer returns",
}
CALENDAR_WORDS = {"weekday_share": "the day of the week", "season_share": "the month of the year"}


def overview(story: Story) -> None:
    """Add a summary of how a lane is doing."""
    say = story.say
    say(f"{_earns(story)}, with a standard deviation of [profit_sd].")
    say("Lane profit of [lane] is [lane_profit].")
    say(
        f"With its buffer, it now uses [use_with_buffer] of its own capacity, which {falls_short(story)}.",
    )
    say("Its fill rate is [fill_rate] and its resilience index is [resilience_index].")
    say("Demand averages [demand_mean], with a coefficient of variation of [coefficient_of_variation].")


def _earns(story):
    """Return the words for a lane's profit, or for its loss."""
    loss = (story.value("profit") or 0.0) < 0
    return "[lane] makes a loss: its profit is [profit]" if loss else "[lane] earns a profit of [profit]"


def likely_overflow(story: Story) -> str:
    """Return the measure of how often own capacity falls short: that of the morning, or of the formula without one."""
    return "coming_overflow_probability" if story.knows("coming_overflow_probability") else "overflow_probability"


def falls_short(story: Story) -> str:
    """Return how often own capacity falls short, as the morning has it where it has a forecast."""
    measure = likely_overflow(story)
    return f"falls short with a {label(measure).removeprefix('overflow ')} of [{measure}]"


def volatility(story: Story) -> None:
    """Add the causes of variation in demand, and its effect on lead-time demand and safety stock."""
    value, say = story.value, story.say
    if not story.knows("coefficient_of_variation"):
        return
    variation = value("coefficient_of_variation")
    kind = "is steady" if variation <= STEADY else "varies moderately" if variation < ERRATIC else "is erratic"
    say(
        f"Demand of [lane] {kind}: its standard deviation is [demand_sd],",
        "[coefficient_of_variation] of its mean of [demand_mean].",
    )
    patterns = [
        f"{words} explains [{name}]" for name, words in CALENDAR_WORDS.items() if (value(name) or 0) >= WORTH_TELLING
    ]
    if patterns:
        say(f"Of its variance, {listed(patterns)}; a forecast can use this pattern.")
    if (value("shock_share") or 0) >= SHOCKS:
        say("A few rare peaks make up [shock_share] of all squared deviations from the mean: shocks rather than noise.")
    elif not patterns and value("shock_share") is not None:
        say("Neither a weekly or yearly pattern nor rare peaks explain this: it is noise around a stable level.")
    if causes := story.causes():
        parts = listed([f"{CAUSES[name]} ([{name}])" for name in causes])
        say(f"The variance of lead-time demand comes from {parts}; {REMEDIES[causes[0]]} would help most.")
    say("At a service level of [service_level], this takes a safety stock of [safety_stock].")
    warn(story)


def warn(story: Story) -> None:
    """Add a warning if the record is short."""
    if (story.value("periods") or SHORT) < SHORT:
        story.say("The record has only [periods], so read this with care.")


def resilience(story: Story) -> None:
    """Add the parts of the resilience index, and the input that would raise it."""
    value, say = story.value, story.say
    buffer, independence = value("buffer_points"), value("independence_points")
    say(
        "The resilience index of [lane] is [resilience_index]: [buffer_points] for its buffer",
        "and [independence_points] for its independence of the partner.",
    )
    if not story.knows("buffer_points", "independence_points"):
        return
    if buffer <= independence:
        say(
            "The buffer limits the index. Safety stock follows from the service level of [service_level], so only a",
            "higher service level raises the index, as long as the plan still fits own space.",
        )
    else:
        say(
            "The partner limits the index, with a dependency of [dependency].",
            "More own capacity than [internal_capacity] would raise it.",
        )
    if value("dependency") == 0 and (value(likely_overflow(story)) or 0) > HARDLY:
        say(
            f"The index looks at the plan alone, and the plan fits; yet own capacity {falls_short(story)}.",
        )


def sharing(story: Story, more: str = "") -> None:
    """Add the overflow to the partner, its cost, and the gain from more own space (the what-if `more`)."""
    value, say = story.value, story.say
    planned, often = value("planned_overflow"), value("overflow_probability")
    if not story.knows("planned_overflow", "overflow_probability"):
        return
    if planned > 0:
        verdict = "relies on the partner even in the plan"
    else:
        verdict = "often needs the partner" if often >= OFTEN else "sometimes needs the partner"
    verdict = "hardly ever needs the partner" if often <= HARDLY else verdict
    if story.knows("coming_overflow_probability"):
        say(f"[lane] has an own capacity of [internal_capacity], which {falls_short(story)}.")
    else:
        say(f"[lane] {verdict}: own capacity of [internal_capacity] {falls_short(story)}.")
    say(
        "On average [expected_overflow] are at the partner; the plan has [planned_overflow].",
        "This costs [expected_outsourcing_cost], holding included; profit is [profit].",
    )
    if (saved := value("profit.change", more)) is not None:
        space = f"With {fact(f'{more}.internal_capacity.change')} of own space,"
        if saved > 0:
            say(
                f"{space} profit would change by {fact(f'{more}.profit.change')}, before the cost of that space:",
                "sharing pays as long as the additional places cost more than this.",
            )
        else:
            say(f"{space} profit would not grow: sharing costs little here.")


def service_point(story: Story, more: str = "") -> None:
    """Add the cost and the gain of a higher service level (the what-if `more`)."""
    say, level, ratio = story.say, story.value("service_level", more), story.value("critical_ratio")
    if level is None:
        say("The service level of [lane] is [service_level] and cannot rise any further.")
        return
    by = {name: fact(f"{more}.{name}.change") for name in ("service_level", "safety_stock", "buffer_cost", "profit")}
    say(
        f"A service level of {fact(f'{more}.service_level')} on [lane] ({by['service_level']}) changes its safety",
        f"stock by {by['safety_stock']}, its buffer cost, penalties included, by {by['buffer_cost']},",
        f"and its profit by {by['profit']}.",
    )
    if (gain := story.value("profit.change", more)) is not None:
        pays = "pays" if gain > 0 else "does not pay"
        say(f"In terms of profit, with the partner's surcharge included, this {pays}.")
    if ratio is not None:
        where = "below" if level < ratio else "above"
        say(f"The new level is {where} the critical ratio of [critical_ratio], at which the buffer alone costs least.")


def cost(story: Story) -> None:
    """Add the revenue of a period and the costs that it pays for."""
    value, say = story.value, story.say
    say(
        f"{_earns(story)}. Its revenue is [revenue]; handling takes [handling], holding [holding],",
        "penalties [penalty], and the surcharge [surcharge].",
    )
    parts = {name: value(name) for name in ("handling", "holding", "penalty", "surcharge") if value(name) is not None}
    if parts:
        most = max(parts, key=parts.get)
        say(f"The largest cost is {most}, [{most}].")
    say(
        "The expected warehousing cost is [expected_warehousing_cost]; it counts pallet places",
        "and is not part of this profit.",
    )
    if (value("best_profit") or 0) > (value("profit") or 0):
        say(
            "The best profit is [best_profit], at the best service level of [best_profit_level];",
            "the current service level is [service_level].",
        )


def risk(story: Story) -> None:
    """Add the loss of a bad period, and the main cause of bad periods."""
    say, tail = story.say, story.value("conditional_value_at_risk")
    say("Profit of [lane] is [profit] on average, with a standard deviation of [profit_sd].")
    if not story.knows("conditional_value_at_risk"):
        return
    say(
        "The value at risk is [value_at_risk]; beyond it the conditional value at risk is [conditional_value_at_risk],",
        "so even bad periods earn money on average." if tail < 0 else "a loss.",
    )
    if causes := story.causes():
        say(
            f"The main cause of bad periods is {CAUSES[causes[0]]}, [{causes[0]}] of the variance of lead-time demand;",
            f"own capacity {falls_short(story)}.",
        )


def capacity(story: Story) -> None:
    """Add whether own capacity suffices, in the plan and when demand varies."""
    say, needed, own = story.say, story.value("required_capacity"), story.value("internal_capacity")
    if not story.knows("required_capacity", "internal_capacity"):
        return
    fits = "The plan fits" if needed <= own else "The plan does not fit"
    say(f"{fits}: [lane] requires a capacity of [required_capacity] and owns [internal_capacity].")
    say(
        f"Because demand varies, own capacity {falls_short(story)},",
        "and [expected_overflow] overflow on average.",
    )
    say("The latest volume of [last_volume] would use [use_with_buffer] of own capacity, buffer included.")


def outlook(story: Story, ahead: str = "") -> None:
    """Add the forecast of a lane, and whether own capacity will suffice; `ahead` is the key of another horizon."""
    value, say, key = story.value, story.say, ahead or story.key
    if not story.knows("horizon_mean", key=key):
        return
    say(
        f"Over the next {fact(f'{key}.horizon')}, from {fact(f'{key}.horizon_first_date')} to",
        f"{fact(f'{key}.horizon_last_date')}, demand of [lane] is expected to average",
        f"{fact(f'{key}.horizon_mean')};",
        "the forecast for the next period alone is [forecast_mean]"
        + (", between [forecast_low] and [forecast_high]." if story.knows("forecast_low") else "."),
    )
    if (slope := value("trend")) is not None:
        way = "rises" if slope > 0 else "falls" if slope < 0 else "is level"
        say(f"The straight line through its record {way}: its trend is [trend].")
    own, needed = value("internal_capacity"), value("horizon_capacity", key)
    if own is not None and needed is not None:
        enough = "is enough" if needed <= own else "is not enough"
        say(
            f"This takes a capacity of {fact(f'{key}.horizon_capacity')};",
            f"own capacity of [internal_capacity] {enough}.",
        )
    warn(story)
