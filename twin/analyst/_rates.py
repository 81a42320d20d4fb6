"""Check words for times and rates against the units of the numbers of a sentence."""

from twin.analyst._number_words import CARDINALS
from twin.analyst._pieces import Unsupported
from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, NO_UNITS
from twin.plan.quantities import QUANTITIES

_TIMES = {"day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour", "quarter": "quarter"}
_TIMES |= {"minute": "minute", "second": "second", "period": "period", "cycle": "period", "shift": "shift"}
_TIMES |= {f"{name}s": meant for name, meant in _TIMES.items()}
_ADVERBS = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "hourly": "hour",
}
_THINGS = {
    "pallet": "pallet",
    "pallets": "pallet",
    "order": "order",
    "orders": "order",
    "shipment": "?",
    "customer": "?",
    "client": "?",
    "lane": "?",
}
_PATTERNS = set("pattern patterns rhythm cycle effect effects swing swings profile shape season".split())
_DAYS = {"week": 7, "month": 30, "quarter": 90, "year": 365}
_NEXT = {"forecast_mean", "forecast_low", "forecast_high", "horizon_mean", "horizon_capacity", "horizon_workload"}


def rates_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a sentence gives its numbers a time or a rate that they do not have."""
    evidence = reading.evidence
    dated = any(reading.tokens[i].fact.unit in ("date", "period") for i in reading.facts)
    if reading.facts and not dated and reading.words & {"began", "begun"}:
        raise Unsupported("its numbers are not those of all the time since a beginning")
    for place, token in enumerate(reading.tokens):
        facts = [reading.tokens[i].fact for i in reading.facts if i in reading.clause(place)]
        if token.text in _ADVERBS and not facts:
            facts = [reading.tokens[i].fact for i in reading.facts]
        facts = [fact for fact in facts if fact.key != "twin"]
        if token.kind not in ("word", "name") or not facts or place in reading.settled:
            continue
        word, before = token.text, reading.text(place - 1)
        if word in ("second", "seconds") and before not in ("per", "a", "each", "every"):
            continue
        if word in _ADVERBS and reading.text(place + 1) in _PATTERNS:
            continue  # a pattern, of which its shares are told
        if word in _ADVERBS:
            units = [QUANTITIES[fact.measure].unit for fact in facts]
            if _ADVERBS[word] != evidence.unit_of_period or not any("period" in unit for unit in units):
                reading.refuse(place, "is not the period of these numbers")
        elif word in _TIMES and not _follows_number(reading, place):
            if word in ("cycle", "cycles") and any(fact.measure == "service_level" for fact in facts):
                continue  # the service level is a probability in a cycle of replenishment
            changed = evidence.scenarios.get(reading.scenario(), ("", ()))[1]
            if before in ("extra", "additional") and any(QUANTITIES[name].unit == _TIMES[word] for name in changed):
                continue  # the input that a what-if changes
            time = evidence.unit_of_period if _TIMES[word] == "period" else _TIMES[word]
            share = reading.tokens[place - 2].fact if place > 1 else None
            if before == "all" and place > 2:
                share = reading.tokens[place - 3].fact
            if before in ("of", "all") and share and share.measure in ("overflow_probability", "risk_share"):
                continue  # a share of days, weeks or months
            if {fact.measure for fact in facts} & {"season_share", "weekday_share"}:
                continue
            if (
                before in ("a", "given", "single", "any")
                and time == evidence.unit_of_period
                and all(fact.measure.endswith(("overflow", "overflow_probability")) for fact in facts)
            ):
                continue
            if before == "most":
                continue  # checked among the superlatives
            if before in ("the", "this", "that") and facts and all(fact.unit == "date" for fact in facts):
                continue  # "the period runs from ... to ...", whose days are told
            if before in ("average", "typical", "normal") and _TIMES[word] in (evidence.unit_of_period, "period"):
                continue
            time = evidence.unit_of_period if _TIMES[word] == "period" else _TIMES[word]
            if before == "bad" and reading.text(place - 2) in ("every", "each", "any"):
                reading.refuse(place - 2, "is more than a risk shows")
            if before in ("bad", "worst") or (before == "of" and "worst" in {token.text for token in reading.tokens}):
                causes = {reading.text(i) for i in range(max(place - 4, 0), place)} & {"cause", "driver", "source"}
                next_one = next((reading.tokens[i].fact for i in reading.facts if i > place), facts[0])
                next_one = facts[0] if next_one.key == "twin" else next_one
                if not causes and not next_one.measure.endswith("value_at_risk"):
                    reading.refuse(place, "has no such number")
            elif before in ("next", "coming", "last", "latest", "recent"):
                ahead = before in ("next", "coming")
                own = _NEXT if ahead else {"last_volume"}
                days = {int(fact.key[5:].partition("_")[0]) for fact in facts if fact.key.startswith("ahead")}
                many = word.endswith("s") and any(fact.measure.startswith("horizon") for fact in facts)
                if (
                    ahead and not many and time != evidence.unit_of_period and _DAYS.get(time) not in days
                ) or not own & {fact.measure for fact in facts}:
                    reading.refuse(place, "has no such number")
            elif time != evidence.unit_of_period or not any("period" in fact.unit for fact in facts):
                if not any(fact.unit == "day" and time == "day" for fact in facts):
                    reading.refuse(place, "is not the period of these numbers")
        elif word in _THINGS and before in ("per", "each", "every", "single", "one", "a", "an"):
            if word == "lane" and not (before == "per" or any(fact.key == "network" for fact in facts)):
                continue
            if before in ("a", "an") and not any(fact.unit.startswith("$") for fact in facts):
                continue
            if before in ("a", "an") and not (place == 1 or reading.text(place - 2) in (",", "for", "is")):
                continue
            if not any(_THINGS[word] in evidence.unit(fact).split("/")[1:] for fact in facts):
                reading.refuse(place, "is not what these numbers are counted by")
        elif word == "once" and (
            reading.text(place + 1) in ("its", "the", "it", "stock", "a", "you", "we") or place + 1 in reading.names
        ):
            continue  # "as soon as"
        elif word in ("tomorrow", "yesterday", "later", "once", "began"):
            if not (
                {"tomorrow": _NEXT, "yesterday": {"last_volume"}}.get(word, set()) & {fact.measure for fact in facts}
            ):
                reading.refuse(place, "is a time that these numbers do not have")


#: Words that may stand before a unit in the plural; any other word there could be meant as a number.
_BEFORE_UNIT = set(
    """the of all most few some many more fewer less its our their these those other bad good own shipped returned
    extra additional free new empty how in per unserved each every and or on store stores keep keeps handle handles
    hold holds send ship ships receive returning typical such same next last coming following recent latest worst best
    which that it this fewest no outsourced single whole single available
    pallet percentage index service missing short expensive spare planned required
    needed buffer missed worth where when that if because served stored""".split()
)
_UNITS = set("pallets days weeks months periods dollars points percent places".split())


def units_follow_numbers(reading: Reading) -> None:
    """Raise `Unsupported` if a unit stands after a word that could be meant as a number."""
    for place, token in enumerate(reading.tokens):
        before = reading.tokens[place - 1] if place else None
        if token.text in _UNITS and before and before.kind == "word" and before.text not in _BEFORE_UNIT:
            if before.text in ("for", "to", "with") and reading.text(place - 2) not in ("is", "are", "was", "be"):
                continue
            if (before.text in NO_UNITS and not reading.facts) or before.text in CARDINALS or before.text in ADJECTIVES:
                continue  # an ordinary adjective, or a number that counts parts of the answer
            reading.refuse(place - 1, "is no number")


def _follows_number(reading, place):
    """Return whether a word for a time belongs to a number that is written before it, as in "5 days"."""
    return any(reading.tokens[i].fact for i in (place - 1,))
