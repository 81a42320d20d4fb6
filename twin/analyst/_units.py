"""The unit that a text says before or after a number."""

import re

_NOUNS = {
    "pallet": r"pallets?(?:[\s-]+(?:places?|spaces?|positions?))?|(?:pallet[\s-]+)?places?",
    "day": r"days?",
    "week": r"weeks?",
    "month": r"months?",
    "period": r"periods?",
    "quarter": r"quarters?",
    "year": r"years?",
    "hour": r"hours?",
    "minute": r"minutes?",
    "lane": r"lanes?",
    "order": r"orders?",
    "point": r"(?:percentage[\s-]+|index[\s-]+)?points?|pp\b|pts?",
    "basis point": r"basis[\s-]+points?|bps?",
    "unit": r"units?|truck(?:load)?s?|tonn?e?s?|kg|kilograms?|lit(?:re|er)s?|km|miles?|sqm|people|customers?",
    "$": r"(?:us[\s-]*)?dollars?|usd|bucks",
    "other money": r"euros?|eur|pounds?|gbp|sterling|cents?|yen|francs?|chf",
    "%": r"%|per[\s-]?cent|pct|percent",
    "‰": "‰",
    "times": r"times|×|x|fold",
    "sigma": r"sigmas?|standard[\s-]+deviations?|sds?",
}
_UNIT = re.compile(
    r"[\s-]*(?:(?:more|fewer|extra|additional|further|whole|full|calendar|working|own|consecutive)\s+)?(?:"
    + "|".join(f"(?P<u{i}>{pattern})" for i, pattern in enumerate(_NOUNS.values()))
    + r")(?![a-z])",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\s*(?:/|\b(?:an?|per|each|every)\s+(?:one\s+)?|and\s+(?=day|week|month|period))\s*"
    r"(?P<what>pallet|day|week|month|period|order|year|quarter|hour|lane|unit|place)s?(?![a-z])",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"\s*(?P<what>daily|weekly|monthly|yearly|hourly|annually|p\.?a\.?)\b", re.IGNORECASE)
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "hourly": "hour"}
_BEFORE = re.compile(
    r"(?P<sign>(?:^|(?<=[\s(\[:=~]))[-+−–±]\s?)?(?P<money>(?:[$€£¥]|US\$|USD|EUR|GBP|CHF)\s?)?(?P<inner>[-−–+])?"
    r"(?P<factor>(?:^|(?<=\s))[x×]\s?)?$"
)


def unit_before(text, start):
    """Return (start with sign and currency, sign, currency) of a number at `start`."""
    found = _BEFORE.search(text[max(start - 8, 0) : start])
    sign, money, inner = found["sign"], found["money"], found["inner"] if found["money"] else None
    first = start - len(sign or "") - len(money or "") - len(inner or "")
    minus = any(mark in (sign or "") + (inner or "") for mark in "-−–")
    money = (money or "").strip()
    if found["factor"]:
        return first - len(found["factor"]), 1.0, "×"
    return first, -1.0 if minus else 1.0, "$" if money in ("US$", "USD") else money


def unit_after(text, end, money):
    """Return (unit, end of what says it) of a number that ends at `end`; `money` is the currency before it.

    >>> unit_after("12 pallets a day", 2, ""), unit_after("$5 per pallet and day", 2, "$")
    (('pallet/day', 16), ('$/pallet/day', 21))
    """
    if money == "×":
        return "times", end
    unit = "other money" if money and money != "$" else money
    found = _UNIT.match(text, end)
    if found and not (unit and _kind(found) != "$"):
        unit, end = _kind(found), found.end()
    if not unit or unit in ("%", "point", "times"):
        return {"point": "points"}.get(unit, unit), end
    while found := _PER.match(text, end) or _ADVERB.match(text, end):
        what = found["what"].lower()
        unit, end = f"{unit}/{_ADVERBS.get(what, what)}", found.end()
    if re.match(r"\s*(?:/|\b(?:per|each|every)\b)\s*[a-z]", text[end:], re.IGNORECASE):
        unit = f"{unit}/?"  # a rate that is not known
    return unit.replace("/place", "/pallet"), end


def _kind(found):
    (which,) = (name for name, value in found.groupdict().items() if value is not None)
    return list(_NOUNS)[int(which[1:])]


def agrees(said, unit):
    """Return whether a unit that is said can be meant for a number in this unit; what is left out is not against it.

    >>> agrees("$", "$/day"), agrees("pallet/day", "pallet"), agrees("", "pallet"), agrees("", "-")
    (True, False, False, True)
    """
    if said == "":
        return unit in ("-", "lane", "points")
    unit = unit.removesuffix("^2")  # "a day, each day"
    if unit in ("-", "points", "times", "date"):
        return said == unit
    return said == unit or unit.startswith(f"{said}/")
