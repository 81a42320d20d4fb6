"""Read the changes of a what-if from a question: inputs and amounts, and days ahead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from twin._period_kinds import PERIOD_KINDS
from twin.analyst.english import PATTERNS, WORDS, says
from twin.analyst.numerals import numerals
from twin.plan.portfolio import CHOICES, INPUTS, Change
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

SMALL = 0.1  # relative change that is assumed if a question gives no amount [-]
#: Days in a unit of time.
_DAYS = {kind.name: kind.days for kind in PERIOD_KINDS.values()} | {"year": 365.25}
#: Pairs of (phrase, input that it names), longest phrase first.
_PHRASES = sorted(
    (
        (phrase.lower().replace("-", " "), name)
        for name in INPUTS
        if name not in CHOICES
        for phrase in {label(name), *QUANTITIES[name].also, *WORDS["inputs"].get(name, ())}
        if phrase != "fine" or name == "sla_penalty"
    ),
    key=lambda pair: -len(pair[0]),
)
#: Words before an amount that make it a new value, "to 99".
_TO = re.compile(rf"(?:{PATTERNS['becomes'].pattern}|=)\s*(?:only|just|about|a|the|as much as)?\s*$")
#: Words that set an input to zero, "without returns".
_NONE = re.compile(
    r"\b(?:without(?: any)?|no|zero|stop\w*|nobody|eliminat\w*|abolish\w*|scrap\w*)\s+(?:more\s+)?(?:the\s+)?(?=\S)"
)
_CLAUSE = re.compile(
    r"\s*(?:,|;|\band\b|\bwhile\b|\bbut\b|\bplus\b(?=\s+(?:a|the|our|service|lead|demand|returns?)\b))\s*"
)
#: An article that means one: "a day longer".
_ARTICLE = re.compile(
    r"\b(?:an?|another)\s+(?:whole\s+|full\s+)?(?P<unit>day|week|month)\b(?=\s+(?:longer|shorter|more|less|later|earlier|slower|faster|quicker))"
)


@dataclass(frozen=True)
class Amount:
    """The amount of a change: `how` as in `portfolio.Change`, value, unit in the question, sign of a difference."""

    how: str
    value: float
    unit: str
    sign: int


class Unclear(ValueError):
    """Part of a what-if was not understood."""


def changes_in(text: str, period: str, last: Sequence[Change] = ()) -> tuple[Change, ...]:
    """Return the changes of inputs that a text asks for.

    last : changes of the previous question, for "and if it doubled?" and "and returns too".

    >>> [(c.name, c.how, c.amount) for c in changes_in("what if returns double and demand falls by 10 %?", "D")]
    [('return_rate', 'times', 2.0), ('demand_mean', 'times', 0.9)]

    If only part of the text is understood, such as an amount without an input, `Unclear` is raised.
    """
    made, waiting, sign, unclear = {}, [], 0, False
    for clause in _CLAUSE.split(re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text.lower())):
        if re.match(r"(?:at |with )?(?:the )?same\b", clause):
            continue
        sign = _sign(clause) or sign
        waiting += _inputs(clause)
        for amount in _amounts(clause, sign):
            targets = waiting or ([] if made else [change.name for change in last[:1]])
            found = {name: _change(name, amount, period) for name in targets}
            unclear = unclear or not targets or any(made.get(name, change) != change for name, change in found.items())
            made |= found
            waiting = []
    if made and (unclear or not set(waiting) <= made.keys()):
        raise Unclear(text)
    if waiting and not made and last and re.search(r"\b(?:too|also|as well|both)\b", text.lower()):
        made = {name: Change(name, last[-1].how, last[-1].amount) for name in waiting if last[-1].how == "times"}
    return tuple(made.values())


def direction_of(text: str) -> tuple[Change, ...]:
    """Return a small change of the input that a text says will rise or fall, without an amount.

    >>> [(c.name, c.amount) for c in direction_of("what if lead times get shorter?")]
    [('lead_time_mean_days', 0.9)]
    """
    sign = _sign(text.lower())
    return tuple(Change(name, "times", 1.0 + sign * SMALL) for name in _inputs(text.lower())[:1] if sign)


def days_in(text: str) -> int | None:
    """Return the number of days ahead that a text names; None if it names none.

    >>> days_in("over the next two weeks"), days_in("tomorrow"), days_in("where is it heading")
    (14, 1, None)
    """
    text = text.lower()
    for numeral in numerals(text):
        if numeral.unit in _DAYS and numeral.value > 0:
            rounded = {"month": 30, "quarter": 90, "year": 365}.get(numeral.unit, _DAYS[numeral.unit])
            return max(1, round(numeral.value * rounded))
    if re.search(r"\btomorrow\b", text):
        return 1
    if re.search(r"\bfortnight\b", text):
        return 14
    found = re.search(r"\b(?:next|coming|following|upcoming|this)\s+(?P<unit>day|week|month|quarter|year)\b", text)
    return {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}[found["unit"]] if found else None


def _inputs(clause):
    """Return the inputs that a clause names, in order."""
    found, free = [], clause
    for phrase, name in _PHRASES:
        for match in re.finditer(rf"\b{re.escape(phrase)}\b", free) if phrase in free else ():
            found.append((match.start(), name))
            free = f"{free[: match.start()]}{'_' * len(phrase)}{free[match.end() :]}"
    names = list(dict.fromkeys(name for _, name in sorted(found)))
    if re.search(r"\b(?:partner|competitor)\b", clause):  # the partner's price is our surcharge
        names = list(dict.fromkeys("partner_surcharge" if n == "service_revenue" else n for n in names))
    if "reliable" in clause and "lead_time_sd_days" in names:
        names = [name for name in names if name != "lead_time_mean_days"]
    return names


def _sign(text):
    """Return 1 if a text says "more", -1 if it says "less", 0 otherwise."""
    return -1 if says("less", text) else 1 if says("more", text) else 0


def _amounts(clause, sign):
    """Return a list with the amount in a clause, or an empty one; `sign` is the direction given so far."""
    if (match := re.search(r"\b(twice|(\w+) times) as reliable\b", clause)) and (found := numerals(match[0])):
        return [Amount("times", 1.0 / found[0].value, "times", 0)]
    if re.search(r"\bby half\b|\bin half\b|\bhalf as\b", clause):
        return [Amount("times", 0.5 if _sign(clause) < 1 or "half as" in clause else 1.5, "times", 0)]
    found = []
    for numeral in numerals(clause):
        before = clause[: numeral.start]
        if re.search(r"\bfrom\s*$", before) or numeral.value != numeral.value:
            continue
        to = bool(_TO.search(before)) and not re.match(
            r"\s*(?:more|less|fewer|extra|additional)\b", clause[numeral.end :]
        )
        signed = (1 if numeral.value > 0 else -1) if numeral.signed else sign
        found.append(_amount(abs(numeral.value), numeral.unit, to, signed, numeral.signed))
    if not found and (match := _ARTICLE.search(clause)):
        found.append(Amount("plus", 1.0, match["unit"], sign or 1))
    if not found and (_NONE.search(clause) or "perfectly reliable" in clause):
        found.append(Amount("to", 0.0, "", 0))
    return found[:1]


def _amount(value, unit, to, sign, signed):
    """Return the amount for a number: a factor, a difference, or (`to`) a new value."""
    if unit == "times":
        return Amount("times", value, unit, 0)
    if unit == "points":
        return Amount("plus", value / 100, unit, sign or 1)
    if to and signed and unit != "-":
        return Amount("to", sign * value, unit, 0)
    if unit == "-" and not to:
        return Amount("times", 1.0 + (sign or 1) * value, unit, 0) if sign else Amount("to", value, unit, 0)
    if (to and not signed) or not sign or value == 0:
        return Amount("to", value, unit, 0)
    return Amount("plus", value, unit, sign)


def _change(name, amount, period):
    """Return the change of an input, with the amount converted to the input's unit."""
    unit, value = QUANTITIES[name].unit, amount.value
    base = amount.unit.partition("/")[0]
    if amount.how == "times":
        return Change(name, "times", value)
    if amount.unit == "-" and unit != "-":
        return Change(name, "times", value)  # "to 90 %" of an input that is not a share
    if unit == "-" and amount.unit == "" and value > 1:
        value /= 100  # "to 99" means 99 % for a share
    if base in _DAYS:
        days = value * _DAYS[base]
        value = days / PERIOD_KINDS[period].days if unit == "period" else days
    if amount.how == "plus":
        return Change(name, "plus", amount.sign * value)
    return Change(name, "to", value)
