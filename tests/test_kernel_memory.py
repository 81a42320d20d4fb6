"""The memory of a page's kernel is limited, that of a batch is not, and a page says in a sentence what was too much."""

import logging
import os
import subprocess
import sys

import pytest
from test_forked import FORKS, kernel

from twin.apps import forked, kernel_memory
from twin.apps.kernel_memory import MEMORY_VARIABLE, OF_PAGE, limit
from twin.apps.serve import Sessions
from twin.view import guard

needs_limits = pytest.mark.skipif(not kernel_memory.can_be_limited(), reason="only Linux limits the memory of a kernel")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
ASKED = "import numpy\ntry:\n    print(numpy.ones(125_000_000)[-1])\nexcept MemoryError:\n    print('refused')"  # 1 GB


@pytest.mark.parametrize(
    "text, size",
    [("2 GB", 2e9), ("1.5gb", 1.5e9), ("600M", 6e8), ("1 GiB", 2**30), ("700000 kB", 7e8), (" 900000000 ", 9e8)],
)
def test_a_size_is_read_with_and_without_a_unit(text, size):
    assert limit(text) == size


@pytest.mark.parametrize("text", ["2 cats", "-2 GB", "0", "499 MB", "2", "nan", "inf", "1e9", "9" * 30, "2 i", "GB"])
def test_a_size_that_cannot_be_meant_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=rf"^{MEMORY_VARIABLE} must be a size of at least 500 MB, .*; got "):
        limit(text)


def test_a_server_refuses_to_start_with_a_wrong_size(tmp_path):
    command = [sys.executable, "-m", "voila", str(tmp_path), "--no-browser"]
    environment = {**ENVIRONMENT, MEMORY_VARIABLE: "much"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90)
    assert run.returncode == 1 and f"{MEMORY_VARIABLE} must be a size" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize("can, said", [(True, "Each page may use 0.7 GB"), (False, "memory of a page is not limited")])
def test_the_log_says_whether_memory_is_limited(can, said, monkeypatch, caplog):
    monkeypatch.setenv(MEMORY_VARIABLE, "700 MB")
    monkeypatch.setattr(kernel_memory, "can_be_limited", lambda: can)
    with caplog.at_level(logging.INFO):
        Sessions(log=logging.getLogger("server"))
    assert said in caplog.text


@needs_limits
@pytest.mark.parametrize("way", ["forked", "usual"])
def test_the_kernel_of_a_page_is_limited_and_that_of_a_batch_is_not(way, monkeypatch):
    if way == "usual":
        monkeypatch.setattr(forked, "_is_ours", lambda command: False)
    elif not FORKS:
        pytest.skip("kernels are forked on Linux alone")
    monkeypatch.setenv(MEMORY_VARIABLE, "900 MB")
    with kernel(env={**ENVIRONMENT, OF_PAGE: "False"}) as page, kernel(env=ENVIRONMENT) as batch:
        assert page.says(ASKED) == "refused" and batch.says(ASKED) == "1.0"
        assert page.says("print(numpy.ones(1000)[-1])") == "1.0"
        page.run(page.manager.restart_kernel(now=True))
        page.run(page.client.wait_for_ready(timeout=60))
        assert page.says(ASKED) == "refused"


@needs_limits
def test_the_kernel_of_a_page_reserves_no_memory_that_it_does_not_use():
    asked = (
        "import re, pyarrow\ndef reserved():\n"
        "    return int(re.search(r'VmData:\\s+(\\d+) kB', open('/proc/self/status').read())[1]) / 1e3\n"
        "before = reserved()\npyarrow.array(['a'] * 1000)\nprint(reserved() - before)"
    )
    forked.stop()
    forked.prepare(ENVIRONMENT)  # as Sessions does; the server that forks the page's kernel chooses the allocator
    with kernel(env={**ENVIRONMENT, OF_PAGE: "False"}) as page:
        assert float(page.says(asked)) < 100  # [MB]


@needs_limits
def test_a_limit_can_only_be_lowered():
    code = (
        "import os\nfrom twin.apps.kernel_memory import *\n"
        "for size in (9e8, 8e8, 2e9):\n    limit_process(os.getpid(), int(size))\n    print(limit_here())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["900000000", "800000000", "800000000"]


def test_a_lack_of_memory_is_a_sentence_and_frees_what_the_step_has_filled(monkeypatch, capfd):
    held, said = [], []

    class Big:
        def __del__(self):
            held.append("freed")

    def step():
        big = Big()  # noqa: F841, the variable is what is freed
        raise MemoryError("Unable to allocate 9 GiB")

    monkeypatch.setattr(guard, "limit_here", lambda: 2_000_000_000)
    with guard.told(lambda text: said.append((text, list(held)))):
        step()
    (told,) = said
    assert told == (
        "This needs more memory than the 2 GB that a page may use; it was not done, and everything else works on.",
        ["freed"],
    )
    assert "MemoryError: Unable to allocate 9 GiB" in capfd.readouterr().err
    monkeypatch.setattr(guard, "limit_here", lambda: None)
    with guard.told(lambda text: said.append(text)):
        step()
    assert said[-1].startswith("This needs more memory than this machine has left; ")
