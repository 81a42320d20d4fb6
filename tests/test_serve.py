"""Sessions: the limit always holds, ended kernels free their places, and pools neither block nor starve visitors."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

from twin.apps.serve import Sessions
from twin.data.permission import REACHABLE
from twin.plan.kept_forecasts import FOLDER_VARIABLE

ROOT = Path(__file__).parents[1]
PAGE, AHEAD = {"env": {"VOILA_PREHEAT": "False"}}, {"env": {"VOILA_PREHEAT": "True"}}


class Kernel:
    """A stand-in with the attributes of a kernel that the limit uses."""

    def __init__(self):
        self.last_activity, self.execution_state = datetime.now(UTC), "idle"
        self.kernel_name = "python3"


@pytest.fixture
def sessions(monkeypatch):
    """Return a manager with a limit of two, whose kernels are stand-ins."""
    count = iter(range(100))

    async def start(self, *, kernel_id=None, **_):
        kernel_id = kernel_id or f"k{next(count)}"
        self._pending_kernels[kernel_id] = asyncio.ensure_future(asyncio.sleep(0.01))
        await self._pending_kernels[kernel_id]
        self._kernels[kernel_id] = Kernel()
        del self._pending_kernels[kernel_id]
        return kernel_id

    async def shutdown(self, kernel_id, **_):
        for pool in self._pools.values():  # as Voilà does
            pool[:] = [task for task in pool if task.result()["kernel_id"] != kernel_id]
        self.remove_kernel(kernel_id)

    async def cull(self, kernel_id):
        pass

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", start)
    monkeypatch.setattr(AsyncMappingKernelManager, "cull_kernel_if_idle", cull)
    monkeypatch.setattr(Sessions, "shutdown_kernel", shutdown)
    made = Sessions(most=2)
    made.filled = []
    made.fill_if_needed = lambda notebook_name: made.filled.append(notebook_name)
    return made


async def waiting(sessions):
    """Start a kernel ahead of visitors, as Voilà's pool of the hub does."""

    async def start():
        return {"kernel_id": await sessions.start_kernel(**AHEAD)}

    task = asyncio.ensure_future(start())
    sessions._pools.setdefault("hub.ipynb", []).append(task)
    await asyncio.wait([task])
    await asyncio.sleep(0)  # lets the callbacks after a failure run
    return task


def refused(outcomes):
    """Return for each outcome whether it is a refusal with status 503."""
    return [isinstance(outcome, HTTPError) and outcome.status_code == 503 for outcome in outcomes]


def test_the_limit_holds_for_simultaneous_starts(sessions):
    async def story():
        return await asyncio.gather(*(sessions.start_kernel(**PAGE) for _ in range(5)), return_exceptions=True)

    assert sum(refused(asyncio.run(story()))) == 3 and len(sessions._kernels) == 2


def test_an_ended_kernel_frees_its_place_and_pools_refill(sessions):
    async def story():
        first, _ = [await sessions.start_kernel(**PAGE) for _ in range(2)]
        with pytest.raises(HTTPError):
            await sessions.start_kernel(**PAGE)
        sessions._pools["hub.ipynb"] = []
        await sessions.shutdown_kernel(first)
        await asyncio.sleep(0)
        await sessions.start_kernel(**PAGE)

    asyncio.run(story())
    assert sessions.filled == ["hub.ipynb"]


@pytest.mark.parametrize(("gate", "told"), [(None, "yes"), (True, "yes"), (False, "no")])
def test_every_process_is_told_whether_others_can_reach_the_server_and_its_visitor_cannot_change_that(
    sessions, monkeypatch, gate, told
):
    environments = []
    usual = AsyncMappingKernelManager.start_kernel

    async def start(self, **kwargs):
        environments.append(kwargs["env"])
        return await usual(self, **kwargs)

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", start)
    if gate is not None:  # without a gate, a server counts as one that others can reach
        monkeypatch.setattr(Sessions, "parent", SimpleNamespace(identity_provider=SimpleNamespace(reachable=gate)))
    asyncio.run(sessions.start_kernel(env={"VOILA_PREHEAT": "False", REACHABLE: "no"}))
    asyncio.run(sessions.start_kernel(**AHEAD))
    assert [found[REACHABLE] for found in environments] == [told, told]
    assert {found[FOLDER_VARIABLE] for found in environments} == {sessions._folder.name}  # pages share forecasts


def test_jupyter_tells_its_processes_nothing(sessions, monkeypatch):
    monkeypatch.setattr(Sessions, "parent", ServerApp())
    asked = {}
    monkeypatch.setattr(
        AsyncMappingKernelManager, "start_kernel", lambda self, **given: asyncio.sleep(0, asked.update(given))
    )
    asyncio.run(sessions.start_kernel())
    assert "env" not in asked


def test_a_failed_start_takes_no_place(sessions):
    async def story():
        failed = asyncio.ensure_future(asyncio.sleep(0))
        await failed
        sessions._pending_kernels["broken"] = failed  # Jupyter leaves it there
        return await asyncio.gather(*(sessions.start_kernel(**PAGE) for _ in range(2)), return_exceptions=True)

    assert refused(asyncio.run(story())) == [False, False]


def test_a_pooled_kernel_is_ended_to_make_room_for_a_visitor(sessions):
    async def story():
        ahead = await waiting(sessions)
        visitors = [await sessions.start_kernel(**PAGE) for _ in range(2)]
        assert ahead.result()["kernel_id"] not in sessions and set(visitors) == set(sessions._kernels)
        with pytest.raises(HTTPError):
            await sessions.start_kernel(**PAGE)

    asyncio.run(story())


def test_a_full_server_refuses_its_pools_and_drops_their_failed_tasks(sessions):
    async def story():
        for _ in range(2):
            await sessions.start_kernel(**PAGE)
        task = await waiting(sessions)
        assert refused([task.exception()]) == [True] and sessions._pools == {"hub.ipynb": []}

    asyncio.run(story())


def test_a_kernel_is_ended_if_its_page_never_connects(sessions):
    async def story():
        left, met = [await sessions.start_kernel(**PAGE) for _ in range(2)]
        sessions._kernel_connections[met] = 0
        sessions.notify_connect(met)
        for kernel_id in (left, met):
            await sessions.cull_kernel_if_idle(kernel_id)  # the first call only resets the idle time
            sessions._kernels[kernel_id].last_activity -= timedelta(seconds=2 * sessions.abandoned)
        sessions._kernels[left].execution_state = "busy"
        await sessions.cull_kernel_if_idle(left)
        assert left in sessions
        sessions._kernels[left].execution_state = "idle"
        for kernel_id in (left, met):
            await sessions.cull_kernel_if_idle(kernel_id)
        assert left not in sessions and met in sessions

    asyncio.run(story())


@pytest.mark.parametrize("asked, lives", [("kernel_model", True), ("list_kernels", False)])
def test_a_page_that_loads_keeps_its_kernel_by_asking_for_it_but_a_list_of_all_does_not(sessions, asked, lives):
    async def story():
        kernel_id = await sessions.start_kernel(**PAGE)
        await sessions.cull_kernel_if_idle(kernel_id)
        sessions._kernels[kernel_id].last_activity -= timedelta(seconds=2 * sessions.abandoned)
        told = sessions.kernel_model(kernel_id) if asked == "kernel_model" else sessions.list_kernels()[0]
        assert told["id"] == kernel_id
        await sessions.cull_kernel_if_idle(kernel_id)
        assert (kernel_id in sessions) == lives

    asyncio.run(story())


def test_nothing_is_started_while_the_server_ends(sessions, monkeypatch):
    async def end(self):
        for kernel_id in list(self._kernels):
            self.remove_kernel(kernel_id)

    monkeypatch.setattr(AsyncMappingKernelManager, "shutdown_all", end)

    async def story():
        await waiting(sessions)
        await sessions.shutdown_all()
        await asyncio.sleep(0)

    asyncio.run(story())
    assert sessions.filled == []


def test_both_servers_have_the_same_settings():
    files = (ROOT / "voila.json", ROOT / "etc/jupyter/jupyter_server_config.json")
    voila, jupyter = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    own = voila.pop("VoilaConfiguration")
    assert own["multi_kernel_manager_class"] == jupyter["ServerApp"].pop("kernel_manager_class")
    assert voila["Voila"].pop("identity_provider_class") == "twin.apps.gate.Gate"  # Jupyter has a gate of its own
    assert voila["Voila"].pop("kernel_websocket_connection_class") == "twin.apps.sockets.PageConnection"
    assert voila.pop("Gate") == {"hosts": []}
    compression = jupyter["ServerApp"].pop("websocket_compression_options")  # Jupyter has an option of its own for it
    assert voila["Voila"]["tornado_settings"].pop("websocket_compression_options") == compression == {}
    assert voila.pop("Voila") == jupyter.pop("ServerApp")
    assert jupyter.pop("LabApp")["news_url"] is None  # otherwise Lab would request news from another host
    del voila["VoilaKernelManager"]  # only stand-alone Voilà starts kernels ahead
    assert voila == jupyter
