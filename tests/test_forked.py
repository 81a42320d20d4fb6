"""Forked kernels are separate processes equal to fresh ones, and fresh ones are the fallback."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from jupyter_client.manager import AsyncKernelManager
from small_paper import waits

from twin.apps import forked
from twin.batch.normal_form import LANGUAGE

FORKS = forked._is_ours([sys.executable, *forked.LAUNCHER])
needs_forks = pytest.mark.skipif(not FORKS, reason="kernels are forked on Linux alone")
WAYS = ["local-provisioner", pytest.param("twin-forked", marks=needs_forks)]


class Told:
    """A running kernel, and its answers."""

    def __init__(self, manager, client, run):
        self.manager, self.client, self.run = manager, client, run

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def says(self, code, timeout=60):
        """Run code, and return what it prints or raises."""
        said = []

        def note(message):
            content = message["content"]
            said.append(content.get("text") or content.get("ename", ""))

        self.run(self.client.execute_interactive(code, output_hook=note, timeout=timeout))
        return "".join(said).strip()


@contextlib.contextmanager
def kernel(way="twin-forked", **options):
    """Start a kernel, and end it."""
    with asyncio.Runner() as runner:
        manager = AsyncKernelManager()
        manager.kernel_spec.metadata = {"kernel_provisioner": {"provisioner_name": way}}
        runner.run(manager.start_kernel(**options))
        client = manager.client()
        client.start_channels()
        try:
            runner.run(client.wait_for_ready(timeout=60))
            yield Told(manager, client, runner.run)
        finally:
            client.stop_channels()
            runner.run(manager.shutdown_kernel(now=True))


@pytest.mark.parametrize("way", WAYS)
def test_a_kernel_has_its_own_folder_and_environment(way, tmp_path):
    environment = {**os.environ, "ONLY_HERE": "yes"}
    with kernel(way, cwd=str(tmp_path), env=environment) as one:
        asked = "import os, sys; print(os.getcwd(), os.environ['ONLY_HERE'], 'twin' in sys.modules, sys.executable)"
        assert one.says(asked).split(" ") == [str(tmp_path), "yes", "False", sys.executable]
        assert one.says("1 / 0") == "ZeroDivisionError"


@needs_forks
def test_libraries_of_the_pages_are_loaded_before_a_kernel_is_forked():
    with kernel() as one:
        asked = "import sys; print([name for name in ('anywidget', 'seaborn', 'tqdm') if name not in sys.modules])"
        assert one.says(asked) == "[]"


@pytest.mark.parametrize("way", WAYS)
def test_a_kernel_is_interrupted_restarted_and_ended(way):
    with kernel(way) as one:
        one.says("x = 1")
        started = time.monotonic()
        one.client.execute("import time; time.sleep(60)")
        time.sleep(0.5)
        one.run(one.manager.interrupt_kernel())
        answer = one.run(one.client.get_shell_msg(timeout=60))
        assert answer["content"]["ename"] == "KeyboardInterrupt"
        waits(lambda: one.says("print(x)") == "1", 20)  # the first output after an interrupt may lack its parent
        assert time.monotonic() - started < 50
        before = one.pid
        one.run(one.manager.restart_kernel(now=True))
        one.run(one.client.wait_for_ready(timeout=60))
        assert one.pid != before and one.says("print(x)") == "NameError"
        assert one.run(one.manager.is_alive())
        os.kill(one.pid, signal.SIGKILL)
        waits(lambda: not one.run(one.manager.is_alive()), 10)


@needs_forks
def test_a_kernel_reports_the_language_that_stored_notebooks_have():
    with kernel() as one:
        reply = one.run(one.client.kernel_info(reply=True, timeout=60))
    assert reply["content"]["language_info"] == LANGUAGE


@pytest.mark.parametrize("way", WAYS)
def test_a_kernel_tells_the_states_of_all_widgets_at_once(way):
    with kernel(way) as one:
        one.says("import ipywidgets; kept = [ipywidgets.IntSlider(value=7) for _ in range(3)]")
        for name, content in (
            ("comm_open", {"comm_id": "all", "target_name": "jupyter.widget.control", "data": {}}),
            ("comm_msg", {"comm_id": "all", "data": {"method": "request_states"}}),
        ):
            message = one.client.session.msg(name, content, metadata={"version": "1.0.0"})
            one.client.shell_channel.send(message)
        while (told := one.run(one.client.get_iopub_msg(timeout=60)))["msg_type"] not in ("comm_msg", "comm_close"):
            pass
    assert told["msg_type"] == "comm_msg" and told["content"]["data"]["method"] == "update_states"
    sliders = [each for each in told["content"]["data"]["states"].values() if each["model_name"] == "IntSliderModel"]
    assert [each["state"]["value"] for each in sliders] == [7, 7, 7]


@needs_forks
def test_kernels_share_no_state_and_draw_different_numbers():
    with kernel() as one, kernel() as other:
        draw = "import numpy, random, uuid; print(numpy.random.rand(), random.random(), uuid.uuid4())"
        assert one.pid != other.pid and not set(one.says(draw).split()) & set(other.says(draw).split())
        one.says("numpy.changed = True")
        assert other.says("print(hasattr(numpy, 'changed'))") == "False"


@needs_forks
def test_a_forked_kernel_equals_a_fresh_one(tmp_path):
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 5")
    environment = {**os.environ, "TZ": "Asia/Tokyo", "LONG": 100_000 * "x", "MPLCONFIGDIR": str(tmp_path / "mpl")}
    asked = (
        "import gc, locale, matplotlib, os, signal, sys, time, warnings\n"
        "print(matplotlib.rcParams['lines.linewidth'], time.tzname, len(os.environ['LONG']), os.getcwd(),\n"
        "      matplotlib.get_backend(), sys.argv[0].endswith('ipykernel_launcher.py') or sys.argv[0], __name__,\n"
        "      signal.getsignal(signal.SIGCHLD), signal.getsignal(signal.SIGTERM), locale.getlocale(),\n"
        "      [each[:3] for each in warnings.filters if each[2] is not DeprecationWarning], gc.isenabled(), sys.flags)"
    )
    said = []
    for way in ("local-provisioner", "twin-forked"):
        with kernel(way, cwd=str(tmp_path), env=environment) as one:
            said.append(one.says(asked))
    fresh, forked = said
    assert forked.split(" [(")[0] == fresh.split(" [(")[0].replace("True __main__", "ipykernel_launcher __main__")


@needs_forks
def test_a_server_that_hangs_is_replaced_by_a_usual_start():
    with kernel(env={**os.environ, "PYTHONHASHSEED": "5"}) as one:
        (server,) = [s for key, s in forked._servers.items() if ("PYTHONHASHSEED", "5") in key[1]]
        server.channel.settimeout(1)
        os.kill(server.process.pid, signal.SIGSTOP)
        with kernel(env={**os.environ, "PYTHONHASHSEED": "5"}) as two:
            assert two.says("print(1)") == "1" and not isinstance(two.manager.provisioner.process, forked.Process)
        assert server.process.wait(10) and one.pid


@needs_forks
def test_child_processes_end_with_their_kernel():
    with kernel() as one:
        child = int(one.says("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
    waits(lambda: not os.path.exists(f"/proc/{child}"), 10)


@needs_forks
def test_libraries_are_preloaded():
    with kernel() as one:
        assert one.says(
            "import sys; print({'numpy', 'pandas', 'scipy.stats', 'matplotlib.figure'} <= set(sys.modules))"
        ) == ("True")
        assert one.says("import matplotlib; print(matplotlib.get_backend())").endswith("inline")
        assert one.says("import threading, os; print(len(os.listdir('/proc/self/task')) < 20)") == "True"


@needs_forks
def test_variables_read_at_start_get_another_server():
    servers = set(forked._servers)
    with (
        kernel(env={**os.environ, "PYTHONHASHSEED": "0"}) as one,
        kernel(env={**os.environ, "PYTHONHASHSEED": "1"}) as two,
    ):
        assert {one.says("print(hash('a'))") for _ in range(2)} != {two.says("print(hash('a'))")}
    assert len(set(forked._servers) - servers) >= 1


@needs_forks
def test_a_server_that_dies_is_replaced_and_its_kernels_end():
    with kernel() as one:
        for server in forked._servers.values():
            server.process.kill()
            server.process.wait()
        waits(lambda: not one.run(one.manager.is_alive()), 20)
    with kernel() as two:
        assert two.says("print(1)") == "1"


def test_if_forking_fails_a_kernel_starts_as_usual(monkeypatch):
    monkeypatch.setattr(forked, "prepare", lambda environment: (_ for _ in ()).throw(OSError("no more processes")))
    with kernel() as one:
        assert one.says("print(1)") == "1" and not isinstance(one.manager.provisioner.process, forked.Process)


def test_another_interpreters_kernel_is_not_forked():
    assert not forked._is_ours(["/usr/bin/python3", *forked.LAUNCHER])
    assert not forked._is_ours([sys.executable, "-m", "bash_kernel"])


@needs_forks
def test_an_ended_process_gets_no_signals():
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        process = forked.Process(sleeping.pid)
        assert process.poll() is None and process.wait(0.01) is None
        process.terminate()
        assert process.wait(10) == 0
        process.send_signal(signal.SIGKILL)  # is not sent, even if the id has been reused
        assert process.poll() == 0
    with pytest.raises(ProcessLookupError):
        forked.Process(sleeping.pid)


@needs_forks
def test_servers_and_kernels_end_with_the_process_that_started_them(tmp_path):
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from test_forked import kernel\n"
        "with kernel() as one:\n    print(one.pid, flush=True)\n    time.sleep(60)"
    )
    command = [sys.executable, "-c", code, os.path.dirname(__file__)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:
        pid = int(started.stdout.readline())
        started.kill()
    waits(lambda: not os.path.exists(f"/proc/{pid}"), 20)
