"""The plan of a paper, figures.yml: notebook, parameters and expected results of each job.

jobs:
  - name: cost_curve                              the folder out/cost_curve
    notebook: ../../notebooks/01_newsvendor.ipynb relative to figures.yml
    parameters: {samples: 200000}                 those that differ from the notebook's own
    yields:
      figures: [cost_curve]                       cost_curve.svg, .pdf and .png
      results: [critical_ratio]                   names in the job's results.json
  - name: surcharges                              a sweep: a job for each point of its grid
    notebook: ../../notebooks/03_cooperation.ipynb
    grid:
      lane: [BER-MUC, HAM-ROT]                    out/surcharges/lane=BER-MUC,partner_surcharge=5.0, and so on
      partner_surcharge: {from: 5, to: 40, count: 8}
    keep: results                                 results.json alone: no executed notebook, no figures
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.batch.digest import plain
from twin.batch.grid import LONGEST_FOLDER_NAME, points
from twin.batch.parameters import default_parameters
from twin.data.places import refuse_secrets
from twin.data.text import visible

KEYS = {"name", "notebook", "parameters", "grid", "yields", "keep"}
KEPT_FILES = ("everything", "results")  # accepted values of keep; the first is the default
LONGEST_COMPLAINT = 500  # longest part of an error that quotes the plan [character]
OURS = ("logs",)  # reserved folders of out/, which no job may be called
SUFFIXES = (".svg", ".pdf", ".png")


@dataclass(frozen=True)
class Job:
    """One run of one notebook for one paper."""

    name: str  # a point of a sweep is called sweep/point
    source: str  # path of the notebook as written in figures.yml
    parameters: dict[str, Any]  # those that differ from the notebook's defaults
    figures: tuple[str, ...]  # names of the expected figures, without suffix
    results: tuple[str, ...]  # names of the expected results
    paper: Path  # folder of the paper
    keep: str = KEPT_FILES[0]  # which files of a run are kept

    @property
    def notebook(self) -> Path:
        """Return the path of the notebook."""
        return Path(os.path.normpath(self.paper / self.source))

    @property
    def folder(self) -> Path:
        """Return the folder of the finished job."""
        return self.paper / "out" / self.name

    @property
    def files(self) -> list[str]:
        """Return the names of the files that a finished job must have."""
        if self.keep == "results":
            return ["results.json"]
        return ["results.json", self.notebook.name, *(f + s for f in self.figures for s in SUFFIXES)]


def read_plan(paper: str | Path) -> list[Job]:
    """Return the jobs of figures.yml in a paper's folder; raise ValueError if the plan breaks a rule."""
    from twin.batch.plan_yaml import load_yaml  # imports a package that only plans need

    path = Path(paper) / "figures.yml"
    if not path.is_file():
        raise ValueError(f"{path} is missing; a paper's folder has a figures.yml that names its jobs")
    plan = load_yaml(path)
    entries = plan.get("jobs") if isinstance(plan, dict) else None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} must have a list named jobs with at least one job; got {visible(repr(plan))}")
    jobs, names = [], set()
    for number, entry in enumerate(entries, start=1):
        try:
            jobs += _jobs(entry, Path(paper))
        except ValueError as error:
            label = entry.get("name", number) if isinstance(entry, dict) else number
            raise ValueError(f"{path}, job {visible(str(label))}: {visible(str(error), LONGEST_COMPLAINT)}") from None
        name = entry["name"].casefold()  # some file systems ignore case
        if name in names or name in OURS:
            raise ValueError(f"{path}: names of jobs must differ from each other and {OURS}; got {entry['name']} again")
        names.add(name)
    return jobs


def _jobs(entry, paper):
    """Return the job of an entry, or the jobs of a sweep; raise ValueError if a key breaks a rule."""
    if not isinstance(entry, dict) or not {"name", "notebook"} <= set(entry) <= KEYS:
        raise ValueError(f"a job has the keys {', '.join(sorted(KEYS))}, name and notebook always; got {entry!r}")
    name = _name(entry["name"], "name")
    source = entry["notebook"]
    if not isinstance(source, str) or Path(source).is_absolute() or not os.path.isfile(paper / source):
        raise ValueError(f"notebook must be a file, named relative to {paper}; got {source!r}")
    yields = entry.get("yields") or {}
    if not isinstance(yields, dict) or not set(yields) <= {"figures", "results"}:
        raise ValueError(f"yields may hold figures and results; got {yields!r}")
    figures, results = (_names(yields.get(key) or [], key) for key in ("figures", "results"))
    keep = entry.get("keep", KEPT_FILES[0])
    if keep not in KEPT_FILES:
        raise ValueError(f"keep must be {' or '.join(KEPT_FILES)}; got {keep!r}")
    if keep == "results" and figures:
        raise ValueError(
            f"keep must be {KEPT_FILES[0]} where figures are yielded; got {keep} with {', '.join(figures)}"
        )
    defaults = default_parameters(paper / source)
    parameters = _parameters(entry.get("parameters") or {}, defaults, paper / source)
    if "grid" not in entry:
        return [Job(name, source, parameters, figures, results, paper, keep)]
    found = []
    for point, values in points(entry["grid"], defaults):
        both = sorted(set(values) & set(parameters))
        if both:
            raise ValueError(f"grid must not hold what parameters do; got {', '.join(both)} in both")
        given = {**parameters, **_parameters(values, defaults, paper / source)}
        found.append(Job(f"{name}/{point}", source, given, figures, results, paper, keep))
    return found


def _name(value, key):
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", value):
        raise ValueError(f"{key} must be letters, digits, _ and - (a figure without its suffix); got {value!r}")
    if len(value) > LONGEST_FOLDER_NAME:
        raise ValueError(f"{key} must have at most {LONGEST_FOLDER_NAME} characters; got {len(value):,}")
    return value


def _names(values, key):
    if not isinstance(values, list):
        raise ValueError(f"{key} must be a list of names; got {values!r}")
    return tuple(_name(value, key) for value in values)


def _parameters(given, defaults, notebook):
    """Return the parameters, each checked to be one of the notebook's own and of the same type."""
    if not isinstance(given, dict):
        raise ValueError(f"parameters must map names to values; got {given!r}")
    for name, value in given.items():
        if name == "out_dir":
            raise ValueError(f"out_dir is set by the batch and must not be given; got {value!r}")
        if name not in defaults:
            raise ValueError(f"{name} is not a parameter of {notebook.name}, which has {', '.join(defaults)}")
        plain(name, value)
        refuse_secrets(name, value if isinstance(value, str) else json.dumps(value))
        kind = type(defaults[name])
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise ValueError(f"{name} must be of type {kind.__name__} as in {notebook.name}; got {value!r}")
        if isinstance(value, str) and Path(value).is_absolute():
            raise ValueError(f"{name} must be a path relative to the notebook's folder; got {value!r}")
    if "out_dir" not in defaults:
        raise ValueError(f"{notebook.name} has no parameter out_dir, so it cannot save what a paper needs")
    return given
