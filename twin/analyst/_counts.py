"""Tell numbers that count lanes, and ranks, from numbers that must be facts: "the two lanes", "fifth place"."""

import re

from twin.analyst._naming_of_numbers import LANE
from twin.analyst.evidence import Evidence
from twin.analyst.numerals import Numeral

_RANK = re.compile(r"(?:fourth|fifth|sixth|seventh|eighth|ninth|tenth|hundredth)$")


def counts_lanes(numeral: Numeral, text: str, evidence: Evidence) -> bool:
    """Return whether a number is that of the lanes in the evidence, where no fact is: "the two lanes"."""
    words = text[numeral.start : numeral.end].lower().split()
    count = len(evidence.lanes)
    if words == ["zero"] and re.search(r"\b(?:above|below) $", text[: numeral.start].lower()):
        return True  # "above zero" tells a sign, which is checked with the other claims
    if words == ["one", "day"] and re.match(r" in twenty\b", text[numeral.end :]):
        return True
    if len(words) == 1 and re.search(r"\btop $", text[: numeral.start].lower()) and numeral.value <= 5:
        return True  # "the top three", which is checked among the superlatives
    if words == ["two"] and count == 2 and re.search(r"\bthe $", text[: numeral.start].lower()):
        return not re.match(r" \w+s\b", text[numeral.end :]) or bool(
            re.match(r" (?:is|has|lanes)\b", text[numeral.end :])
        )
    if len(words) == 2 and words[1] == "lanes" and numeral.value == len(re.findall(f"{LANE}+", text)):
        return "total" not in text and "together" not in text
    if words == ["one", "pallet"] or words == ["one", "order"]:
        return bool(
            re.search(
                r"(?:^|\b(?:holding|handling|keeping|storing|hold|handle|keep|store|for|of) )$",
                text[: numeral.start].lower(),
            )
        )
    before, after = text[: numeral.start].lower(), text[numeral.end :].lower()
    if len(words) == 1 and _RANK.match(words[0]):
        return bool(re.match(r" (?:place|by|in|with|among)\b", after)) or (
            words == ["hundredth"] and before.endswith("largest ") and after.startswith(" of ")
        )  # a rank, and the largest hundredth of volumes, are checked with the other claims
    if words[1:] in ([], ["lanes"]) and re.search(r"\bother $", before):
        return numeral.value == count - 1
    if len(words) == 1 and re.search(r"\bthe $", before) and re.match(r" (?:\w+est|most \w+) \w", after):
        return numeral.value == len(re.findall(f"{LANE}+", text))
    if words == ["one", "place"]:
        return bool(re.search(r"\bin (?:only |just )?$", before))
    if len(words) == 1 and re.search(r"\bof (?:the|these) $", text[: numeral.start].lower()):
        return numeral.value == count
    return len(words) == 2 and words[1] == "lanes" and numeral.value == count and "network.lanes" not in evidence.facts
