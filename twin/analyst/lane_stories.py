"""What the offline analyst says of one lane: why it varies, what it withstands, costs, needs and risks, what comes."""

from twin.analyst.story import CAUSES, fact, listed

STEADY, ERRATIC = 0.2, 0.5  # coefficients of variation up to which demand is called steady, and from which erratic [-]
WORTH_TELLING = 0.1  # share of a variance from which on a cause is named [-]
SHOCKS = 0.25  # share of the squares in the largest hundredth of volumes, from which on demand has shocks [-]
SHORT = 20  # periods on record below which an answer says so
OFTEN, HARDLY = 0.2, 0.001  # probabilities of overflow from which on, and up to which, it is called so [-]
REMEDIES = {
    "demand_share": "a better forecast",
    "lead_time_share": "a more punctual carrier",
    "returns_share": "fewer returns",
}
CALENDAR_WORDS = {"weekday_share": "the day of the week", "season_share": "the month of the year"}


def overview(story):
    """How a lane is doing, in short."""
    say = story.say
    say("[lane] earns a profit of [profit], with a standard deviation of [profit_sd].")
    say("It would use [use] of its own capacity now, which falls short with a probability of [overflow_probability].")
    say("Its fill rate is [fill_rate], its resilience index [resilience_index].")
    say("Demand averages [demand_mean], with a coefficient of variation of [coefficient_of_variation].")


def volatility(story):
    """Why demand varies, and what that does to the lead-time demand."""
    value, say = story.value, story.say
    if not story.knows("coefficient_of_variation"):
        return
    variation = value("coefficient_of_variation")
    kind = "is steady" if variation <= STEADY else "varies moderately" if variation < ERRATIC else "is erratic"
    say(
        f"Demand of [lane] {kind}: its standard deviation is [demand_sd],",
        "[coefficient_of_variation] of its mean of [demand_mean].",
    )
    told = [
        f"{words} alone explains [{name}]"
        for name, words in CALENDAR_WORDS.items()
        if (value(name) or 0) >= WORTH_TELLING
    ]
    if told:
        say(f"Of its variance {' and '.join(told)}: a pattern that a forecast can know beforehand.")
    if (value("shock_share") or 0) >= SHOCKS:
        say("A few rare peaks hold [shock_share] of all squared deviations from the mean: shocks rather than noise.")
    elif not told and value("shock_share") is not None:
        say("Neither a pattern of the week or the year nor rare peaks explain it: it is noise about a level.")
    if causes := story.causes():
        parts = listed([f"{CAUSES[name]} ([{name}])" for name in causes])
        say(f"The variance of lead-time demand has these causes: {parts}; {REMEDIES[causes[0]]} would help most.")
    say("That takes a safety stock of [safety_stock] at a service level of [service_level].")
    warn(story)


def warn(story):
    """Say it where a record is short."""
    if (story.value("periods") or SHORT) < SHORT:
        story.say("The record has only [periods]: read this with care.")


def resilience(story):
    """What the index is made of, and what would raise it."""
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
            "The buffer limits it. As safety stock follows from the formula, it is the service level of",
            "[service_level] in disguise; only a higher one raises it, as long as the plan then still fits own space.",
        )
    else:
        say(
            "The partner limits it, with a dependency of [dependency].",
            "More own capacity than [internal_capacity] raises it.",
        )
    if value("dependency") == 0 and (value("overflow_probability") or 0) > HARDLY:
        say(
            "The index looks at the plan, which fits; yet own capacity falls short with a probability of",
            "[overflow_probability].",
        )


def sharing(story, more=""):
    """What overflows to the partner, what that costs, and what more own space would save: the what-if `more`."""
    value, say = story.value, story.say
    planned, often = value("planned_overflow"), value("overflow_probability")
    if not story.knows("planned_overflow", "overflow_probability"):
        return
    if planned > 0:
        verdict = "leans on the partner by plan"
    else:
        verdict = "needs the partner often" if often >= OFTEN else "needs the partner now and then"
    verdict = "hardly ever needs the partner" if often <= HARDLY else verdict
    say(
        f"[lane] {verdict}: own capacity of [internal_capacity] falls short with a probability of",
        "[overflow_probability].",
    )
    say(
        "On average [expected_overflow] are at the partner, where the plan has [planned_overflow];",
        "that costs [expected_outsourcing_cost], holding included, beside a profit of [profit].",
    )
    if (saved := value("profit.change", more)) is not None:
        space = f"With {fact(f'{more}.internal_capacity.change')} of own space"
        if saved > 0:
            say(
                f"{space} profit would change by {fact(f'{more}.profit.change')}, the cost of that space left out:",
                "share as long as those additional places cost more than this.",
            )
        else:
            say(f"{space} nothing would be gained: sharing costs little here.")


def service_point(story, more=""):
    """What a higher service level costs and brings: the what-if `more`."""
    say, level, ratio = story.say, story.value("service_level", more), story.value("critical_ratio")
    if level is None:
        say("The service level of [lane] is [service_level], and has no way to go.")
        return
    by = {name: fact(f"{more}.{name}.change") for name in ("service_level", "safety_stock", "buffer_cost", "profit")}
    say(
        f"A service level of {fact(f'{more}.service_level')} on [lane] ({by['service_level']}) changes its safety",
        f"stock by {by['safety_stock']}, its buffer cost, penalties included, by {by['buffer_cost']},",
        f"and its profit by {by['profit']}.",
    )
    gain = story.value("profit.change", more) or 0.0
    say(f"By profit, which counts the partner's surcharge too, it {'pays' if gain > 0 else 'does not pay'}.")
    if ratio is not None:
        where = "still below" if level < ratio else "beyond"
        say(f"The new level is {where} the critical ratio of [critical_ratio], where the buffer alone costs least.")


def cost(story):
    """Where a period's money goes."""
    value, say = story.value, story.say
    say(
        "[lane] earns a profit of [profit]. Of a revenue of [revenue] handling takes [handling], holding [holding],",
        "penalties [penalty], and the surcharge [surcharge].",
    )
    parts = {name: value(name) for name in ("handling", "holding", "penalty", "surcharge") if value(name) is not None}
    if parts:
        most = max(parts, key=parts.get)
        say(f"The largest cost is {most}, [{most}].")
    say(
        "Warehousing costs [expected_warehousing_cost] in expectation; that is a view of its own, by pallet places,",
        "and no part of this profit.",
    )
    if (value("best_profit") or 0) > (value("profit") or 0):
        say("Best profit is [best_profit], at [best_profit_level]; the service level is [service_level] now.")


def risk(story):
    """How bad a single period can get."""
    say, tail = story.say, story.value("conditional_value_at_risk")
    say("Profit of [lane] is [profit] on average, with a standard deviation of [profit_sd].")
    if not story.knows("conditional_value_at_risk"):
        return
    say(
        "The value at risk is [value_at_risk]; beyond it the conditional value at risk is [conditional_value_at_risk],",
        "so that even bad periods earn money on average." if tail < 0 else "a loss.",
    )
    if causes := story.causes():
        say(
            f"What makes periods bad is mostly {CAUSES[causes[0]]}, [{causes[0]}] of the variance of lead-time demand;",
            "own capacity falls short with a probability of [overflow_probability].",
        )


def capacity(story):
    """Whether own capacity suffices."""
    say, needed, own = story.say, story.value("required_capacity"), story.value("internal_capacity")
    if not story.knows("required_capacity", "internal_capacity"):
        return
    fits = "The plan fits" if needed <= own else "The plan does not fit"
    say(f"{fits}: [lane] requires a capacity of [required_capacity], and owns [internal_capacity].")
    say(
        "As demand varies, own capacity falls short with a probability of [overflow_probability],",
        "and [expected_overflow] overflow on average.",
    )
    say("The latest volume of [last_volume] would use [use] of own capacity, buffer included.")


def outlook(story, ahead=""):
    """What is forecast, for the lane's own horizon or that of `ahead`, and whether own capacity then suffices."""
    value, say, key = story.value, story.say, ahead or story.key
    if not story.knows("horizon_mean", key=key):
        return
    say(
        f"Over the next {fact(f'{key}.horizon')} demand of [lane] is expected to average",
        f"{fact(f'{key}.horizon_mean')};",
        "the next period alone [forecast_mean], somewhere between [forecast_low] and [forecast_high].",
    )
    if (slope := value("trend")) is not None:
        way = "rises" if slope > 0 else "falls" if slope < 0 else "is level"
        say(f"The straight line through its record {way}: its trend is [trend]. It knows no season.")
    own, needed = value("internal_capacity"), value("horizon_capacity", key)
    if own is not None and needed is not None:
        fits = "which own capacity covers" if needed <= own else "more than own capacity"
        say(f"That takes a capacity of {fact(f'{key}.horizon_capacity')}, {fits}: it is [internal_capacity].")
    warn(story)
