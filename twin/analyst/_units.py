"""Read the unit that stands before or after a number in a text."""

import re

#: Name of a unit -> pattern of the words for it.
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
    r"\s*(?:/|\b(?:an?|per|each|every)\s+(?:(?:one|missing|missed|unserved)\s+)?|and\s+(?=day|week|month|period))\s*"
    r"(?P<what>pallet|day|week|month|period|order|year|quarter|hour|lane|unit|place)s?(?![a-z])",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"\s*(?P<what>daily|weekly|monthly|yearly|hourly|annually|p\.?a\.?)\b", re.IGNORECASE)
_ADVERBS = {"daily": "day", "weekly": "week", "monthly": "month", "hourly": "hour"}
_BEFORE = re.compile(
    r"(?P<sign>(?:^|(?<=[\s(\[:=~]))[-+−–±]\s?)?(?P<money>(?:[$€£¥]|US\$|USD|EUR|GBP|CHF)\s?)?(?P<inner>[-−–+])?"
    r"(?P<factor>(?:^|(?<=\s))[x×]\s?)?$"
)


def unit_before(text: str, start: int) -> tuple[int, float, str]:
    """Return (start including sign and currency, sign, currency) of the number that starts at `start`.

    sign : 1.0 or -1.0; the currency is "×" for a factor such as "x1.5".
    """
    found = _BEFORE.search(text[max(start - 8, 0) : start])
    sign, money, inner = found["sign"], found["money"], found["inner"] if found["money"] else None
    first = start - len(sign or "") - len(money or "") - len(inner or "")
    minus = any(mark in (sign or "") + (inner or "") for mark in "-−–")
    money = (money or "").strip()
    if found["factor"]:
        return first - len(found["factor"]), 1.0, "×"
    return first, -1.0 if minus else 1.0, "$" if money in ("US$", "USD") else money


def unit_after(text: str, end: int, money: str) -> tuple[str, int]:
    """Return (unit, end of its words) of the number that ends at `end`; `money` is the currency before the number.

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
        unit = f"{unit}/?"  # a rate in a unit that this module does not know
    return unit.replace("/place", "/pallet"), end


def _kind(found):
    """Return the name of the unit that `_UNIT` has matched."""
    (which,) = (name for name, value in found.groupdict().items() if value is not None)
    return list(_NOUNS)[int(which[1:])]


def agrees(said: str, unit: str) -> bool:
    """Return whether `said` can mean `unit`; "$" agrees with "$/day", because a rate may be left out.

    >>> agrees("$", "$/day"), agrees("pallet/day", "pallet"), agrees("", "pallet"), agrees("", "-")
    (True, False, False, True)
    """
    if said == "":
        return unit in ("-", "lane", "points")
    unit = unit.removesuffix("^2")  # a trend is told as "a day, each day"
    if unit in ("-", "points", "times", "date"):
        return said == unit
    return said == unit or unit.startswith(f"{said}/")
