"""The account of a file: what was read, what was refused and why, and what was decided on the way."""

from dataclasses import dataclass, field

import pandas as pd

from twin.data.text import visible

ROWS_A_REASON = 3  # refused rows shown for each reason


def refusals(rows=()):
    """Return refused rows (line, reason, text) as a table in the order of the file."""
    table = pd.DataFrame(list(rows), columns=["line", "reason", "text"])
    table = table.astype({"line": "int64", "reason": "str", "text": "str"})
    return table.sort_values("line", kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Account:
    """Everything a reader of a file decided; `rows_read == rows_kept + len(refused)` always holds.

    file, encoding, separator : where the rows come from and how the text was decoded.
    rows_read, rows_kept : records after the header (blank lines are not records), and those that count.
    columns : header of the file -> the name it has here (date, lane, volume, returns).
    ignored : headers that have no meaning here.
    period, period_inferred : "D", "W" or "MS", and whether the dates decided it.
    refused : one row per refused record: line (1 is the first line of the file), reason, text.
    notes : sentences on every other decision.
    row : what a row's number is called: the line of a file, the id of a flow.
    """

    file: str
    rows_read: int
    rows_kept: int
    period: str
    period_inferred: bool
    encoding: str = ""
    separator: str = ""
    columns: dict = field(default_factory=dict)
    ignored: tuple = ()
    refused: pd.DataFrame = field(default_factory=refusals)
    notes: tuple = ()
    row: str = "line"

    def reasons(self):
        """Return the number of refused rows for each reason, most frequent first."""
        return {reason: int(n) for reason, n in self.refused["reason"].value_counts().items()}

    def to_dict(self):
        """Return the account, with every refused row, as plain values for JSON."""
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
            "notes": list(self.notes),
        }

    def headline(self):
        """Return one line: rows read, kept and refused, and why."""
        why = "; ".join(f"{count:,} x {reason}" for reason, count in self.reasons().items())
        counts = f"{self.rows_read:,} rows = {self.rows_kept:,} kept + {len(self.refused):,} refused"
        return f"{self.file}: {counts}" + (f" ({why})" if why else "")

    def __str__(self):
        origin = "inferred from the dates" if self.period_inferred else "as asked"
        lines = [
            self.headline().split(" refused")[0] + " refused",
            f"  period   {self.period} ({origin})",
        ]
        if self.encoding:
            lines.insert(1, f"  text     {self.encoding}, separator {self.separator!r}")
        if self.columns:
            used = (f"{ours} = {visible(name)!r}" for name, ours in self.columns.items())
            lines.append("  columns  " + ", ".join(used))
        if self.ignored:
            lines.append("  ignored  " + ", ".join(repr(visible(name)) for name in self.ignored))
        for reason, count in self.reasons().items():
            lines.append(f"  refused  {count:,} x {reason}")
            examples = self.refused[self.refused["reason"] == reason].head(ROWS_A_REASON)
            lines += [f"           {self.row} {line}: {text}" for line, _, text in examples.itertuples(index=False)]
        lines += [f"  note     {note}" for note in self.notes]
        return "\n".join(lines)
