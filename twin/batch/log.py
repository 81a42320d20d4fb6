"""Logs of runs, in out/logs: start, machine, duration and output of each cell, and the reason of a failure."""

import platform
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from twin.batch.job import Job

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class JobOutcome:
    """The outcome of a job: its files (content by name) or the sentence on its failure, and its log."""

    files: dict[str, bytes] | None
    failure: str | None
    log: str


@dataclass
class LogRecord:
    """The log of a running job."""

    lines: list[str]
    began: float = field(default_factory=time.monotonic)

    def tell(self, notebook: dict[str, Any] | None) -> None:
        """Add duration, status and output of each cell, as papermill recorded them; None adds nothing."""
        added = {"injected-parameters", "papermill-error-cell-tag"}  # cells that papermill has added
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

    def outcome(self, *, files: dict[str, bytes] | None = None, failure: str | None = None) -> JobOutcome:
        """Close the log, and return it with the files or the failure of the job."""
        self.lines.append(f"{failure or 'finished'}\nafter {time.monotonic() - self.began:.2f} s")
        return JobOutcome(files, failure, "\n".join(self.lines) + "\n")


def begin(job: Job) -> LogRecord:
    """Return the log of a job that begins now on this machine."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    given = ", ".join(f"{name}={value!r}" for name, value in job.parameters.items()) or "none"
    here = f"Python {platform.python_version()} on {platform.node()}"
    return LogRecord([f"{job.name}: {job.source}", f"parameters: {given}", f"began {now}, {here}"])


def write(job: Job, text: str) -> None:
    """Write the log of a job's last run to out/logs."""
    path = job.paper / "out" / "logs" / f"{job.name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
