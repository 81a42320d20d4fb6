"""The seal of a finished job: its inputs, and the digests of its files and results when it ended."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twin.batch.digest import digest, digest_of_file, dump
from twin.batch.job import Job

#: Words for inputs in sentences on changes; the others are called by their names.
CHANGED_INPUTS = {"job": "its name", "data": "its data", "reads_digest": "what it reads"}


def seal(job: Job, folder: Path, inputs: dict[str, Any]) -> None:
    """Check that a job has produced all planned figures and results, and add inputs and digests to its results.json."""
    missing = [name for name in job.files if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"{job.source} must yield {', '.join(missing)}, and did not")
    path = folder / "results.json"
    results = json.loads(path.read_text(encoding="utf-8"))["results"]
    missing = sorted(set(job.results) - set(results))
    if missing:
        raise ValueError(f"{job.source} must yield the results {', '.join(missing)}; got {', '.join(results)}")
    for name, result in results.items():
        value, unit = result["value"], result.get("unit")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{job.source}: the result {name} must be a finite number; got {value!r}")
        if not isinstance(unit, str):
            raise ValueError(f"{job.source}: the result {name} must have a unit, a text; got {unit!r}")
    sealed = {name: digest_of_file(file) for name, file in _files(folder).items()}
    told = {"provenance": inputs, "results": results, "sealed": {**sealed, "results": digest(results)}}
    path.write_text(dump(told), encoding="utf-8", newline="\n")


def has_run(job: Job) -> bool:
    """Return whether a job has finished before, with any inputs."""
    return (job.folder / "results.json").exists()


def faults(job: Job, inputs: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for each difference between a job's folder and what these inputs give."""
    try:
        told = json.loads((job.folder / "results.json").read_text(encoding="utf-8"))
        recorded, results, sealed = dict(told["provenance"]), told["results"], dict(told["sealed"])
    except FileNotFoundError:
        yield f"{job.name} has not been run"
        return
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        yield f"{job.folder / 'results.json'} is damaged"
        return
    changed = [words for key in sorted({*inputs, *recorded} - {"digest"}) for words in _changes(key, recorded, inputs)]
    if changed:
        yield f"{job.name} was made before {', '.join(dict.fromkeys(changed))}"
    if recorded.pop("digest", None) != digest(recorded):
        yield f"{job.name}: its record of inputs has been changed"
    if digest(results) != sealed.pop("results", None):
        yield f"{job.name}: a number in {job.folder / 'results.json'} has been changed"
    here = _files(job.folder)
    missing = sorted({*job.results, *job.files} - {*results, *here, *sealed, "results.json"})
    if missing:
        yield f"{job.name} has not yielded {', '.join(missing)}"
    for name in sorted({*here, *sealed}):
        if name not in here:
            yield f"{job.folder / name} is missing"
        elif name not in sealed:
            yield f"{job.folder / name} is of no job"
        elif digest_of_file(here[name]) != sealed[name]:
            yield f"{job.folder / name} has been changed"


def _changes(key, before, now):
    """Yield the changes of the inputs under one key, in words."""
    was, is_now = before.get(key), now.get(key)
    if was == is_now:
        return
    if isinstance(was, dict) and isinstance(is_now, dict) and key != "data":
        for name in sorted({*was, *is_now}):
            if was.get(name) != is_now.get(name):
                yield f"{name} was changed from {was.get(name, 'its default')} to {is_now.get(name, 'its default')}"
    else:
        name = CHANGED_INPUTS.get(key, key.removesuffix("_digest"))
        yield f"{name} was changed"


def _files(folder):
    """Return {name: path} of the files of a job, except results.json, which holds their digests."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files.pop("results.json", None)
    return files
