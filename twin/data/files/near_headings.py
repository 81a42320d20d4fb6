"""Find columns by the words of their headings, for a table in which no column has a usual heading: `Pstng Date`."""

import re
from collections.abc import Sequence

from twin.data.errors import Refused
from twin.data.files.columns import find_columns
from twin.data.files.dates import parse_date
from twin.data.files.headings import MEASURES, PAIRS, known, plain, without_unit
from twin.data.files.layout import are_numbers, column, is_nothing

DATE_WORDS = known("date, datum, dat, dt, data, fecha, datetime, timestamp")
VOLUME_WORDS = known(
    "quantity, qty, Menge, Anzahl, Anz, Stück, quantité, qté, cantidad, cant, hoeveelheid, aantal, quantità, qta, "
    "ilość, pallets, pallet, Paletten, Pal, palettes, paletas, palety, bancali, units, unidades"
)
LANE_WORDS = known(
    "lane, route, Strecke, Relation, trajet, ruta, trayecto, traject, tratta, trasa, relacja, item, article, Artikel, "
    "product, Produkt, produit, producto, Material, sku, artículo, articolo, prodotto, towar, indeks, dmdunit"
)
NO_VOLUME = MEASURES | known(
    "no, nr, number, Nummer, code, type, Typ, Art, date, Datum, returned, returns, return, Retouren, retour, open, "
    "offen, remaining, available, planned, forecast, unit, uom"
)
NO_LANE = known(
    "description, desc, Bezeichnung, Text, group, Gruppe, category, Kategorie, type, Typ, Art, status, price, Preis"
)
PLACE_WORDS = known(
    "city, zip, PLZ, postcode, Ort, code, name, id, place, location, loc, port, airport, station, site, town, ville, "
    "lieu, luogo, città, ciudad, plaats, miasto, no, nr"
)
_WORDS = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|[^\W\d_]+")
_NUMBER_OF = re.compile(r"(?<=...)(?:code|nr|nummer|number|no|id)$")
_ENDS_IN_DATE = re.compile(r"(?!.*(?:up|vali|man)date).*(?:date|datum|dat)")


def near_columns(header: Sequence[str], rows: Sequence[Sequence[str]], chosen: dict[str, str]) -> dict[str, str]:
    """Return {our name: heading} of what no usual heading names, if the words of one column alone do.

    The cells must fit: dates below a heading of dates, and numbers below one of volumes. Origin and destination are
    returned as a lane `A+B`.

    >>> near_columns(["Pstng Date", "Material", "Moved quantity"], [["2024-01-01", "A", "5"]], {})
    {'date': 'Pstng Date', 'volume': 'Moved quantity'}
    """
    found = find_columns(header, {ours: name for ours, name in chosen.items() if "+" not in name}, ())
    words = [[plain(word) for word in _WORDS.findall(without_unit(name))] for name in header]
    tests = {
        "date": lambda i: any(map(_is_of_dates, words[i])) and _are_dates(column(rows, i)),
        "lane": lambda i: (
            any(_NUMBER_OF.sub("", word) in LANE_WORDS for word in words[i]) and not NO_LANE & set(words[i])
        ),
        "volume": lambda i: (
            bool(VOLUME_WORDS & set(words[i])) and not NO_VOLUME & set(words[i]) and are_numbers(column(rows, i))
        ),
    }
    near = {}
    for ours, test in tests.items():
        if found[ours] or ours in chosen:
            continue
        places = [i for i in range(len(header)) if test(i)]
        ends = [_ends(words, part) for part in ("origin", "destination")] if ours == "lane" else [[]]
        if ours == "lane" and not places and all(len(end) == 1 for end in ends):
            near[ours] = "+".join(header[end[0]].strip("\ufeff ") for end in ends)
        elif len(places) == 1:
            near[ours] = header[places[0]].strip("\ufeff ")
    return near


def _is_of_dates(word):
    return word in DATE_WORDS or bool(_ENDS_IN_DATE.fullmatch(word))


def _ends(words, part):
    """Return the columns that name the place of a part, origin or destination: `Origin City`, `Ladeort PLZ`."""
    bare = ["".join(word for word in each if word not in PLACE_WORDS) or "".join(each) for each in words]
    return [i for i, name in enumerate(bare) if name in PAIRS[part]]


def _are_dates(cells):
    given = [cell for cell in cells if not is_nothing(cell)]
    return bool(given) and 2 * sum(map(_can_be_read, given)) > len(given)


def _can_be_read(text):
    try:
        return bool(parse_date(text))
    except Refused:
        return False
