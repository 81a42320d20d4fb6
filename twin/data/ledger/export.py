"""Export of flows to files that others read: CSV, JSON, JSON Lines, Parquet and Excel."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO

from twin.data.ledger.export_tables import write_parquet, write_sheet
from twin.data.ledger.export_texts import Seen, write_csv_rows, write_json_lines, write_json_list
from twin.data.ledger.flow import Flow
from twin.data.whole_file import whole_file

TEXTS: dict[str, Callable[[Iterable[Flow], TextIO, Seen], int]] = {
    ".csv": write_csv_rows,
    ".json": write_json_list,
    ".jsonl": write_json_lines,
}
TYPED: dict[str, Callable[[Iterable[Flow], Path], int]] = {".parquet": write_parquet, ".xlsx": write_sheet}
PACKED = ".gz"  # ending of a compressed text
ENDINGS = f"{', '.join(TEXTS)} (also with {PACKED} behind it), {' or '.join(TYPED)}"


def write_flows(records: Iterable[Flow], file: str | Path | TextIO, seen: Seen) -> int:
    """Write flows in the form that the ending of a path says, and return their number; the file appears whole.

    seen : what holds for all of the flows, by `seen_amounts` or `seen_in`.

    An open text file, and a pipe or terminal without a known ending, get CSV. In every form a flow has date, lane,
    volume [pallet], which is missing where it is unknown, and returns [pallet], missing where they are not recorded.
    """
    if hasattr(file, "write"):
        return write_csv_rows(records, file, seen)
    path = Path(file)
    stream = path.exists() and not (path.is_file() or path.is_dir())  # a pipe or a terminal cannot be replaced
    packed, ending = _ending(path, stream)
    plain = gzip.open if packed else open
    if stream:
        if ending in TYPED:
            raise ValueError(f"file must be a file where it ends in {ending}; got {file}, a pipe or a device")
        with plain(path, "wt", encoding="utf-8", newline="") as text:
            return TEXTS[ending](records, text, seen)
    with whole_file(path, "file") as partial:
        if ending in TYPED:
            return TYPED[ending](records, partial)
        with plain(partial, "wt", encoding="utf-8", newline="") as text:
            return TEXTS[ending](records, text, seen)


def check_file(file: str | Path) -> None:
    """Raise ValueError if no form of flows has the ending of a path."""
    path = Path(file)
    _ending(path, path.exists() and not path.is_file())


def _ending(path, stream):
    """Return (whether the text is compressed, ending of the form); `stream` needs no ending."""
    name = path.name.lower()
    packed = name.endswith(PACKED)
    ending = Path(name.removesuffix(PACKED)).suffix
    if ending in TEXTS or (ending in TYPED and not packed):
        return packed, ending
    if stream:
        return packed, ".csv"
    raise ValueError(f"file must end in {ENDINGS}; got {path}")
