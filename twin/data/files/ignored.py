"""Look at the columns that are not used: a unit, direction or status may split lanes, an order number repeat rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from twin.data.advice import Advice
from twin.data.files.columns import plain
from twin.data.files.packed import Packed, combined
from twin.data.text import number_of, visible

MOST_COLUMNS = 256  # columns that are looked at; a table with more has few facts in any one of them
MOST_VALUES = 12  # a column with more values does not split lanes in kinds
TEXTS_WITH_MARKS = 200  # texts of a block that are looked at for a decimal mark
SPLIT_LANES_NAMED, VALUES_NAMED = 3, 6
UNIT_HEADINGS = frozenset(
    "uom unit unitofmeasure unitofmeasurement me meins vrkme gmein bme vme einheit mengeneinheit basismengeneinheit "
    "verkaufsmengeneinheit salesunit baseunit baseunitofmeasure um quantityunit qtyunit unite unidad".split()
)
UNIT_CODES = frozenset(
    "pal pall pallet pallets palette paletten plt eup car ctn carton cartons kar karton cs case cases box boxes bx ea "
    "each st stk stck pc pce pcs piece pieces kg g t to ton tonne l ltr m m2 m3 cbm bag bags sack kst rol".split()
)
KIND_HEADINGS = ("direction", "richtung", "inout", "status", "movement", "bewegung", "bwart", "type", "typ", "art",
                 "flow", "category", "kategorie", "storno", "cancel")  # fmt: skip
ORDER_HEADINGS = (
    "order", "orderno", "ordernumber", "orderid", "invoice", "invoiceno", "document", "documentno", "delivery",
    "deliveryno", "deliverynote", "shipment", "shipmentid", "shipmentno", "beleg", "belegnr", "belegnummer", "auftrag",
    "auftragsnummer", "auftragsnr", "lieferung", "lieferschein", "vbeln", "aufnr", "mblnr", "bestellnummer", "rechnung",
)  # fmt: skip
RIVAL_HEADINGS = frozenset(
    "version scenario szenario measure keyfigure kennzahl kennzahlen wertart datatype valuetype planactual".split()
)
RIVAL_VALUES = frozenset(
    "plan planned actual actuals forecast budget target ist soll prognose demand stock inventory bestand bedarf "
    "planmenge istmenge prevision reel reelle realise".split()
)
SIGN_HEADINGS = frozenset("shkzg sollhabenkennzeichen sollhaben debitcredit drcr".split())
MOVEMENT_HEADINGS = frozenset("bwart bewegungsart movementtype mvt".split())
_DECIMAL = re.compile(r"[-+]?\d+([.,])(?:\d{1,2}|\d{4,})", re.ASCII)  # of three digits the mark may be of thousands


class IgnoredColumns:
    """The values of the columns of a file that are not used, counted for each lane."""

    def __init__(self, header: Sequence[str], places: Sequence[int], stated: Sequence[int]) -> None:
        """`places` : the columns; `stated` : those that the user has set a condition on."""
        self.header, self.stated = header, set(stated)
        places = places[:MOST_COLUMNS]
        self.values: dict[int, dict[str, int]] = {place: {} for place in places}
        self.pairs: dict[int, Counter] = {place: Counter() for place in places}
        self.days: dict[int, set] = {place: set() for place in places}
        orders = [place for place in places if plain(header[place]) in ORDER_HEADINGS]
        self.order = orders[0] if orders else None
        self._marks: dict[str, set[str]] = {}  # heading of a column -> decimal marks of its first numbers
        self._orders: list[np.ndarray] = []  # a number for order, date, lane and volume of each row

    def add(self, columns: Sequence[Packed], date: np.ndarray, lane: np.ndarray) -> None:
        """Count the values of a block: columns of the file, and the codes of date and lane of each row."""
        for place in list(self.values):
            known = self.values[place]
            codes, texts = columns[place].distinct
            self._marks.setdefault(self.header[place].strip("\ufeff "), set()).update(
                match[1] for text in texts[:TEXTS_WITH_MARKS] if (match := _DECIMAL.fullmatch(text.strip()))
            )
            for text in texts:
                known.setdefault(text.strip(), len(known))
                if len(known) > MOST_VALUES:
                    self._drop(place)
                    break
            else:
                code = np.array([known[text.strip()] for text in texts], dtype=np.int64)[codes]
                keys, counts = _counted(lane.astype(np.int64) * 16 + code)
                self.pairs[place].update(dict(zip(keys.tolist(), counts.tolist(), strict=True)))
                self.days[place].update(_counted(date.astype(np.int64) * 16 + code)[0].tolist())

    def votes(self) -> Iterator[tuple[int, str]]:
        """Yield what each column says about the decimal mark of the file: +1 for a comma, -1 for a point, and why."""
        for heading, marks in self._marks.items():
            if len(marks) == 1:
                yield (1 if "," in marks else -1), f"the column {visible(heading, 40)!r}"

    def add_orders(self, columns: Sequence[Packed], places: Sequence[int]) -> None:
        """Keep what tells rows that repeat order, date, lane and volume of an earlier row."""
        if self.order is not None:
            self._orders.append(combined([columns[place] for place in (self.order, *places)]))

    @property
    def repeated(self) -> int:
        """Number of rows that repeat order, date, lane and volume of an earlier row."""
        rows = np.concatenate([np.zeros(0, dtype=np.uint64), *self._orders])
        return len(rows) - len(pd.unique(rows))

    def _drop(self, place):
        for table in (self.values, self.pairs, self.days):
            del table[place]

    def check_rivals(self, file: str | Path, signed: bool) -> None:
        """Raise ValueError if a column holds versions or opposite postings of one flow, which are not added up.

        signed : whether some volumes are negative, so that signs tell what a posting takes back.
        """
        for place, values in self.values.items():
            split, counts = self._split(place)
            given = [text for text in values if text]
            known = all(plain(text) in RIVAL_VALUES for text in given)
            if len(given) < 2 or place in self.stated:
                continue
            opposite = not signed and self._is_opposite(place, given)
            if known or (split and (opposite or plain(self.header[place]) in RIVAL_HEADINGS)):
                name = self.header[place].strip("\ufeff ")
                text = (
                    f"{file} has several versions, measures or opposite postings of its flows, which cannot be added "
                    f"up: the column {visible(name, 40)!r} has {_shown(values, counts)}"
                )
                raise ValueError(Advice(text, *(("where", f"{name}={value}") for value in given[:SPLIT_LANES_NAMED])))

    def _is_opposite(self, place, values):
        """Return whether a column says which postings take others back: debit and credit, or SAP's 601 and 602."""
        heading, numbers = plain(self.header[place]), {int(text) for text in values if text.isdecimal()}
        return heading in SIGN_HEADINGS or (
            heading in MOVEMENT_HEADINGS and any(number % 2 and number + 1 in numbers for number in numbers)
        )

    def check_units(self, lanes: Sequence[str], file: str | Path) -> None:
        """Raise ValueError if a lane has flows in several units."""
        for place, values in self.values.items():
            split, counts = self._split(place)
            if split and place not in self.stated and self.is_unit(place):
                name = visible(self.header[place].strip("\ufeff "), 40)
                shown = _shown(values, counts)
                text = (
                    f"{file} has flows of one lane in several units, which cannot be added up: the column {name!r} has "
                    f"{shown} on {_lanes(split, lanes)}"
                )
                raise ValueError(Advice(text, self._most_rows(place, counts)))

    def sentences(self, rows: int, copies: int = 0) -> Iterator[str]:
        """Yield a sentence on each column that splits lanes, and one on orders that repeat."""
        for place, values in self.values.items():
            split, counts = self._split(place)
            name = visible(self.header[place].strip("\ufeff "), 40)
            if not split and self.is_unit(place):
                yield f"the column {name!r} says that lanes are in different units: {_shown(values, counts)}"
            if not split or not self._tells(place, rows):
                continue
            lanes = number_of(len(split), "lane")
            text = (
                f"the column {name!r} is not used and splits {lanes}: {_shown(values, counts)}; their volumes are "
                "added up, unless one is chosen"
            )
            yield Advice(text, self._most_rows(place, counts))
        if (repeated := self.repeated) > copies:
            name = visible(self.header[self.order].strip("\ufeff "), 40)
            yield (
                f"rows that repeat the {name!r}, date, lane and volume of an earlier row and differ in other columns: "
                f"{repeated - copies:,}; their volumes are added up"
            )

    def is_unit_heading(self, place: int) -> bool:
        """Return whether a column is called a unit of measure."""
        return plain(self.header[place]) in UNIT_HEADINGS

    def is_unit(self, place: int) -> bool:
        """Return whether a column holds units of measure, by its heading or by its values."""
        values = {text.casefold().strip(". ") for text in self.values.get(place, {}) if text}
        heading = plain(self.header[place])
        return len(values) > 1 and (heading in UNIT_HEADINGS or values <= UNIT_CODES)

    def _most_rows(self, place, counts):
        """Return the option that chooses the value with most rows."""
        values, name = self.values[place], self.header[place].strip("\ufeff ")
        return "where", f"{name}={max(values, key=lambda text: counts[values[text]])}"

    def _split(self, place):
        """Return (lanes with several values, number of rows of each value)."""
        found, counts = Counter(), Counter()
        for key, count in self.pairs[place].items():
            found[key // 16] += 1
            counts[key % 16] += count
        return [lane for lane, number in found.items() if number > 1], counts

    def _tells(self, place, rows):
        """Return whether a split is worth a sentence: not for numbers, nor for a column that the date decides."""
        heading = plain(self.header[place])
        if place in self.stated:
            return False
        if self.is_unit(place) or self.is_unit_heading(place) or any(word in heading for word in KIND_HEADINGS):
            return True
        days = len({key // 16 for key in self.days[place]})
        if rows < 2 * days or len(self.days[place]) == days:
            return False
        return not all(_is_number(text) for text in self.values[place])


def _counted(keys):
    """Return (distinct, counts) of whole numbers."""
    codes, distinct = pd.factorize(keys)
    return distinct, np.bincount(codes, minlength=len(distinct))


def _shown(values, counts):
    texts = sorted(values, key=lambda text: -counts[values[text]])
    shown = ", ".join(
        f"{visible(text, 40)!r} {number_of(counts[values[text]], 'row')}" for text in texts[:VALUES_NAMED]
    )
    return shown + (f" and {len(texts) - VALUES_NAMED} more" if len(texts) > VALUES_NAMED else "")


def _lanes(codes, lanes):
    named = ", ".join(visible(lanes[code], 40) for code in codes[:SPLIT_LANES_NAMED])
    return f"{len(codes):,} of {len(lanes):,} lanes ({named}{', ...' if len(codes) > SPLIT_LANES_NAMED else ''})"


def _is_number(text):
    try:
        float(text or 0)
    except ValueError:
        return False
    return True
