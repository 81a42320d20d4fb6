"""Work spread over an executor: one line of progress a task, no scheduler of our own."""

import concurrent.futures
import multiprocessing
import multiprocessing.connection
import os
import sys
import threading
import time

from tqdm import tqdm


def in_parallel(function, tasks, *, workers=None, executor=None, receive=None):
    """Return {name: sentence} of the tasks that failed; tasks maps names to arguments of the function.

    The executor may be any of concurrent.futures' kind, one of a cluster as well; without one, the tasks
    run in fresh processes of this machine. A function returns the sentence that tells its failure, or None;
    where `receive` is given, that does, called here with the name of each task and what its function returned.
    """
    if executor is not None:
        return _collect(function, tasks, executor, receive)
    workers = max(1, min(workers or cores(), len(tasks)))
    fresh = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, fresh, initializer=_prepare_worker) as executor:
        try:
            return _collect(function, tasks, executor, receive)
        except BaseException:  # Ctrl-C: nothing new begins, and what runs ends at once
            executor.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
            raise


def cores():
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _collect(function, tasks, executor, receive):
    began = time.monotonic()
    names = {executor.submit(function, *arguments): name for name, arguments in tasks.items()}
    failures = {}
    # The bar is for a terminal; a log gets the lines alone.
    with tqdm(total=len(tasks), file=sys.stderr, disable=None, leave=False, unit="task") as bar:
        for future in concurrent.futures.as_completed(list(names)):
            name = names.pop(future)  # with all that it returned: thousands of results do not add up
            try:
                sentence = receive(name, future.result()) if receive else future.result()
            except concurrent.futures.BrokenExecutor:
                sentence = f"{name}: its process ended without a word; is the machine out of memory?"
            except concurrent.futures.CancelledError:
                sentence = f"{name}: was given up; whoever ran it is gone"
            except Exception as error:  # a cluster's own; the other tasks go on
                sentence = f"{name}: {type(error).__name__}: {error}"
            if sentence:
                failures[name] = sentence
            verdict = "failed" if sentence else "done"
            bar.update()
            told = f"  {name}: {verdict} at {time.monotonic() - began:.1f} s, {len(tasks) - len(names)} of {len(tasks)}"
            bar.write(told, file=sys.stderr)
    return {name: failures[name] for name in tasks if name in failures}


def _prepare_worker():
    """End this process when the one that started it has ended, and leave Ctrl-C to that."""
    if hasattr(os, "setsid"):
        os.setsid()

    def follow():
        multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
