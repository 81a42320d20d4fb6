"""A job of a paper: one run of a notebook, or the means over runs with different seeds."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT_FILES = ("everything", "results")  # accepted values of keep; the first is the default
SUFFIXES = (".svg", ".pdf", ".png")


@dataclass(frozen=True)
class Job:
    """One run of one notebook for one paper, or the means over the runs with different seeds."""

    name: str  # a point of a sweep is called sweep/point
    source: str  # path of the notebook as written in figures.yml
    parameters: dict[str, Any]  # those that differ from the notebook's defaults
    figures: tuple[str, ...]  # names of the expected figures, without suffix
    results: tuple[str, ...]  # names of the expected results
    paper: Path  # folder of the paper
    keep: str = KEPT_FILES[0]  # which files of a run are kept
    reads: tuple[str, ...] = ()  # names of the jobs and sweeps whose results it reads
    over_seeds: bool = False  # whether it takes means over the runs that it reads, and runs no notebook itself

    @property
    def notebook(self) -> Path:
        """Return the path of the notebook."""
        return Path(os.path.normpath(self.paper / self.source))

    @property
    def folder(self) -> Path:
        """Return the folder of the finished job; beside the folders of its runs, means have one of their own."""
        beside = self.over_seeds and "/" not in self.name
        return self.paper / "out" / self.name / ("over_seeds" if beside else "")

    @property
    def files(self) -> list[str]:
        """Return the names of the files that a finished job must have."""
        if self.keep == "results" or self.over_seeds:
            return ["results.json"]
        return ["results.json", self.notebook.name, *(f + s for f in self.figures for s in SUFFIXES)]
