"""Generate the tables of NOTATION.md from the registry: python -m twin.plan.notation."""

from __future__ import annotations

import re
from pathlib import Path

from twin._quantity import Quantity
from twin.answers import ANSWERS
from twin.plan.quantities import DERIVED, FORECAST, HORIZON, JUDGEMENT, RECORDED
from twin.policy import POLICY

NOTATION_FILE = "NOTATION.md"
HEAD = "| Python name | symbol | unit | meaning | defined in |\n|---|---|---|---|---|\n"
#: Rows of each generated table, by its name between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
TABLES = {
    "record": (*RECORDED, *FORECAST),
    "policy": tuple(POLICY.values()),
    "answers": (*(row for name, row in ANSWERS.items() if name not in POLICY), *HORIZON, *JUDGEMENT),
    "derived": DERIVED,
}


def renewed(text: str) -> str:
    """Return the text of NOTATION.md with regenerated tables."""
    for name, rows in TABLES.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        table = HEAD + "".join(map(_row, rows))
        text = re.sub(f"{begin}.*?{end}", lambda _, new=f"{begin}{table}{end}": new, text, flags=re.DOTALL)
    return text


def _row(row: Quantity) -> str:
    return f"| `{row.name}` | {row.symbol} | {row.unit} | {row.meaning} | `{row.source}` |\n".replace("|  |", "| |")


if __name__ == "__main__":
    path = Path(NOTATION_FILE)
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
