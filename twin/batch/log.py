"""What is told of each run, in out/logs: when, where, how long each cell took, what it printed, and why it failed."""

import platform
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class JobOutcome:
    """What comes back of a job, from whatever machine: its files, or its failure; and its log."""

    files: dict | None
    failure: str | None
    log: str


@dataclass
class LogRecord:
    """A log that is being written."""

    lines: list
    began: float = field(default_factory=time.monotonic)

    def tell(self, notebook):
        """Add what each cell of a notebook did, as papermill has noted it; of None, nothing."""
        added = {"injected-parameters", "papermill-error-cell-tag"}  # cells that are not in the notebook's file
        cells = [
            cell for cell in (notebook or {"cells": []})["cells"] if not added & {*cell["metadata"].get("tags", [])}
        ]
        for number, cell in enumerate(cells, start=1):
            ran = cell["metadata"].get("papermill", {})
            if cell["cell_type"] != "code" or ran.get("duration") is None:
                continue
            self.lines.append(f"cell {number}: {ran['duration']:.2f} s, {ran['status']}")
            for output in cell["outputs"]:
                said = output.get("text") or output.get("traceback") or ""
                text = said if isinstance(said, str) else "\n".join(said)
                self.lines += [f"    {line}" for line in COLOURS.sub("", text).splitlines()]

    def outcome(self, *, files=None, failure=None):
        """Close the log, and return it with what the job yielded."""
        self.lines.append(f"{failure or 'finished'}\nafter {time.monotonic() - self.began:.2f} s")
        return JobOutcome(files, failure, "\n".join(self.lines) + "\n")


def begin(job):
    """Return the log of a job that begins now and here."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    given = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items()) or "none"
    here = f"Python {platform.python_version()} on {platform.node()}"
    return LogRecord([f"{job.name}: {job.source}", f"parameters: {given}", f"began {now}, {here}"])


def write(job, text):
    """Write the log of a job's last run to its place."""
    path = job.paper / "out" / "logs" / f"{job.name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
