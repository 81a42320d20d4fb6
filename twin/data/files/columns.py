"""Find the columns of a file that hold date, lane, volume and returns."""

from pathlib import Path

from twin.data.errors import Refused
from twin.data.files.dates import parse_date
from twin.data.text import visible

ACCEPTED = {  # accepted headers; case, blanks and punctuation are ignored: `Product Name` is product_name
    "date": "date, timestamp, datetime, order_date, invoice_date, ship_date, delivery_date, day, week, month, period",
    "lane": "lane, lane_id, lane_name, service_lane, route, route_id, route_name, corridor, product, "
    "product_id, product_name, product_code, sku, stock_code, item, item_id, item_name, item_code, article, "
    "material",
    "volume": "volume, demand, quantity, qty, sold, units, units_sold, unit_quantity, order_quantity, "
    "order_qty, pallets, flow",
    "returns": "returns, returned, return_volume, returned_volume, return_quantity, returned_quantity, return_qty",
}
PARTS_OF_A_DATE = "day, week, month, period"  # accepted as the date only if no other column is one
HEADERS_LISTED = 25  # most headers listed in an error


def plain(name: str) -> str:
    """Return a header in lower case without blanks, byte-order marks and punctuation.

    >>> plain("\\ufeffProduct Name ")
    'productname'
    """
    return "".join(c for c in name.casefold() if c.isalnum())


def match_columns(header: list[str], file: str | Path, chosen: dict[str, str] | None = None) -> dict[str, int]:
    """Return the position in the header of date, lane, volume and returns; `chosen` overrides the accepted headers."""
    chosen = dict(chosen or {})
    unknown = set(chosen) - set(ACCEPTED)
    if unknown:
        raise ValueError(f"columns must name some of {', '.join(ACCEPTED)}; got {sorted(unknown)}")
    found = {}
    for ours, accepted in ACCEPTED.items():
        names = {plain(chosen[ours])} if ours in chosen else {plain(name) for name in accepted.split(",")}
        found[ours] = [i for i, name in enumerate(header) if plain(name) in names]
    if "date" not in chosen:
        whole = [i for i in found["date"] if plain(header[i]) not in PARTS_OF_A_DATE.split(", ")]
        found["date"] = whole or found["date"]
    missing = [ours for ours in ACCEPTED if not found[ours] and (ours != "returns" or ours in chosen)]
    if missing:
        raise ValueError(_missing(header, file, missing, chosen))
    for ours, places in found.items():
        if len(places) > 1:
            names = shown_headers([header[i] for i in places])
            raise ValueError(
                f"{file} has {len(places)} columns that mean {ours}: {names}; "
                f"keep one, or say which: columns={{{ours!r}: ...}}, --column {ours}=..."
            )
    positions = {ours: places[0] for ours, places in found.items() if places}
    if len(set(positions.values())) < len(positions):
        raise ValueError(f"columns must give each of our names a column of its own; got {chosen}")
    return positions


def _missing(header, file, missing, chosen):
    accepted = "; ".join(
        f"{ours} was to be {chosen[ours]!r}" if ours in chosen else f"{ours} may be called {ACCEPTED[ours]}"
        for ours in missing
    )
    sentence = f"{file} has no column for {', '.join(missing)}; found {shown_headers(header)}; {accepted}"
    sentence += "; name others yourself: columns={'volume': ...}, --column volume=..."
    if sum(_is_date(name) for name in header) > 1:
        sentence += "; turn a table with a column for each date into rows of date, lane, volume first"
    return sentence


def shown_headers(names: list[str]) -> str:
    """Return headers for an error: the first of them, each cut to a length, and the number of the others."""
    shown = ", ".join(repr(visible(name.strip("\ufeff"), 40)) for name in names[:HEADERS_LISTED])
    return shown + (f" and {len(names) - HEADERS_LISTED} more" if len(names) > HEADERS_LISTED else "")


def _is_date(name):
    try:
        return bool(parse_date(name))
    except Refused:
        return False
