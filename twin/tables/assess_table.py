"""Assess a table of lanes from Parquet to Parquet, part by part, on one machine or on a cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from twin import accuracy
from twin._check import numbers, require
from twin._choices import coded
from twin.answers import UNITS
from twin.compute.cluster import executor_on
from twin.compute.folder_lock import folder_lock
from twin.compute.pool import in_parallel
from twin.demand import days_per_period
from twin.policy import POLICY
from twin.tables.part import Recipe, digest_in, is_intact, make_part
from twin.tables.source import LaneTable, batches

__all__ = ["Done", "LaneTable", "assess_table", "first_remarks"]

SUCCESS_FILE = "_SUCCESS"  # the name that Spark uses, so that other tools ignore the file
_PART = re.compile(r"part-\d{5,}\.parquet")
_PARTIAL = re.compile(rf"\.{_PART.pattern}\.[0-9a-f]{{32}}")


class Done(NamedTuple):
    """Outcome of a run: lanes assessed, lanes kept from earlier runs, whether the folder is complete, and failures.

    damaged : names of the files of earlier runs that did not agree with their checksums, and were made again.
    """

    assessed: int
    kept: int
    complete: bool
    failures: tuple[str, ...]
    damaged: tuple[str, ...] = ()


def assess_table(
    table: LaneTable,
    to: str | Path,
    given: Mapping[str, float] | None = None,
    *,
    period: str = "D",
    keep: Sequence[str] | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Done:
    """Write the answers of `lane.assess` for every lane of a table into a folder of Parquet files; return `Done`.

    Parameters
    ----------
    table : LaneTable
    to : path of the folder, new or from an earlier run
    given : dict, optional
        Policy fields for all lanes, one number or word each; a value in a column of the table overrides it.
    period : "D", "W", "MS" or "QS", optional
        Period of the demand.
    keep : sequence of names in `answers.UNITS`, optional
        Answers to write, by default all.
    workers : int, optional
        Number of processes, by default one per core.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead; both paths must be valid on them, too.

    pandas, Dask, DuckDB and Spark read the folder as one table. Its files, part-00000.parquet and so on, hold the lanes
    in their order: the column lane, if there is one, and the answers, bit for bit those of `lane.assess`, each with its
    unit in the metadata of its field. The folder is complete when it holds a file _SUCCESS. Each worker holds one batch
    of lanes in memory.

    A part appears when it is complete. A later run makes only the parts that are missing or damaged, or that were made
    from another source, policy, period, choice of answers or version; it finds damage by the checksum that every page
    has. If a lane cannot be assessed, its part is left out, a sentence names the first such lane, and the run continues
    with the other parts.

    Errors
    ------
    ValueError if an argument cannot be used, if the folder holds foreign files, or if another run uses it.
    """
    folder = Path(to).resolve()
    given = {name: _number(name, value) for name, value in (given or {}).items() if table.missing.get(name) != 0}
    recipe = Recipe(table.columns, table.label, given, period, tuple(dict.fromkeys(UNITS if keep is None else keep)))
    _check(table, folder, recipe)
    parts = {f"part-{number:05d}.parquet": part for number, part in enumerate(table.parts)}
    digests = {name: recipe.digest(part.pieces) for name, part in parts.items()}
    _present(folder)  # refuses a folder with foreign files before the lock is written into it
    with executor_on(scheduler) if scheduler else nullcontext() as executor, folder_lock(folder):
        present = _present(folder)
        same = [name for name, digest in digests.items() if present.get(name) == digest]
        damaged = tuple(name for name in same if not is_intact(folder / name, parts[name].lanes))
        present.update(dict.fromkeys(damaged, "damaged"))
        missing = {name: part for name, part in parts.items() if present.get(name) != digests[name]}
        if present != digests:
            (folder / SUCCESS_FILE).unlink(missing_ok=True)
        for name, _ in present.items() - digests.items():
            (folder / name).unlink()
        _sweep(folder)
        tasks = {name: (folder / name, part.pieces, recipe) for name, part in missing.items()}
        try:
            outcomes = in_parallel(make_part, tasks, workers=workers, executor=executor) if tasks else {}
        finally:
            _sweep(folder)
        # Read again: a worker of an earlier run may have finished a part in the meantime.
        if complete := _present(folder) == digests:
            (folder / SUCCESS_FILE).touch()
    failures = {name: sentence for name, sentence in outcomes.items() if sentence}
    assessed = sum(part.lanes for name, part in missing.items() if name not in failures)
    kept = table.lanes - sum(part.lanes for part in missing.values())
    return Done(assessed, kept, complete, tuple(failures.values()), damaged)


def first_remarks(table: LaneTable, given: Mapping[str, float], period: str) -> tuple[int, tuple[str, ...]]:
    """Return the number of lanes in the first batch of a table, and what `accuracy.remarks` says of them.

    A batch with a lane that cannot be assessed has no remarks; the failure of its part says why.
    """
    stated = {name: _number(name, value) for name, value in given.items() if table.missing.get(name) != 0}
    recipe = Recipe(table.columns, table.label, stated, period, ())
    _, _, batch = next(batches(table.parts[0].pieces, recipe.columns))
    try:
        return len(batch), accuracy.remarks(recipe.lanes(batch), period)
    except ValueError:
        return 0, ()


def _number(name, value):
    """Return a field given for all lanes as a float, or as one of its words."""
    if name in POLICY and (choices := POLICY[name].choices):
        return choices[int(coded(name, value, choices))]
    require(np.ndim(value) == 0, name, "one number for all lanes, or a column of the table", value)
    return float(*numbers(**{name: value}))


def _check(table, folder, recipe):
    """Raise ValueError if an argument cannot be used, before anything is written."""
    days_per_period(recipe.period)
    unknown = [name for name in recipe.keep if name not in UNITS]
    require(not unknown and recipe.keep, "keep", f"some of {', '.join(UNITS)}", ", ".join(unknown) or "none of them")
    unknown = [name for name in recipe.given if name not in POLICY]
    require(not unknown, "given", f"some of {', '.join(POLICY)}", ", ".join(unknown))
    apart = not (folder.is_relative_to(table.path) or table.path.is_relative_to(folder))
    require(apart, "to", f"a folder apart from {table.path}", folder)
    require(folder.is_dir() or not folder.exists(), "to", "a folder, or new", folder)
    # If the policy for all lanes makes the first lane fail, it would make every part fail.
    _, _, batch = next(batches(table.parts[0].pieces, recipe.columns))
    first, bare = batch.slice(0, 1), replace(recipe, given={})
    if (sentence := recipe.refusal(first)) and not bare.refusal(first):
        raise ValueError(sentence)


def _present(folder):
    """Return {name: digest} of the parts in a folder; raise ValueError if it holds foreign files."""
    entries = sorted(entry.name for entry in folder.iterdir()) if folder.exists() else []
    parts = {name: digest_in(folder / name) for name in entries if _PART.fullmatch(name)}
    foreign = [name for name, digest in parts.items() if digest is None]
    foreign += [
        name for name in entries if not (name in parts or name in (SUCCESS_FILE, ".lock") or _PARTIAL.fullmatch(name))
    ]
    require(not foreign, folder, "a new folder, or one with nothing but answers of ours", ", ".join(foreign[:3]))
    return parts


def _sweep(folder):
    """Remove partial files of killed runs."""
    for entry in folder.iterdir():
        if _PARTIAL.fullmatch(entry.name):
            entry.unlink(missing_ok=True)
