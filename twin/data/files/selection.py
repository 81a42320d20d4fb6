"""Select rows of a file by conditions on its columns: COLUMN=VALUE, or COLUMN!=VALUE."""

import re
from collections.abc import Sequence
from pathlib import Path

from twin.data.files.columns import plain, shown_headers
from twin.data.text import number_of, visible

VALUES_LISTED = 12  # most values of a column that are listed in an error
_CONDITION = re.compile(r"\s*(?P<column>[^=]+?)\s*(?P<sign>!?=)(?P<value>.*)", re.DOTALL)


class Selection:
    """The conditions on the rows of a file; several on one column are alternatives, those of other columns add up.

    Values are compared as texts without the blanks around them, and as numbers where both are numbers.
    columns : positions of the columns that are asked about.
    """

    def __init__(self, where: Sequence[str], header: Sequence[str], file: str | Path) -> None:
        self.where, self.left_out, self.columns = tuple(where), 0, {}
        names = [plain(name) for name in header]
        for text in where:
            match = _CONDITION.fullmatch(text)
            if not match:
                raise ValueError(f"where must be COLUMN=VALUE or COLUMN!=VALUE; got {text!r}")
            name = plain(match["column"])
            if names.count(name) != 1:
                raise ValueError(f"where must name one column of {file}: {shown_headers(list(header))}; got {text!r}")
            values, others = self.columns.setdefault(names.index(name), ([], []))
            (values if match["sign"] == "=" else others).append(_key(match["value"]))
        self._seen = {place: {} for place in self.columns}

    def keeps(self, fields: list[str]) -> bool:
        """Return whether a row meets the conditions."""
        for place, (values, others) in self.columns.items():
            text = fields[place]
            key = self._seen[place].get(text)
            if key is None:
                key = self._seen[place][text] = _key(text)
            if (values and key not in values) or key in others:
                self.left_out += 1
                return False
        return True

    def none_left(self, file: str | Path) -> ValueError:
        """Return the error to raise if no row meets the conditions."""
        seen = [visible(text.strip(), 40) for values in self._seen.values() for text in list(values)[:VALUES_LISTED]]
        shown = ", ".join(dict.fromkeys(seen))
        return ValueError(f"{file} has no row where {' and '.join(self.where)}; values there are {shown}")

    def note(self, kept: int) -> str:
        """Return the sentence on the rows that are left out."""
        others = number_of(self.left_out, "other is", "others are")
        return f"rows where {' and '.join(self.where)}: {kept:,}; {others} no part of this record"


def _key(text):
    text = text.strip()
    try:
        return float(text)
    except ValueError:
        return text
