"""What a number in a text is called: by the name before it, or after it."""

import re

from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

NUMBER, LANE = "\ue000", "\ue001"  # stand for what is filled in, while the words around it are read
NAME_DISTANCE = 5  # words that may stand between a name and its number
#: Measures that people call by one name, where their units tell them apart.
NAMES_TOGETHER = [
    set(group.split())
    for group in (
        "holding_cost holding",
        "sla_penalty penalty",
        "partner_surcharge surcharge expected_outsourcing_cost",
        "handling_cost handling",
        "fixed_order_cost order_cost",
        "service_revenue revenue",
        "expected_overflow planned_overflow overflow_probability expected_outsourcing_cost planned_outsourcing_cost",
        "internal_capacity use required_capacity",
        "lead_time_mean_days lead_time_sd_days lead_time_share",
        "demand_mean demand_sd demand_share coefficient_of_variation",
        "return_rate returns_share",
        "profit profit_sd",
        "safety_stock buffer_points buffer_cost",
        "resilience_index buffer_points independence_points",
        "service_level risk_share interval_level",
    )
]
_VAGUE = set("fine service use lanes returns return price horizon periods sales income slope".split())
_NAMES = {
    name: {phrase for phrase in (label(name).lower(), *measure.also) if phrase not in _VAGUE and len(phrase) > 2}
    for name, measure in QUANTITIES.items()
}
_MEANT = {}  # what people call measures: the measures that are called so
for _name, _phrases in _NAMES.items():
    for _phrase in _phrases:
        _MEANT.setdefault(_phrase, set()).add(_name)
_ANY = "|".join(map(re.escape, sorted(_MEANT, key=len, reverse=True)))
_PHRASE = re.compile(rf"(?<![\w-])(?P<name>{_ANY})s?(?![\w-])")
_AFTER = re.compile(rf"\s*(?:of|in|as)\s+(?:an?\s+|the\s+|its\s+|total\s+)?(?P<name>{_ANY})s?(?![\w-])")


def is_named(measure, text):
    """Return whether a text names a measure somewhere."""
    return any(phrase in text.lower() for phrase in (label(measure).lower(), *QUANTITIES[measure].also))


def called_before(text):
    """Return what the number after a text is called there: the last name, few words and no mark before it; or ""."""
    clause = re.split(rf"[,;.(){NUMBER}]| and | but | while ", text.lower())[-1]
    found = [match for match in _PHRASE.finditer(clause)]
    if not found or len(re.findall(r"\w+", clause[found[-1].end() :])) > NAME_DISTANCE:
        return ""
    return found[-1]["name"]


def called_after(text):
    """Return what the number before a text is called there, "of safety stock"; or ""."""
    found = _AFTER.match(text.lower())
    return found["name"] if found else ""


def may_be_called(fact, name):
    """Return whether a name may stand beside a fact: its own, or that of one in another unit that is called alike."""
    if not name or fact.measure in _MEANT[name]:
        return True
    return any(
        fact.measure in group and any(other in group and QUANTITIES[other].unit != fact.unit for other in _MEANT[name])
        for group in NAMES_TOGETHER
    )
