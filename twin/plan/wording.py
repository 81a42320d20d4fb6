"""Format numbers as text with their units, for pages, reports and answers."""

from twin._choices import word_of, words_in
from twin.demand import period_name
from twin.plan.quantities import QUANTITIES
from twin.plan.unit_names import GOODS_UNIT, unit_names

LARGE = 1e15  # numbers from here on are written with a power of ten


def written(value: float | str, unit: str) -> str:
    """Return a number as text with "%" or the currency, but not the rest of its unit, or one of the unit's words.

    >>> written(0.953, "-"), written(1234.5, "$/period"), written(163.38, "pallet"), written(1.0, "one of flow, stock")
    ('95.3%', '$1,234', '163.4', 'stock')
    """
    if words_in(unit):
        return word_of(value, unit)
    if abs(value) >= LARGE:
        size = f"{100 * abs(value):.3g}%" if unit == "-" else f"{abs(value):.3g}"
        return f"{'−' if value < 0 else ''}{unit_names().before if unit.startswith('$') else ''}{size}"
    if unit == "-":
        return f"{100 * value:z.1f}%"  # no minus before a zero
    if unit in ("day", "period", "lane"):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    digits = 0 if abs(value) >= 1000 else 1 if unit in ("pallet", "points") or abs(value) >= 100 else 2
    if unit == "pallet/period^2" and abs(value) < 1:
        digits = 4  # a trend that is small per period may be large per year
    text = f"{abs(value):,.{digits}f}"
    minus = "−" if value < 0 and text.strip("0.,") else ""
    return f"{minus}{unit_names().before}{text}" if unit.startswith("$") else f"{minus}{text}"


def tabulated(value: float | str) -> str:
    """Return a number for a column of mixed units, without its unit; "–" if it is missing. A word stays as it is.

    >>> tabulated(0.953), tabulated(163.38), tabulated(1234.5), tabulated(float("nan"))
    ('0.9530', '163.38', '1,234', '–')
    """
    if isinstance(value, str):
        return value
    if value != value:
        return "–"
    return f"{value:z,.{4 if abs(value) < 1 else 2 if abs(value) < 1000 else 0}f}"


def money(value: float, digits: int = 0) -> str:
    """Return an amount of money with a number of decimals; what is rounded to zero has no sign.

    >>> money(1568.7), money(-42.0, 2), money(-0.004, 2)
    ('$1,569', '−$42.00', '$0.00')
    """
    amount = f"{value:z,.{digits}f}"
    return f"{'−' if amount.startswith('-') else ''}{unit_names().before}{amount.removeprefix('-')}"


def decimals(unit: str) -> int:
    """Return the number of decimals of a column whose numbers all have this unit; shares are in per cent.

    >>> decimals("$/period"), decimals("pallet")
    (0, 1)
    """
    return 0 if unit == "-" or unit.startswith("$") else 1


def rest_of(unit: str, period: str | float) -> str:
    """Return the words after a number: "pallets", "a day" and so on; nothing for per cent.

    period : as `period_name` takes it; "" if none is known.

    >>> rest_of("$/period", "D"), rest_of("pallet/period", "W"), rest_of("$/pallet/period", "D"), rest_of("day", "D")
    ('a day', 'pallets a week', 'a pallet and day', 'days')
    """
    unit, names = unit.replace("period", period_name(period) if period else "period"), unit_names()
    if words_in(unit):
        return ""
    if unit.startswith("$"):
        parts = names.renamed(unit).split("/")[1:]
        article = "an" if parts and parts[0][0] in "aeiou" else "a"
        return f"{article} {' and '.join(parts)}" if parts else ""
    first, *per = unit.split("/")
    plural = {"-": "", "points": "points", GOODS_UNIT: names.many}.get(first, f"{first}s")
    return " a ".join((plural, *(part.replace("^2", f", each {part.removesuffix('^2')}") for part in per)))


def quantity(value: float, unit: str, period: str | float) -> str:
    """Return a number with its whole unit.

    >>> quantity(163.38, "pallet", "D"), quantity(1.0, "day", "W"), quantity(-2862.2, "$/period", "W")
    ('163.4 pallets', '1 day', '−$2,862 a week')
    """
    text, rest = written(value, unit), rest_of(unit, period)
    if text == "1" and rest.endswith("s"):
        rest = rest.removesuffix("s")
    return f"{text} {rest}".rstrip()


def unit_in(unit: str, period: str | float) -> str:
    """Return a unit with the name of the period in it, and with the names of `unit_names`.

    >>> unit_in("$/pallet/period", "W")
    '$/pallet/week'
    """
    return unit_names().renamed(unit.replace("period", period_name(period)))


def label(name: str) -> str:
    """Return the name of a number in words.

    >>> label("sla_penalty"), label("lead_time_mean_days")
    ('SLA penalty', 'lead time mean')
    """
    known = QUANTITIES.get(name)
    return known.label if known else name.replace("_", " ")
