"""Find the name that a text gives to a number, before or after it, and compare it with the number's fact."""

import re

from twin.analyst.evidence import Fact
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

NUMBER, LANE = "\ue000", "\ue001"  # characters that replace numbers and lane names while the words are checked
NAME_DISTANCE = 5  # most words between a name and its number [words]
#: Groups of measures that share a name in everyday speech; their units tell them apart.
NAMES_TOGETHER = [
    set(group.split())
    for group in (
        "holding_cost holding",
        "sla_penalty penalty",
        "partner_surcharge surcharge",
        "handling_cost handling",
        "fixed_order_cost order_cost",
        "service_revenue revenue",
        "expected_overflow expected_dependency planned_overflow overflow_probability expected_outsourcing_cost "
        "planned_outsourcing_cost",
        "internal_capacity use_with_buffer required_capacity",
        "lead_time_mean_days lead_time_sd_days lead_time_share",
        "demand_mean demand_sd demand_share coefficient_of_variation",
        "return_rate returns_share",
        "profit profit_sd",
        "safety_stock buffer_points buffer_cost",
        "resilience_index buffer_points independence_points",
        "service_level",
    )
]
_VAGUE = set("fine service use lanes returns return price horizon periods sales income slope".split())  # too vague
_NAMES = {
    name: {phrase for phrase in (label(name).lower(), *measure.also) if phrase not in _VAGUE and len(phrase) > 2}
    for name, measure in QUANTITIES.items()
}
_MEASURES_CALLED: dict[str, set[str]] = {}  # name in everyday words -> measures that go by it
for _name, _phrases in _NAMES.items():
    for _phrase in _phrases:
        _MEASURES_CALLED.setdefault(_phrase, set()).add(_name)
_ANY = "|".join(map(re.escape, sorted(_MEASURES_CALLED, key=len, reverse=True)))
_PHRASE = re.compile(rf"(?<![\w-])(?P<name>{_ANY})s?(?![\w-])")


def is_named(measure: str, text: str) -> bool:
    """Return whether a text contains the label of a measure, or another name for it."""
    return any(phrase in text.lower() for phrase in (label(measure).lower(), *QUANTITIES[measure].also))


def called_before(text: str) -> str:
    """Return the name that a text gives to the number after it; "" if the last name is too far away or cut off.

    A comma, another number, "and", "but" or "while" between name and number cuts the name off.
    """
    clause = re.split(rf"[,;.(){NUMBER}]| and | but | while ", text.lower())[-1]
    found = [match for match in _PHRASE.finditer(clause)]
    if not found or len(re.findall(r"\w+", clause[found[-1].end() :])) > NAME_DISTANCE:
        return ""
    return found[-1]["name"]


def may_be_called(fact: Fact, name: str) -> bool:
    """Return whether `name` is an accepted label for `fact`, or for a related measure in another unit."""
    if not name or fact.measure in _MEASURES_CALLED[name]:
        return True
    others = _MEASURES_CALLED[name]
    return any(
        fact.measure in group and any(other in group and QUANTITIES[other].unit != fact.unit for other in others)
        for group in NAMES_TOGETHER
    )
