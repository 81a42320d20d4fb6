"""What a question asks for: its kind, its lanes, the number it names, what is to be different, how far ahead."""

import re
from dataclasses import dataclass, replace

from twin.analyst.changes import Unclear, changes_in, days_in, direction_of
from twin.analyst.english import KINDS, TOPICAL, WORDS, normal, says
from twin.analyst.numerals import numerals
from twin.plan.portfolio import INPUTS, RANKINGS, Change
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

ABBREVIATIONS = {"var", "cvar", "eoq", "cv", "sd of profit"}  # these say more than any longer name beside them
SPREAD = {"demand_mean": "demand_sd", "lead_time_mean_days": "lead_time_sd_days", "workload_mean": "workload_sd"}
SPREAD |= {"lead_time_demand_mean": "lead_time_demand_sd", "profit": "profit_sd"}
NO_PHRASES = {"use", "lanes", "horizon", "periods"}  # words of everyday
MORE_IS_BETTER = {"profit", "resilience_index", "fill_rate", "revenue", "best_profit"}
_FROM_TO = re.compile(
    r"\bfrom (\d+(?:\.\d+)?) ?(?:%|percent|per cent)? ?to (\d+(?:\.\d+)?)"
    r"|\b(\d\d(?:\.\d+)?) ?(?:%|percent)? ?to (\d\d(?:\.\d+)?)\b"
)
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
    """A question understood.

    kind : that of a story of `offline`, or "help" or "refuse"; `lanes` are names.
    measure : the number that is asked for, or ranked by.
    changes : of a what-if, or of a point of service that names both levels; `small` when a what-if names no amount.
    days : ahead, of an outlook; None where it names none. largest : whether a ranking starts at the top.
    unknown : whether it names a lane that is not here. unclear : whether it asks to change what is not understood.
    notes : what of the question is not answered.
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


def understand(question, names, lane, period, before=None):
    """Return the request of a question.

    Parameters
    ----------
    question : str
    names : naming.Names
    lane : str
        The lane in view: "it", where nothing else has been spoken of.
    period : "D", "W" or "MS"
    before : Request, optional
        The one before in this conversation.
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
    if request.kind == "refuse" and before and _leans(text, bool(named)):
        return replace(before, lanes=focus if before.lanes or named else ())
    return request


def _is_off_topic(text):
    """Return whether a text is about something else than the numbers of the registry."""
    for name in QUANTITIES:
        text = text.replace(label(name).lower(), " ")
    return bool(says("off_topic", text))


def _notes(request, text):
    """Sentences on what of a question its answer leaves out."""
    second = _measure(text.partition(" and ")[2])
    if request.kind == "what_if" and says("all_lanes", text):
        return ("A what-if is of one lane at a time.",)
    if request.kind == "outlook" and says("calendar", text):
        return ("An outlook is asked for by days, weeks or months ahead, and not by a date.",)
    if request.kind == "value" and second and second != request.measure:
        return (f"One number is told at a time; ask for {label(second)} next.",)
    return ()


def _alone(text, named, focus, period, before):
    """The request of a question that stands alone, or leans on the one before for what it does not name."""
    measure = _measure(text) or _leaning(text, before)
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
    """The changes of a what-if; None where the question is no what-if with amounts."""
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
    return None if bad_share else changes  # "in the worst 5 percent" changes nothing


def _topic(text, focus, measure, scores, before):
    """The request of a question by the words for a topic that it has, or for one number."""
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
    """Whether the words for a topic say more than the name of a number does."""
    if kind in TOPICAL and TOPICAL[kind].search(text):
        return True
    if kind == "capacity":
        return most >= 4 and "we own" not in text
    return kind == "risk" and most >= 4 and "value at risk" not in text


def _scores(text):
    scores = {}
    for kind, weight, words in KINDS:
        if words.search(text):
            scores[kind] = scores.get(kind, 0) + weight
    return scores


def _measure(text):
    """The measure that a text names by its longest phrase, or ""."""
    text = text.replace("-", " ")
    found = (name for phrase, name in _PHRASES if phrase in text and re.search(rf"\b{re.escape(phrase)}\b", text))
    return next(found, "")


def _leaning(text, before):
    """The measure of "and its standard deviation?" or "what does it mean?", from the one that was asked for before."""
    if not before or not before.measure:
        return ""
    if says("spread", text):
        return SPREAD.get(before.measure, "")
    return before.measure if says("means_that", text) else ""


def _bare(text, measure):
    """Whether a text is hardly more than the name of a measure."""
    rest = text.replace("-", " ")
    for phrase in sorted({label(measure).lower(), *QUANTITIES[measure].also}, key=len, reverse=True):
        rest = rest.replace(phrase.replace("-", " "), " ")
    return len([word for word in re.findall(r"\w+", rest) if word not in WORDS["spelling"]["small"]]) < 3


def _levels(text):
    """Two service levels, "from 95 to 96 %", as changes; nothing where there are none."""
    found = _FROM_TO.search(re.sub(r"(\d+) instead of (\d+)", r"\2 to \1", text))
    if not found or "$" in text or says("no_level", text):
        return ()
    low, high = (float(part) / 100 for part in found.groups() if part)
    return (Change("service_level", "to", low), Change("service_level", "to", high)) if 0.4 < low < high < 1 else ()


def _pair(text, named, base):
    """The lanes that a question compares, or nothing: those that it names, or the one it names and `base`."""
    if len(named) > 1:
        return named
    if not named or named == base or not (says("compare", text) or says("than_another", text)):
        return ()
    return (*named, *base) if re.match(r"\W*(?:is|does|are|do)\W+@", text) else (*base, *named)


def _network(text, measure):
    """All lanes together, ranked by what the question names; by use of own capacity, where it names nothing."""
    by = "" if measure in ("lanes", "service_level") else measure
    by = by or _ranked_by(text) or ("use" if says("in_general", text) else "")
    if not by:
        return Request("refuse", unclear=True)
    if by in ("value_at_risk", "conditional_value_at_risk"):
        by = "overflow_probability"  # a risk that is known of all lanes at once
    if by not in RANKINGS:
        return Request("refuse", unclear=True)
    return Request("network", (), by, largest=_larger(text, by))


def _ranked_by(text):
    """The measure that words for a quality stand for, or ""."""
    return next((name for words, name in WORDS["rankings"].items() if re.search(rf"\b(?:{words})", text)), "")


def _leans(text, named):
    """Whether a question leans on the one before: by how it begins, or as it is hardly more than a lane's name."""
    words = [word for word in re.findall(r"\w+", text) if word not in WORDS["spelling"]["small"]]
    return (says("goes_on", text) and len(words) <= 6) or (named and len(words) <= 2)


def _larger(text, measure):
    """Whether a ranking starts with the largest; where more is better, the worst is the smallest."""
    if says("worst", text):
        return measure not in MORE_IS_BETTER
    if re.search(r"\bbest\b", text):
        return measure in MORE_IS_BETTER
    return not says("smallest", text)
