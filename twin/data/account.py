"""The account of a file: rows read, rows refused with their reasons, and the decisions made while reading."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from twin.data.advice import Decision, Words, in_python, said
from twin.data.text import number_of, visible

HEADERS_SHOWN = 25  # most unused headers shown; the others are counted
ROWS_A_REASON = 3  # refused rows shown for each reason


def refusals(rows: Iterable[tuple[int, str, str]] = ()) -> pd.DataFrame:
    """Return refused rows (line, reason, text) as a table in the order of the file."""
    table = pd.DataFrame(list(rows), columns=["line", "reason", "text"])
    table = table.astype({"line": "int64", "reason": "str", "text": "str"})
    return table.sort_values("line", kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Account:
    """A record of how a file was read; `rows_read == rows_kept + len(refused)` always holds.

    file, encoding, separator : source of the rows, and how its text was decoded.
    rows_read, rows_kept : number of records after the header (blank lines are not records), and of those used.
    columns : headers of the file that were used, each with the name it has here (date, lane, volume, returns).
    ignored : headers of the file that were not used.
    period, period_inferred : "D", "W", "MS" or "QS", and whether it was inferred from the dates; "" if no row is
        usable.
    refused : one row per refused record: line (1 is the first line of the file), reason, text.
    notes : one sentence for every other decision.
    audit : one sentence for every finding across rows and lanes that the user should judge.
    options : the options of reading, each with its value.
    row : word for the number of a row: "line" in a file, "flow" (its id) in a ledger.
    source, licence, attribution : publisher, terms and line to print of a record of the package; "" for other files.
    """

    file: str
    rows_read: int
    rows_kept: int
    period: str
    period_inferred: bool
    encoding: str = ""
    separator: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    refused: pd.DataFrame = field(default_factory=refusals)
    notes: tuple[str, ...] = ()
    audit: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    row: str = "line"
    source: str = ""
    licence: str = ""
    attribution: str = ""

    def reasons(self) -> dict[str, int]:
        """Return the number of refused rows for each reason, most frequent first."""
        return {reason: int(n) for reason, n in self.refused["reason"].value_counts().items()}

    def reading(self) -> dict[str, dict[str, Any]]:
        """Return the options of reading, and the decisions of the reader, as values of the same options."""
        decided = {note.field: note.value for note in self.notes if isinstance(note, Decision)}
        if self.period_inferred:
            decided["period"] = self.period
        asked = {name for name, value in self.options.items() if value not in (None, {})}
        return {"options": dict(self.options), "decided": {n: v for n, v in decided.items() if n not in asked}}

    def to_dict(self, words: Words = in_python) -> dict[str, object]:
        """Return the account as plain values for JSON, every refused row included; `words` as in `told`."""
        return {
            "file": self.file,
            "encoding": self.encoding,
            "separator": self.separator,
            "rows_read": int(self.rows_read),
            "rows_kept": int(self.rows_kept),
            "rows_refused": len(self.refused),
            "columns": dict(self.columns),
            "ignored": list(self.ignored),
            "period": self.period,
            "period_inferred": bool(self.period_inferred),
            "reasons": self.reasons(),
            "refused": self.refused.to_dict("records"),
            "notes": [said(note, words) for note in self.notes],
            **({name: getattr(self, name) for name in ("source", "licence", "attribution")} if self.source else {}),
        }

    def headline(self) -> str:
        """Return one line with the numbers of rows read, kept and refused, and the reasons."""
        why = "; ".join(f"{count:,} x {reason}" for reason, count in self.reasons().items())
        counts = f"{number_of(self.rows_read, 'row')} = {self.rows_kept:,} kept + {len(self.refused):,} refused"
        return f"{self.file}: {counts}" + (f" ({why})" if why else "")

    def __str__(self) -> str:
        return self.told(in_python)

    def told(self, words: Words) -> str:
        """Return the account as text; options that it advises are in the words of an interface."""
        origin = "inferred from the dates" if self.period_inferred else "as asked"
        lines = [self.headline().split(" refused")[0] + " refused"]
        if self.period:
            lines.append(f"  period   {self.period} ({origin})")
        if self.source:
            lines += [f"  source   {self.source}", f"  licence  {self.licence}"]
        if self.encoding:
            lines.insert(1, f"  text     {self.encoding}, separator {self.separator!r}")
        if self.columns:
            used = (f"{ours} = {visible(name)!r}" for name, ours in self.columns.items())
            lines.append("  columns  " + ", ".join(used))
        if self.ignored:
            more = len(self.ignored) - HEADERS_SHOWN
            lines.append("  ignored  " + ", ".join(repr(visible(name)) for name in self.ignored[:HEADERS_SHOWN]))
            lines[-1] += f" and {more:,} more" if more > 0 else ""
        for reason, count in self.reasons().items():
            lines.append(f"  refused  {count:,} x {reason}")
            examples = self.refused[self.refused["reason"] == reason].head(ROWS_A_REASON)
            lines += [f"           {self.row} {line}: {text}" for line, _, text in examples.itertuples(index=False)]
        lines += [f"  note     {said(note, words)}" for note in self.notes]
        lines += [f"  audit    {said(finding, words)}" for finding in self.audit]
        return "\n".join(lines)
