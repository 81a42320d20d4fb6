"""The entries of a plan: each is checked, and gives one job, the jobs of a sweep, or the runs of all its seeds."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from twin.batch import grid
from twin.batch.digest import plain
from twin.batch.job import KEPT_FILES, Job
from twin.batch.parameters import default_parameters
from twin.batch.reads import RESULTS_FILE
from twin.batch.seeds import names_over_seeds, seeds_of
from twin.data.files.options import ReadingOptions
from twin.data.places import refuse_secrets

KEYS = {"name", "notebook", "parameters", "reading", "grid", "seeds", "reads", "yields", "keep"}
READING_KEY = "reading"  # key of a job, and the parameter that it sets: how its file of flows is read
SET_BY_BATCH = ("out_dir", RESULTS_FILE)  # parameters that a plan must not set


def jobs_of(entry: Any, paper: Path) -> list[Job]:
    """Return the job of an entry, or its jobs if it is a sweep or has several seeds; raise ValueError if it is wrong.

    paper : folder of the paper.
    """
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
    reads = _reads(entry.get("reads") or [])
    defaults = default_parameters(paper / source)
    parameters = _parameters(_with_reading(entry), defaults, paper / source)
    if reads and RESULTS_FILE not in defaults:
        raise ValueError(
            f"reads needs a notebook with the parameter {RESULTS_FILE}, which names the file that it reads; "
            f"{Path(source).name} has {', '.join(defaults)}"
        )
    job = Job(name, source, parameters, figures, results, paper, keep, reads)
    seeds = seeds_of(entry["seeds"], defaults, Path(source).name) if "seeds" in entry else []
    if "grid" not in entry:
        return _with_seeds(job, seeds) if seeds else [job]
    found = []
    for point, values in grid.points(entry["grid"], defaults):
        both = sorted(set(values) & set(parameters))
        if both:
            raise ValueError(f"grid must not hold what parameters do; got {', '.join(both)} in both")
        given = {**parameters, **_parameters(values, defaults, paper / source)}
        at_point = replace(job, name=f"{name}/{point}", parameters=given)
        found += _with_seeds(at_point, seeds, values) if seeds else [at_point]
        if len(found) > grid.MOST_POINTS:
            raise ValueError(f"grid and seeds must give at most {grid.MOST_POINTS:,} jobs")
    return found


def _with_reading(entry):
    """Return the parameters of an entry, with the options of reading under their own key among them."""
    given = entry.get("parameters") or {}
    if READING_KEY not in entry:
        return given
    if isinstance(given, dict) and READING_KEY in given:
        raise ValueError(f"{READING_KEY} must be said once; got it among the parameters, too")
    return {**given, READING_KEY: entry[READING_KEY] or {}} if isinstance(given, dict) else given


def _with_seeds(job, seeds, values=None):
    """Return the runs of a job with each seed, and the job that takes the means over them.

    values : {parameter: value} of the point of a grid.
    """
    if "seed" in job.parameters:
        raise ValueError(f"seeds must not be given with a parameter seed; got seed {job.parameters['seed']}")
    sweep = job.name.partition("/")[0]
    runs = [
        replace(
            job,
            name=f"{sweep}/{grid.point_name({**(values or {}), 'seed': seed})}",
            parameters={**job.parameters, "seed": seed},
        )
        for seed in seeds
    ]
    means = replace(
        job,
        figures=(),
        results=names_over_seeds(job.results),
        keep=KEPT_FILES[0],
        reads=tuple(run.name for run in runs),
        over_seeds=True,
    )
    return [*runs, means]


def _reads(names):
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"reads must be a list of names of jobs; got {names!r}")
    return tuple(dict.fromkeys(names))


def _name(value, key):
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", value):
        raise ValueError(f"{key} must be letters, digits, _ and - (a figure without its suffix); got {value!r}")
    if len(value) > grid.LONGEST_FOLDER_NAME:
        raise ValueError(f"{key} must have at most {grid.LONGEST_FOLDER_NAME} characters; got {len(value):,}")
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
        if name in SET_BY_BATCH:
            raise ValueError(f"{name} is set by the batch and must not be given; got {value!r}")
        if name not in defaults:
            raise ValueError(f"{name} is not a parameter of {notebook.name}, which has {', '.join(defaults)}")
        plain(name, value)
        refuse_secrets(name, value if isinstance(value, str) else json.dumps(value))
        kind = type(defaults[name])
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise ValueError(f"{name} must be of type {kind.__name__} as in {notebook.name}; got {value!r}")
        if name == READING_KEY:
            ReadingOptions.of(value)
        if isinstance(value, str) and Path(value).is_absolute():
            raise ValueError(f"{name} must be a path relative to the notebook's folder; got {value!r}")
    if "out_dir" not in defaults:
        raise ValueError(f"{notebook.name} has no parameter out_dir, so it cannot save what a paper needs")
    return given
