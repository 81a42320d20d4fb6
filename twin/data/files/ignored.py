"""Look at the columns that are not used: a unit, direction or status may split lanes, an order number repeat rows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from twin.data.advice import Advice
from twin.data.files.columns import plain
from twin.data.text import visible

MOST_VALUES = 12  # a column with more values does not split lanes in kinds
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


class IgnoredColumns:
    """The values of the columns of a file that are not used, counted for each lane."""

    def __init__(self, header: Sequence[str], places: Sequence[int], stated: Sequence[int]) -> None:
        """`places` : the columns; `stated` : those that the user has set a condition on."""
        self.header, self.stated = header, set(stated)
        self.values: dict[int, dict[str, int]] = {place: {} for place in places}
        self.pairs: dict[int, Counter] = {place: Counter() for place in places}
        self.days: dict[int, set] = {place: set() for place in places}
        orders = [place for place in places if plain(header[place]) in ORDER_HEADINGS]
        self.order = orders[0] if orders else None
        self.orders, self.repeated = set(), 0

    def add(self, columns: Sequence[Sequence[str]], date: np.ndarray, lane: np.ndarray) -> None:
        """Count the values of a block: columns of the file, and the codes of date and lane of each row."""
        for place in list(self.values):
            known = self.values[place]
            cells = columns[place]
            fresh = set(cells)
            if len(fresh) > 4 * MOST_VALUES:
                self._drop(place)
                continue
            of = {text: known.setdefault(text.strip(), len(known)) for text in sorted(fresh)}
            if len(known) > MOST_VALUES:
                self._drop(place)
                continue
            if len(known) < 2 and not self.pairs[place]:
                code = np.zeros(len(cells), dtype=np.int64)
            else:
                code = np.fromiter(map(of.__getitem__, cells), np.int64, len(cells))
            keys, counts = np.unique(lane.astype(np.int64) * 16 + code, return_counts=True)
            self.pairs[place].update(dict(zip(keys.tolist(), counts.tolist(), strict=True)))
            self.days[place].update(np.unique(date.astype(np.int64) * 16 + code).tolist())

    def add_orders(self, columns: Sequence[Sequence[str]], places: Sequence[int]) -> None:
        """Count the rows that repeat order, date, lane and volume of an earlier row but are no copies of it."""
        if self.order is None:
            return
        parts = [columns[place] for place in (self.order, *places)]
        for key in map(hash, zip(*parts, strict=True)):
            if key in self.orders:
                self.repeated += 1
            else:
                self.orders.add(key)

    def _drop(self, place):
        for table in (self.values, self.pairs, self.days):
            del table[place]

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
            lanes = "1 lane" if len(split) == 1 else f"{len(split):,} lanes"
            text = (
                f"the column {name!r} is not used and splits {lanes}: {_shown(values, counts)}; their volumes are "
                "added up, unless one is chosen"
            )
            yield Advice(text, self._most_rows(place, counts))
        if self.repeated > copies:
            name = visible(self.header[self.order].strip("\ufeff "), 40)
            yield (
                f"rows that repeat the {name!r}, date, lane and volume of an earlier row and differ in other columns: "
                f"{self.repeated - copies:,}; their volumes are added up"
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
        if self.is_unit(place) or any(word in heading for word in KIND_HEADINGS):
            return True
        days = len({key // 16 for key in self.days[place]})
        if rows < 2 * days or len(self.days[place]) == days:
            return False
        return not all(_is_number(text) for text in self.values[place])


def _shown(values, counts):
    texts = sorted(values, key=lambda text: -counts[values[text]])
    shown = ", ".join(f"{visible(text, 40)!r} {counts[values[text]]:,} rows" for text in texts[:VALUES_NAMED])
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
