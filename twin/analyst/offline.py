"""The offline analyst: one story for each kind of question, with placeholders of facts instead of numbers.

A sentence with a placeholder of a missing fact is left out later, and the reason is given instead.
"""

from collections.abc import Callable, Sequence

from twin.analyst import lane_stories
from twin.analyst.english import WORDS
from twin.analyst.story import Story, capital, fact, listed
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

#: Measures of a comparison when the question names none.
COMPARED_MEASURES = """profit coefficient_of_variation safety_stock overflow_probability resilience_index
conditional_value_at_risk""".split()
#: Measures with a better end: the larger value (max) or the smaller one (min).
BETTER_WHEN = {"profit": max, "lane_profit": max, "resilience_index": max, "fill_rate": max, "revenue": max}
BETTER_WHEN |= {
    "overflow_probability": min,
    "conditional_value_at_risk": min,
    "value_at_risk": min,
    "expected_overflow": min,
}
#: Measures that the answer to a what-if reports.
CHANGED = """profit safety_stock required_capacity expected_overflow overflow_probability fill_rate resilience_index
conditional_value_at_risk order_cost""".split()
NOTHING = "The evidence has nothing on this, so there is no answer."
IMPOSSIBLE = "This is not possible, so there is no answer."
UNCLEAR = "Part of this was not understood, so there is no answer."
UNKNOWN_LANE = "There is no lane with this name, so there is no answer."


def value(story: Story, measure: str = "") -> None:
    """Add one number and its meaning; beside a probability of overflow, first that of the morning."""
    coming = "coming_overflow_probability"
    if measure.endswith("overflow_probability") and measure != coming and story.knows(coming):
        value(story, coming)
    story.say(
        f"{capital(measure)} of [lane] is [{measure}]: {WORDS['said'].get(measure, QUANTITIES[measure].meaning)}."
    )
    if measure == "profit" and story.knows("lane_profit"):
        story.say("Lane profit of [lane] is [lane_profit]: that of the lane as it runs, as the table of lanes has it.")


def what_if(story: Story, other: str = "", small: bool = False) -> None:
    """Add the results of the what-if `other`; `small` is True if the question gave no amount."""
    value, say, evidence = story.value, story.say, story.evidence
    moved = [name for name in evidence.scenarios[other][1] if None not in (value(name, other), value(name))]
    if not moved:
        say("[lane] stays as it is: the input already has this value.")
        return
    inputs = listed([f"{label(name)} goes from [{name}] to {fact(f'{other}.{name}')}" for name in moved])
    assumed = " (the question gives no amount, so this is an example)" if small else ""
    say(f"Suppose that on [lane] {inputs}{assumed}.")
    unchanged = []
    for name in CHANGED:
        if name in moved or value(f"{name}.change", other) is None:
            continue
        change = evidence.facts[f"{other}.{name}.change"]
        if any(digit in "123456789" for digit in evidence.printed(change)):
            say(f"{capital(name)} goes from [{name}] to {fact(f'{other}.{name}')} ({fact(change.id)}).")
        else:
            unchanged.append(label(name))
    if unchanged:
        say(f"Unchanged: {listed(unchanged)}.")
    if "demand_mean" in moved:
        say("The standard deviation of demand changes along with its mean: the coefficient of variation stays.")
    if "internal_capacity" in moved:
        say("This profit does not include the cost of own space.")


def compare(story: Story, second: str = "", measure: str = "") -> None:
    """Add a comparison of the story's lane with `second`, by the measure that the question names or by several."""
    evidence, first = story.evidence, story.key
    for name in [measure] if measure else COMPARED_MEASURES:
        if not all(story.knows(name, key=key) for key in (first, second)):
            continue
        values = {key: story.value(name, key) for key in (first, second)}
        shown = {evidence.printed(evidence.facts[f"{key}.{name}"]) for key in values}
        if len(shown) == 1:
            story.say(f"{capital(name)} is [{name}] on both {fact(first)} and {fact(second)}.")
            continue
        high, low = sorted(values, key=values.get, reverse=True)
        better = f"; better on {fact(BETTER_WHEN[name](values, key=values.get))}" if name in BETTER_WHEN else ""
        story.say(
            f"{capital(name)}: {fact(high)} has {fact(f'{high}.{name}')},",
            f"{fact(low)} has {fact(f'{low}.{name}')}{better}.",
        )


def network(story: Story, keys: Sequence[str] = (), measure: str = "", largest: bool = True) -> None:
    """Add the first lanes of a ranking (`keys`), and totals over all lanes."""
    say, order = story.say, "largest" if largest else "smallest"
    ranked = [f"{fact(key)} {fact(f'{key}.{measure}')}" for key in keys if story.value(measure, key) is not None]
    if ranked:
        say(f"By {label(measure)}, {order} first: {', '.join(ranked)}.")
    if measure == "use_with_buffer":
        say(
            "Use with buffer is the space that the latest workload and the buffer would take, as a share of own "
            "capacity."
        )
    if measure not in ("profit", "lane_profit") and story.value(measure) is not None:
        say(f"For {{{{network.lanes}}}} together, {label(measure)} is [{measure}].")
    say("The profit of {{network.lanes}} together is [profit]; [expected_overflow] are at partners on average.")
    say("The lane profit of {{network.lanes}} together is [lane_profit].")


def help_(story: Story) -> None:
    """Add the kinds of questions that the analyst answers."""
    story.sentences += WORDS["said"]["help"]


#: The story that answers each kind of question.
STORIES: dict[str, Callable[..., None]] = {
    "overview": lane_stories.overview,
    "volatility": lane_stories.volatility,
    "resilience": lane_stories.resilience,
    "sharing": lane_stories.sharing,
    "service_point": lane_stories.service_point,
    "cost": lane_stories.cost,
    "risk": lane_stories.risk,
    "capacity": lane_stories.capacity,
    "outlook": lane_stories.outlook,
    "value": value,
    "what_if": what_if,
    "compare": compare,
    "network": network,
    "help": help_,
}
