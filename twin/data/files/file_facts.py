"""The fields of the account that describe a scanned file as a whole."""

from collections.abc import Sequence
from typing import Any

from twin.data.files.encoding import note_of
from twin.data.files.headings import unit_of
from twin.data.files.meaning import returns_are_negative
from twin.data.files.scan import Scan
from twin.data.text import visible


def facts_of(scan: Scan, notes: Sequence[str]) -> dict[str, Any]:
    """Return the fields of the account that describe a whole file; `notes` are those of its decisions."""
    return {
        "file": scan.name,
        "encoding": scan.source.encoding,
        "separator": scan.source.separator,
        "rows_read": scan.read,
        "columns": scan.table.columns,
        "ignored": scan.table.ignored,
        "notes": (*scan.table.notes, *notes, *_told(scan)),
    }


def _told(scan):
    """Yield a sentence on everything else that was noticed."""
    if midnight := scan.stamps.midnight:
        yield f"24:00 is the end of the day that is written: {visible(midnight)!r}"
    if scan.reading.where:
        yield scan.selection.note(scan.read)
    heading = next((name for name, ours in scan.table.columns.items() if ours == "volume"), "")
    if unit := unit_of(heading):
        said = f"as the heading {visible(heading, 40)!r} says, which the answers call pallets"
        yield f"volumes are in {visible(unit, 40)!r}, {said}"
    returned = scan.amounts["volume"].negative
    if returned:
        how = {
            "returns": "taken as returns",
            "subtract": "subtracted from the volume of their day",
            "outbound": "taken as what went out, from which positive ones are subtracted",
        }
        yield f"rows of negative volume, {how[scan.reading.negative]}: {len(returned):,}"
    if returns_are_negative(scan):
        yield "the returns are written as negative numbers, and never positive; their sign is dropped"
    stray = len(scan.lanes.of) - len(scan.lanes.texts) - sum(code < 0 for code in scan.lanes.of.values())
    if stray:
        alike = "lane names that differ from another only by blanks around them, taken as one lane"
        yield f"{alike}: {stray:,}"
    if scan.blank:
        yield f"blank lines skipped: {scan.blank:,}"
    if note := note_of(scan.source.encoding):
        yield note
