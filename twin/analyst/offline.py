"""The offline analyst: what it says to each kind of question, in sentences whose numbers are placeholders of facts.

A sentence that needs a fact which is not on record is left out later, and why is said instead.
"""

from twin.analyst import lane_stories
from twin.analyst.english import WORDS
from twin.analyst.story import capital, fact, listed
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

COMPARED_MEASURES = """profit coefficient_of_variation safety_stock overflow_probability resilience_index
conditional_value_at_risk""".split()
BETTER_WHEN = {"profit": max, "resilience_index": max, "fill_rate": max, "revenue": max}
BETTER_WHEN |= {
    "overflow_probability": min,
    "conditional_value_at_risk": min,
    "value_at_risk": min,
    "expected_overflow": min,
}
CHANGED = """profit safety_stock required_capacity expected_overflow overflow_probability fill_rate resilience_index
conditional_value_at_risk order_cost""".split()
NOTHING = "The evidence has nothing on this, so there is no answer."
IMPOSSIBLE = "That cannot be, so there is no answer."
UNCLEAR = "This was not understood in full, so there is no answer."
UNKNOWN_LANE = "There is no lane of this name here, so there is no answer."


def value(story, measure=""):
    """One number, and what it means."""
    story.say(
        f"{capital(measure)} of [lane] is [{measure}]: {WORDS['said'].get(measure, QUANTITIES[measure].meaning)}."
    )


def what_if(story, other="", small=False):
    """What changes with the inputs of the what-if `other`; `small` where the question named no amount."""
    value, say, evidence = story.value, story.say, story.evidence
    moved = [name for name in evidence.scenarios[other][1] if None not in (value(name, other), value(name))]
    if not moved:
        say("With that [lane] stays as it is: the input has this value already.")
        return
    inputs = listed([f"{label(name)} goes from [{name}] to {fact(f'{other}.{name}')}" for name in moved])
    say(f"What if on [lane] {inputs}{', as the question names no amount' if small else ''}?")
    still = []
    for name in CHANGED:
        if name in moved or value(f"{name}.change", other) is None:
            continue
        change = evidence.facts[f"{other}.{name}.change"]
        if any(digit in "123456789" for digit in evidence.printed(change)):
            say(f"{capital(name)} goes from [{name}] to {fact(f'{other}.{name}')} ({fact(change.id)}).")
        else:
            still.append(label(name))
    if still:
        say(f"Unchanged: {listed(still)}.")
    if "demand_mean" in moved:
        say("The standard deviation of demand moves along with its mean: the coefficient of variation stays.")
    if "internal_capacity" in moved:
        say("What own space costs is not in this profit.")


def compare(story, second="", measure=""):
    """Two lanes side by side, first by a measure that the question names."""
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
            f"{capital(name)}: {fact(high)} has {fact(f'{high}.{name}')}, {fact(low)} {fact(f'{low}.{name}')}{better}."
        )


def network(story, keys=(), measure="", largest=True):
    """The first lanes of a ranking, `keys`, and all lanes together."""
    say, order = story.say, "largest" if largest else "smallest"
    ranked = [f"{fact(key)} {fact(f'{key}.{measure}')}" for key in keys if story.value(measure, key) is not None]
    if ranked:
        say(f"By {label(measure)}, {order} first: {', '.join(ranked)}.")
    if measure == "use":
        say("Use is the space that the latest workload and the buffer would take, of own capacity.")
    if measure != "profit" and story.value(measure) is not None:
        say(f"Together {{{{network.lanes}}}} have [{measure}].")
    say("Together {{network.lanes}} earn [profit]; [expected_overflow] are at partners on average.")


def help_(story):
    """What can be asked."""
    story.sentences += WORDS["said"]["help"]


STORIES = {
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
