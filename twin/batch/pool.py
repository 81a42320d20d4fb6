"""Work spread over processes: one line of progress a task, no scheduler of our own."""

import concurrent.futures
import multiprocessing
import multiprocessing.connection
import os
import sys
import threading
import time

from tqdm import tqdm

# Processes share the cores, so none takes several; sets print in one order; figures carry one date.
WORKER = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "1767225600",
}


def in_parallel(function, tasks, *, workers=None, executor=None):
    """Return {name: function(*arguments)} for tasks, a mapping of name to arguments.

    The executor may be any of concurrent.futures' kind, one of a cluster as well; without one, the tasks
    run in fresh processes of this machine. A function tells its failure by what it returns.
    """
    if executor is not None:
        return _collect(function, tasks, executor)
    workers = max(1, min(workers or os.cpu_count() or 1, len(tasks)))
    fresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, fresh, initializer=_prepare_worker) as executor:
        try:
            return _collect(function, tasks, executor)
        except BaseException:  # Ctrl-C: nothing new begins, and what runs ends at once
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
            raise


def _collect(function, tasks, executor):
    began = time.monotonic()
    names = {executor.submit(function, *arguments): name for name, arguments in tasks.items()}
    outcomes = {}
    # The bar is for a terminal; a log gets the lines alone.
    with tqdm(total=len(tasks), file=sys.stderr, disable=None, leave=False, unit="notebook") as bar:
        for future in concurrent.futures.as_completed(names):
            name = names[future]
            try:
                outcomes[name] = future.result()
            except concurrent.futures.process.BrokenProcessPool:
                outcomes[name] = f"{name}: its process ended without a word; is the machine out of memory?"
            verdict = "failed" if outcomes[name] else "done"
            bar.write(f"  {name}: {verdict} at {time.monotonic() - began:.1f} s", file=sys.stderr)
            bar.update()
    return {name: outcomes[name] for name in tasks}


def _prepare_worker():
    """Set what every run has in common, and end this process when the one that started it has ended."""
    for name, value in WORKER.items():
        os.environ.setdefault(name, value)
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C reaches the process that started this one, which then ends it quietly

    def follow():
        multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
