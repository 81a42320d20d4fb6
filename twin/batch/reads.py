"""Jobs that read the results of other jobs: which ones, in which order they run, and the table that each reads."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from twin.batch import summary
from twin.batch.job import Job

RESULTS_FILE = "results_file"  # parameter of a notebook that names the file with the results that it reads
READ_TABLE = "results_read.csv"  # this file, in the folder of the job


def jobs_read(jobs: Sequence[Job]) -> dict[str, list[Job]]:
    """Return {name: the jobs whose results it reads} of the jobs that read any; raise ValueError for unknown names."""
    known: dict[str, list[Job]] = {}
    for job in jobs:
        for name in {job.name, job.name.partition("/")[0]}:
            known.setdefault(name, []).append(job)
    found = {}
    for job in jobs:
        unknown = [name for name in job.reads if name not in known]
        if unknown:
            entries = dict.fromkeys(other.name.partition("/")[0] for other in jobs)
            raise ValueError(
                f"job {job.name}: reads must name jobs of the plan, which are {', '.join(entries)}; "
                f"got {', '.join(unknown)}"
            )
        if job.reads:
            found[job.name] = list({other.name: other for name in job.reads for other in known[name]}.values())
    return found


def stages(jobs: Sequence[Job]) -> Iterator[list[Job]]:
    """Yield the jobs in stages: a job comes after all jobs that it reads; raise ValueError if they form a circle."""
    read = jobs_read(jobs)
    order = TopologicalSorter({job.name: [other.name for other in read.get(job.name, ())] for job in jobs})
    try:
        order.prepare()
    except CycleError as error:
        circle = " reads ".join(reversed(error.args[1]))
        raise ValueError(f"reads must not lead back to the job itself; got {circle}") from None
    while order.is_active():
        ready = set(order.get_ready())
        yield [job for job in jobs if job.name in ready]
        order.done(*ready)


def with_jobs_read(chosen: Sequence[Job], jobs: Sequence[Job]) -> list[Job]:
    """Return the chosen jobs and all jobs that they read, directly or through others, in the order of the plan."""
    read, wanted, waiting = jobs_read(jobs), set(), [job.name for job in chosen]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += [other.name for other in read.get(name, ())]
    return [job for job in jobs if job.name in wanted]


def table_read(jobs: Sequence[Job]) -> bytes:
    """Return the table of the results of finished jobs as CSV, in the form of out/summary.csv."""
    return summary.as_csv(summary.table(jobs, summary.finished_of(jobs)))
