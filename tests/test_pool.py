"""Tasks spread over processes: as many at once as is asked for, and one line of progress for each."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from twin.compute import pool


@pytest.mark.parametrize(
    ("workers", "tasks", "processes"), [(None, 9, 4), (1, 9, 1), (3, 9, 3), (20, 9, 9), (None, 2, 2), (None, 0, 1)]
)
def test_as_many_processes_as_are_asked_for_and_no_more_than_tasks(monkeypatch, workers, tasks, processes):
    begun = []

    def executor(count, *_, **__):
        begun.append(count)
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(pool, "cores", lambda: 4)
    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", executor)
    assert pool.in_parallel(lambda: None, {str(i): () for i in range(tasks)}, workers=workers) == {}
    assert begun == [processes]


def test_failures_are_sentences_in_the_order_of_the_tasks(capsys, progress):
    def function(name):
        if name == "c":
            raise OSError("no room")
        return f"{name} failed" if name == "a" else None

    with ThreadPoolExecutor(1) as executor:
        failures = pool.in_parallel(function, {name: (name,) for name in "cba"}, executor=executor)
    assert list(failures.items()) == [("c", "c: OSError: no room"), ("a", "a failed")]
    told = [line.partition(" at ")[0].strip() for line in capsys.readouterr().err.splitlines()]
    assert sorted(told) == ["a: failed", "b: done", "c: failed"]


def test_what_a_function_returns_goes_to_the_receiver():
    received = {}
    with ThreadPoolExecutor(1) as executor:
        failures = pool.in_parallel(
            lambda x: x * x, {"two": (2,), "three": (3,)}, executor=executor, receive=received.__setitem__
        )
    assert (received, failures) == ({"two": 4, "three": 9}, {})
