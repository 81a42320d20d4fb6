"""Turn a question into a request: its kind, its lanes, the number it names, changes of a what-if, days ahead."""

import re
from dataclasses import dataclass, replace

from twin.analyst.changes import Unclear, changes_in, days_in, direction_of
from twin.analyst.english import KINDS, TOPICAL, WORDS, normal, says
from twin.analyst.naming import Names
from twin.analyst.numerals import numerals
from twin.plan.portfolio import INPUTS, RANKINGS, Change
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

ABBREVIATIONS = {"var", "cvar", "eoq", "cv", "sd of profit"}  # names that win over any longer name in a question
SPREAD = {"demand_mean": "demand_sd", "lead_time_mean_days": "lead_time_sd_days", "workload_mean": "workload_sd"}
SPREAD |= {"lead_time_demand_mean": "lead_time_demand_sd", "profit": "profit_sd"}  # mean -> standard deviation
NO_PHRASES = {"use", "lanes", "horizon", "periods"}  # labels that are everyday words, and so name no measure
MORE_IS_BETTER = {
    "profit",
    "lane_profit",
    "resilience_index",
    "fill_rate",
    "revenue",
    "best_profit",
}  # measures with a good high end
#: Two numbers, "from 95 to 96" or "95 to 96".
_FROM_TO = re.compile(
    r"\bfrom (\d+(?:\.\d+)?) ?(?:%|percent|per cent)? ?to (\d+(?:\.\d+)?)"
    r"|\b(\d\d(?:\.\d+)?) ?(?:%|percent)? ?to (\d\d(?:\.\d+)?)\b"
)
#: Pairs of (phrase, measure that it names): abbreviations first, then longest first.
_PHRASES = sorted(
    (
        (phrase.lower().replace("-", " "), name)
        for name, measure in QUANTITIES.items()
        for phrase in ({label(name)} - NO_PHRASES) | set(measure.also)
    ),
    key=lambda pair: (pair[0] not in ABBREVIATIONS, -len(pair[0])),
)


@dataclass(frozen=True)
class Request:
    """The content of a question, as the analyst understands it.

    kind : name of a story of `offline`, "help" or "refuse".
    lanes : names of the lanes that the answer is about.
    measure : measure that is asked for, or that lanes are ranked by; "" if there is none.
    changes : changes of a what-if, or the two service levels of a comparison.
    small : True if a what-if gives no amount, so that a small one is assumed.
    days : days ahead of an outlook; None if the question does not say.
    largest : True if a ranking starts with the largest value.
    unknown : True if the question names a lane that does not exist.
    unclear : True if part of the question was not understood.
    notes : sentences on the parts of the question that the answer leaves out.
    """

    kind: str
    lanes: tuple[str, ...] = ()
    measure: str = ""
    changes: tuple[Change, ...] = ()
    small: bool = False
    days: int | None = None
    largest: bool = True
    unknown: bool = False
    unclear: bool = False
    notes: tuple[str, ...] = ()


def understand(question: str, names: Names, lane: str, period: str, before: Request | None = None) -> Request:
    """Return the request that a question makes.

    Parameters
    ----------
    question : str
    names : naming.Names
    lane : str
        Lane in view; "it" means this lane unless an earlier question was about another one.
    period : "D", "W", "MS" or "QS"
    before : Request, optional
        Previous request of this conversation.
    """
    named, masked, unknown = names.find(question)
    text = normal(re.sub(r"\blane\d+\b", " @ ", re.sub(r'["“”«»]', " ", masked.lower())))
    if unknown or _is_off_topic(text):
        return Request("refuse", unknown=unknown)
    in_view = says("in_view", text)
    base = before.lanes[-1:] if before and before.lanes and not in_view else (lane,)
    pair = _pair(text, tuple(named), base)
    text = " ".join(text.replace("@", " ").split()).strip(" ?!.")
    focus = tuple(named) or base
    try:
        request = _alone(text, bool(named), focus, period, before)
    except Unclear:
        return Request("refuse", focus, unclear=True)
    request = replace(request, notes=_notes(request, text))
    if pair and request.kind != "what_if":
        return Request("compare", pair, _measure(text) or _ranked_by(text))
    if request.kind == "refuse" and before and before.kind == "network" and named:
        return Request("value", focus, before.measure) if _continues(text, True) and not says("why", text) else request
    if request.kind == "refuse" and before and _continues(text, bool(named)):
        return replace(before, lanes=focus if before.lanes or named else ())
    return request


def _is_off_topic(text):
    """Return whether a text is about something else than the numbers of the registry."""
    for name in QUANTITIES:
        text = text.replace(label(name).lower(), " ")
    return bool(says("off_topic", text))


def _notes(request, text):
    """Return sentences on the parts of a question that its answer leaves out."""
    second = _measure(text.partition(" and ")[2])
    if request.kind == "what_if" and says("all_lanes", text):
        return ("A what-if covers one lane at a time.",)
    if request.kind == "outlook" and says("calendar", text):
        return ("Ask for an outlook by days, weeks or months ahead; a date or a season is not understood.",)
    if request.kind == "value" and second and second != request.measure:
        return (f"The answer gives one number at a time; ask for {label(second)} next.",)
    return ()


def _alone(text, named, focus, period, before):
    """Return the request of a complete question; the previous request fills in a measure that is not repeated."""
    measure = _measure(text) or _implied_measure(text, before)
    if says("help", text):
        return Request("help")
    levels = _levels(text)
    if says("less_service", text):
        return Request("service_point", focus, changes=(Change("service_level", "plus", -0.01),))
    if levels or (says("more_service", text) and says("of_service", text)):
        if says("of_price", text) or (before and before.kind == "service_point"):
            return Request("service_point", focus, changes=levels)
    scores = _scores(text)
    if (changes := _asked_changes(text, period, before, scores)) is not None:
        return Request("what_if", focus, changes=changes)
    if says("network", text) and not says("not_network", text) and not (named and "lanes" not in text):
        return _network(text, measure)
    if says("supposes", text):
        small = direction_of(text)
        return Request("what_if", focus, changes=small, small=True) if small else Request("refuse", focus, unclear=True)
    return _topic(text, focus, measure, scores, before)


def _asked_changes(text, period, before, scores):
    """Return the changes of a what-if; None if the question is not a what-if with amounts."""
    last = before.changes if before and before.kind == "what_if" else ()
    last = last or ((Change(before.measure, "times", 1.0),) if before and before.measure in INPUTS else ())
    changes = changes_in(text, period, last)
    if changes and before and before.kind == "what_if" and says("on_top", text):
        names = {change.name for change in changes}
        changes = (*(change for change in before.changes if change.name not in names), *changes)
    going_on = last and before.kind in ("what_if", "value") and (says("goes_on", text) or says("if", text))
    moves = re.search(r"[+−]\s?\d", text) or (says("moves", text) and not says("why", text))
    if not changes or not (says("if", text) or going_on or moves):
        return None
    if scores.get("outlook", 0) > 3 and not re.search(r"\bif\b", text):
        return None
    asks = says("asks_value", text)
    if asks and asks.start() == 0 and not says("if", text):
        return None
    bad_share = re.search(r"\bworst\b", text) and any(numeral.unit == "-" for numeral in numerals(text))
    return None if bad_share else changes  # "in the worst 5 percent" is no change of an input


def _topic(text, focus, measure, scores, before):
    """Return the request of a question about a topic, by the score of each kind, or about one number."""
    days = days_in(text)
    kind, most = max(scores.items(), key=lambda pair: pair[1], default=("refuse", 0))
    if before and before.kind == "network" and says("order", text) and not measure:
        return replace(before, largest=_larger(text, before.measure))
    if before and before.kind == "outlook" and days and not measure and most < 5:
        return replace(before, lanes=focus, days=days)
    if "slope" in text and measure == "trend":
        return Request("value", focus, measure)
    ahead = days and (kind == "capacity" or (kind == "risk" and says("will", text)))
    if ahead or (kind == "outlook" and most >= 4):
        return Request("outlook", focus, days=days)
    names_one = measure and (most < 2 or not says("why", text))
    asks_one = names_one and ((says("asks_value", text) and most < 6) or _bare(text, measure))
    if asks_one and not _topical(text, kind, most):
        return Request("value", focus, measure)
    if most >= 2:
        return Request(kind, focus, measure, days=days)
    if measure:
        return Request("value", focus, measure)
    return Request(kind, focus, days=days) if most else Request("refuse", unclear=True)


def _topical(text, kind, most):
    """Return whether a question is about a topic, rather than about the one number that it names."""
    if kind in TOPICAL and TOPICAL[kind].search(text):
        return True
    if kind == "capacity":
        return most >= 4 and "we own" not in text
    return kind == "risk" and most >= 4 and "value at risk" not in text


def _scores(text):
    """Return kind of question -> sum of the weights of its patterns that occur in a text."""
    scores = {}
    for kind, weight, words in KINDS:
        if words.search(text):
            scores[kind] = scores.get(kind, 0) + weight
    return scores


def _measure(text):
    """Return the measure whose longest phrase occurs in a text; "" if none does."""
    text = text.replace("-", " ")
    found = (name for phrase, name in _PHRASES if phrase in text and re.search(rf"\b{re.escape(phrase)}\b", text))
    return next(found, "")


def _implied_measure(text, before):
    """Return the measure meant by "and its standard deviation?" or "what does it mean?" after the previous request."""
    if not before or not before.measure:
        return ""
    if says("spread", text):
        return SPREAD.get(before.measure, "")
    return before.measure if says("means_that", text) else ""


def _bare(text, measure):
    """Return whether a text has fewer than three words besides the name of a measure."""
    rest = text.replace("-", " ")
    for phrase in sorted({label(measure).lower(), *QUANTITIES[measure].also}, key=len, reverse=True):
        rest = rest.replace(phrase.replace("-", " "), " ")
    return len([word for word in re.findall(r"\w+", rest) if word not in WORDS["spelling"]["small"]]) < 3


def _levels(text):
    """Return two service levels, as in "from 95 to 96 %", as changes; () if the text has none."""
    found = _FROM_TO.search(re.sub(r"(\d+) instead of (\d+)", r"\2 to \1", text))
    if not found or "$" in text or says("no_level", text):
        return ()
    low, high = (float(part) / 100 for part in found.groups() if part)
    return (Change("service_level", "to", low), Change("service_level", "to", high)) if 0.4 < low < high < 1 else ()


def _pair(text, named, base):
    """Return the lanes that a question compares: those it names, or the one it names and `base`; () if none."""
    if len(named) > 1:
        return named
    if not named or named == base or not (says("compare", text) or says("than_another", text)):
        return ()
    return (*named, *base) if re.match(r"\W*(?:is|does|are|do)\W+@", text) else (*base, *named)


def _network(text, measure):
    """Return the request for a ranking of all lanes, by the measure named or, by default, by use of own capacity."""
    by = "" if measure in ("lanes", "service_level") else measure
    by = by or _ranked_by(text) or ("use_with_buffer" if says("in_general", text) else "")
    if not by:
        return Request("refuse", unclear=True)
    if by in ("value_at_risk", "conditional_value_at_risk"):
        by = "overflow_probability"  # the network table has no value at risk
    if by not in RANKINGS:
        return Request("refuse", unclear=True)
    return Request("network", (), by, largest=_larger(text, by))


def _ranked_by(text):
    """Return the measure for a quality such as "volatile" or "large"; "" if the text names none."""
    return next((name for words, name in WORDS["rankings"].items() if re.search(rf"\b(?:{words})", text)), "")


def _continues(text, named):
    """Return whether a question continues the previous one: a phrase such as "and", or little but a lane name."""
    words = [word for word in re.findall(r"\w+", text) if word not in WORDS["spelling"]["small"]]
    return (says("goes_on", text) and len(words) <= 6) or (named and len(words) <= 2)


def _larger(text, measure):
    """Return whether a ranking starts with the largest value; the worst profit, for example, is the smallest."""
    if says("worst", text):
        return measure not in MORE_IS_BETTER
    if re.search(r"\bbest\b", text):
        return measure in MORE_IS_BETTER
    return not says("smallest", text)
