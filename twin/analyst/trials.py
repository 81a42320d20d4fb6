"""How sure the check of numbers is: true sentences whose numbers are made a little wrong."""

import numpy as np

from twin import simulate
from twin.analyst.checking import Unsupported, checked
from twin.analyst.gathering import gather
from twin.analyst.naming import Names
from twin.analyst.questions import Request
from twin.plan.portfolio import Change
from twin.plan.wording import label, quantity

#: Sentences as models write them that are asked for numbers; nobody has computed them.
LIES = (
    "Profit has doubled since last year.",
    "Safety stock should be about a third higher.",
    "Overflow happens one day in nine, or 11.7 % of the time.",
    "A buffer of seven hundred and seventy-seven pallets is enough.",
)
TENTH_MORE = (Change("holding_cost", "times", 1.1),)
SMALLEST, LARGEST = -6.0, 1.0  # powers of ten between which a relative error is drawn


def one_of_each():
    """Return a question of each kind about one lane."""
    return (
        "Why is this lane volatile?",
        "What drives its resilience?",
        "Should we share capacity?",
        "What does one more point of service cost?",
        "Where does the money go?",
        "How bad can it get?",
        "Is own capacity enough?",
        "What will happen next month?",
        "What if returns double?",
        "How large is the safety stock?",
    )


def supported(sentence, evidence):
    """Return whether a sentence says nothing but what is known."""
    try:
        checked(sentence, evidence)
    except Unsupported:
        return False
    return True


def made_up(portfolio, lane, *, samples, seed):
    """Return what becomes of numbers that are made a little wrong in true sentences about a lane.

    Parameters
    ----------
    portfolio : portfolio.Portfolio
    lane : str
    samples, seed : int
        How many numbers are made up, and the seed of the errors.

    Returns
    -------
    dict of arrays, shape (samples,)
        relative_error : of the number, log-uniform from 1e-6 to 10, either sign; its size. [-]
        beyond_rounding : whether it is printed otherwise than the true one.
        shown : whether the sentence passed the check.
    """
    evidence, _, _ = gather(Request("overview", (lane,)), portfolio, Names())
    true = [
        fact for fact in evidence.facts.values() if fact.key in evidence.lanes and fact.value and fact.unit != "date"
    ]
    rng = simulate.generator(seed)
    errors = 10.0 ** rng.uniform(SMALLEST, LARGEST, samples)
    signs, which = rng.choice((-1.0, 1.0), samples), rng.integers(len(true), size=samples)
    found = {"relative_error": errors, "beyond_rounding": np.empty(samples, bool), "shown": np.empty(samples, bool)}
    for i, fact in enumerate(true[j] for j in which):
        wrong = quantity(fact.value * (1.0 + signs[i] * errors[i]), fact.unit, evidence.period)
        found["beyond_rounding"][i] = wrong != evidence.printed(fact)
        found["shown"][i] = supported(f"The {label(fact.name)} of this lane is {wrong}.", evidence)
    return found


class Scripted:
    """A model that says what it is told to, for demonstrations where none can be asked."""

    name = "a scripted model"

    def __init__(self, text):
        self._text = text

    def stream(self, system, prompt, tools):
        """Yield the text."""
        yield self._text
