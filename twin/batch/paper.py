"""From a paper's folder to its PDF: jobs, comparison with what is expected, typesetting."""

import contextlib
import csv
import hashlib
import json
import math
import os
import sys
from pathlib import Path

from twin.batch.jobs import dump, run
from twin.batch.plan import read_plan


def build(folder, *, workers=None, only=None, force=False, executor=None):
    """Build the paper in a folder and return the exit code; what goes wrong is told in sentences.

    only names jobs to run; the paper itself is then left as it is. force runs jobs that are up to date.
    """
    folder = Path(folder)
    try:
        jobs = read_plan(folder)
        unknown = sorted(set(only or ()) - {job.name for job in jobs})
        if unknown:
            known = ", ".join(job.name for job in jobs)
            raise ValueError(f"{folder} has no job {', '.join(unknown)}; it has {known}")
        jobs = [job for job in jobs if only is None or job.name in only]
        with _alone(folder / "out"):
            failures = run(jobs, workers=workers, executor=executor, force=force)
            if failures:
                raise ValueError("\n".join(failures.values()))
            results = collect(jobs)
            compare(results, folder / "expected.csv", partly=only is not None)
            if only is None:
                _replace(folder / "out" / "results.json", dump(results).encode())
                typeset(folder)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{folder}: stopped; finished jobs are kept", file=sys.stderr)
        return 130
    return 0


def collect(jobs):
    """Return {job: {name: {value, unit}}} of finished jobs."""
    files = {job.name: job.folder / "results.json" for job in jobs}
    return {name: json.loads(file.read_text(encoding="utf-8"))["results"] for name, file in files.items()}


def compare(results, expected, *, partly=False):
    """Raise a ValueError naming every number that is not the expected one; no file, no expectations."""
    if not expected.is_file():
        return
    with expected.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    complaints = []
    for number, row in enumerate(rows, start=2):
        if partly and row["job"] not in results:
            continue
        where = f"{expected}, line {number}: {row['job']} {row['name']}"
        got = results.get(row["job"], {}).get(row["name"])
        if got is None:
            complaints.append(f"{where} is in no job's results")
            continue
        try:
            value = float(row["value"])
            relative, absolute = (float(row[f"{kind}_tolerance"] or 0) for kind in ("rel", "abs"))
        except ValueError as error:
            complaints.append(f"{where} must have numbers as value and tolerances: {error}")
            continue
        if not math.isclose(got["value"], value, rel_tol=0, abs_tol=max(absolute, relative * abs(value))):
            complaints.append(f"{where} is {got['value']!r}, expected {value!r} (by {row['source']})")
        elif got["unit"] != row["unit"]:
            complaints.append(f"{where} is in [{got['unit']}], expected in [{row['unit']}]")
    if complaints:
        raise ValueError("\n".join(complaints))


def typeset(folder):
    """Typeset paper.typ to out/paper.pdf, unless nothing that it may read has changed."""
    pdf, mark = folder / "out" / "paper.pdf", folder / "out" / ".paper.digest"
    digest = _digest_of_inputs(folder)
    if pdf.is_file() and mark.is_file() and mark.read_text() == digest + hashlib.sha256(pdf.read_bytes()).hexdigest():
        print(f"{pdf} is up to date")
        return
    import typst

    try:
        # Fonts come with Typst: those of the machine would make other pages elsewhere.
        pages = typst.compile(folder / "paper.typ", root=folder, ignore_system_fonts=True, timestamp=0)
    except (RuntimeError, typst.TypstError) as error:
        raise ValueError(f"{folder / 'paper.typ'} cannot be typeset: {error}") from None
    _replace(pdf, pages)
    _replace(mark, (digest + hashlib.sha256(pages).hexdigest()).encode())
    print(pdf)


def _digest_of_inputs(folder):
    """Return a digest of all that a template can read: the paper's own files, results and figures."""
    import importlib.metadata

    total = hashlib.sha256(importlib.metadata.version("typst").encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder)
        if name.name != "paper.pdf" and not any(part.startswith(".") for part in name.parts):
            total.update(f"{name.as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _replace(path, content):
    """Write a file so that it is the old or the new one, never a part; equal content is left alone."""
    if path.is_file() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    os.replace(partial, path)


@contextlib.contextmanager
def _alone(out):
    """Hold a paper's output for one build at a time; the lock goes with the process, even when killed."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass  # no such locks on this system; builds there do not meet by accident
        except OSError:
            raise ValueError(f"another build is at work in {out}; wait for it to end") from None
        yield
