"""Run tasks on an executor, with one line of progress a task."""

import concurrent.futures
import logging
import multiprocessing
import multiprocessing.connection
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from tqdm import tqdm

_LOG = logging.getLogger(__name__)


def in_parallel(
    function: Callable[..., Any],
    tasks: dict[str, tuple],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    receive: Callable[[str, Any], str | None] | None = None,
) -> dict[str, str]:
    """Run a function on the arguments of each task, and return {name: sentence} of the tasks that failed.

    function : returns a sentence on its failure or None, unless `receive` is given.
    tasks : arguments of the function by the name of each task.
    workers : number of processes, by default one per core.
    executor : any executor with the interface of concurrent.futures; by default, new processes of this machine.
    receive : called in this process with the name and the result of each task; it then returns the sentence or None.
    """
    if executor is not None:
        return _collect(function, tasks, executor, receive)
    workers = max(1, min(workers or cores(), len(tasks)))
    fresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, fresh, initializer=_prepare_worker) as executor:
        try:
            return _collect(function, tasks, executor, receive)
        except BaseException:  # on Ctrl-C, cancel waiting tasks and kill running ones
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
            raise


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _collect(function, tasks, executor, receive):
    began = time.monotonic()
    names = {executor.submit(function, *arguments): name for name, arguments in tasks.items()}
    failures = {}
    # The progress bar appears only in a terminal (disable=None), and not with --quiet; a log gets only the lines.
    hidden = None if _LOG.isEnabledFor(logging.INFO) else True
    with tqdm(total=len(tasks), file=sys.stderr, disable=hidden, leave=False, unit="task") as bar:
        for future in concurrent.futures.as_completed(list(names)):
            name = names.pop(future)  # drops the future and its result, to bound memory
            try:
                sentence = receive(name, future.result()) if receive else future.result()
            except concurrent.futures.BrokenExecutor:
                sentence = f"{name}: its process ended without a word; is the machine out of memory?"
            except concurrent.futures.CancelledError:
                sentence = f"{name}: was given up; whoever ran it is gone"
            except Exception as error:  # the task or the cluster failed; the other tasks continue
                sentence = f"{name}: {type(error).__name__}: {error}"
            if sentence:
                failures[name] = sentence
            verdict = "failed" if sentence else "done"
            bar.update()
            line = f"  {name}: {verdict} at {time.monotonic() - began:.1f} s, {len(tasks) - len(names)} of {len(tasks)}"
            _LOG.info(line)
    return {name: failures[name] for name in tasks if name in failures}


def _prepare_worker():
    """Let the parent process handle Ctrl-C, and end this worker when the parent has ended."""
    if hasattr(os, "setsid"):
        os.setsid()

    def end_with_parent():
        multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
