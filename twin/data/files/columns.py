"""Find the columns of a file that hold date, lane, volume and returns."""

from collections.abc import Sequence
from pathlib import Path

from twin.data.advice import Advice
from twin.data.files.headings import ENGLISH_HEADINGS, FIRST_CHOICE, SECOND_CHOICE, plain, without_unit
from twin.data.text import visible

HEADERS_LISTED = 25  # most headers listed in an error
COLUMNS_NAMED = 3  # most columns that an error advises to choose


def find_columns(header: Sequence[str], chosen: dict[str, str], below: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions of the columns that may hold date, lane, volume and returns.

    chosen : headings that override the accepted ones.
    below : for a header of two rows, the texts of the lower row; else empty.
    """
    unknown = set(chosen) - set(ENGLISH_HEADINGS)
    if unknown:
        raise ValueError(f"columns must name some of {', '.join(ENGLISH_HEADINGS)}; got {sorted(unknown)}")
    ways = [[plain(name) for name in header], [plain(without_unit(name)) for name in header]]
    ways += [[plain(without_unit(name)) for name in below]] if below else []
    found = {}
    for ours in ENGLISH_HEADINGS:
        lists = [{plain(chosen[ours])}] if ours in chosen else [FIRST_CHOICE[ours], SECOND_CHOICE[ours]]
        places = ([i for i, name in enumerate(way) if name in names] for names in lists for way in ways)
        found[ours] = next(filter(None, places), [])
        if ours == "volume" and ours not in chosen and not below and found[ours]:
            found[ours] = sorted({*found[ours], *_rivals(header, found[ours])})
    return found


def _rivals(header, places):
    """Return other columns that mean volume as well as those found, below another word and a unit: volume (m3)."""
    named = {plain(without_unit(header[i])) for i in places}
    lists = next((names for names in (FIRST_CHOICE["volume"], SECOND_CHOICE["volume"]) if named & names), frozenset())
    bare = [plain(without_unit(name)) for name in header]
    return [i for i, name in enumerate(bare) if name in lists - named]


def match_columns(
    header: Sequence[str],
    file: str | Path,
    chosen: dict[str, str] | None = None,
    *,
    below: Sequence[str],
    made: dict[str, int],
) -> dict[str, int]:
    """Return the position in the header of date, lane, volume and returns; `chosen` overrides the accepted headers.

    made : positions that are settled already: of columns that other columns were joined into.
    """
    chosen = dict(chosen or {})
    found = find_columns(header, chosen, below) | {ours: [place] for ours, place in made.items()}
    missing = [ours for ours in ENGLISH_HEADINGS if not found[ours] and (ours != "returns" or ours in chosen)]
    if missing:
        raise ValueError(missing_columns(header, file, missing, chosen))
    for ours, places in found.items():
        if len(places) > 1:
            names = shown_headers([header[i] for i in places])
            if len({plain(header[i]) for i in places}) == 1:
                raise ValueError(f"{file} has {len(places)} columns that mean {ours}: {names}; rename or remove one")
            ways = [("columns", {ours: header[i].strip("\ufeff ")}) for i in places[:COLUMNS_NAMED]]
            raise ValueError(Advice(f"{file} has {len(places)} columns that mean {ours}: {names}", *ways))
    positions = {ours: places[0] for ours, places in found.items() if places}
    if len(set(positions.values())) < len(positions):
        raise ValueError(f"columns must give each of our names a column of its own; got {chosen}")
    return positions


def missing_columns(header: Sequence[str], file: str | Path, missing: list[str], chosen: dict[str, str]) -> Advice:
    """Return the error for a table without columns of some names."""
    accepted = "; ".join(
        f"{ours} was to be {chosen[ours]!r}" if ours in chosen else f"{ours} may be called {ENGLISH_HEADINGS[ours]}"
        for ours in missing
    )
    sentence = f"{file} has no column for {', '.join(missing)}; found {shown_headers(header)}; {accepted}"
    return Advice(sentence, ("columns", dict.fromkeys(missing, "...")))


def shown_headers(names: Sequence[str]) -> str:
    """Return headers for an error: the first of them, each cut to a length, and the number of the others."""
    shown = ", ".join(repr(visible(name.strip("\ufeff"), 40)) for name in names[:HEADERS_LISTED])
    return shown + (f" and {len(names) - HEADERS_LISTED} more" if len(names) > HEADERS_LISTED else "")
