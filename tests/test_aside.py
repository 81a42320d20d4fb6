"""A computation in a forked process ends with the process that waits for it, and goes after it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from twin.compute.aside import POSSIBLE, Aside

KILLED = """
import os, signal, time
from twin.compute.aside import Aside
print(Aside(lambda: time.sleep(60), ())._process, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not POSSIBLE, reason="computations are forked on Linux only")
def test_a_computation_ends_with_the_process_that_waits_for_it():
    told = subprocess.run([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    state = Path("/proc", told.stdout.strip(), "stat")
    for _ in range(100):
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the process goes on")


@pytest.mark.skipif(not POSSIBLE, reason="computations are forked on Linux only")
def test_a_computation_leaves_the_processor_to_the_page():
    assert Aside(lambda: os.nice(0), ()).result() == 19
