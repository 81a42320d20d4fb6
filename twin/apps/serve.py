"""The processes behind the apps: never more than the server carries; who comes too late is told so.

Voilà and Jupyter take the class by its name, twin.apps.serve.Sessions, from voila.json and jupyter_server_config.json.
"""

import asyncio
import os
from datetime import UTC, datetime, timedelta

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError
from traitlets import Integer

from twin.apps.forked import prepare

ABANDONED = timedelta(seconds=20)  # silent for so long, and no page ever connected: it was closed while it started


class Sessions(AsyncMappingKernelManager):
    """Kernels up to a limit, with those that Voilà starts ahead of visitors (its pools) among them."""

    most = Integer(
        24,
        min=1,
        config=True,
        help="Most kernels at a time, a kernel being about 150 MB; a visitor more gets a page that says so.",
    )

    def __init__(self, **kwargs):
        self._pools = {}  # of Voilà, by notebook: tasks whose result has a kernel_id; empty for ever in Jupyter
        self._awaited = set()  # kernels of pages that have not connected yet
        self._looked_at = set()  # kernels that the culler has seen outside of the pools
        self._closing = False
        super().__init__(**kwargs)
        prepare(dict(os.environ))  # loads while nobody waits yet

    async def start_kernel(self, *, kernel_id=None, **kwargs):
        """Start a kernel; HTTP error 503 when there are as many as there may be."""
        of_page = (kwargs.get("env") or {}).get("VOILA_PREHEAT")
        ahead = of_page == "True"
        try:
            while kernel_id not in self and self._count() >= self.most:
                if ahead or not await self._give_way():
                    raise HTTPError(503, f"All {self.most} kernels are in use")
            kernel_id = await super().start_kernel(kernel_id=kernel_id, **kwargs)
        except BaseException:
            if ahead:  # the failed task would fail the next visitor too
                self._soon(self._forget_failures)
            raise
        if of_page:
            self._awaited.add(kernel_id)
        return kernel_id

    def notify_connect(self, kernel_id):
        """Note that somebody's page is connected to a kernel."""
        self._awaited.discard(kernel_id)
        super().notify_connect(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id):
        """End a kernel whose page was closed while it started, or that idles for long; never one just handed out."""
        kernel = self._kernels[kernel_id]
        if kernel_id not in self._looked_at:
            self._looked_at.add(kernel_id)
            kernel.last_activity = datetime.now(UTC)
        silent = datetime.now(UTC) - kernel.last_activity > ABANDONED and kernel.execution_state != "busy"
        if silent and kernel_id in self._awaited:
            self.log.info("Nobody came for kernel %s", kernel_id)
            await self.shutdown_kernel(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)

    def remove_kernel(self, kernel_id):
        """Forget a kernel that has ended; its place may be one for the pools."""
        self._awaited.discard(kernel_id)
        self._looked_at.discard(kernel_id)
        removed = super().remove_kernel(kernel_id)
        if not self._closing:
            self._soon(self._refill)
        return removed

    async def shutdown_all(self, *args, **kwargs):
        """End all kernels, and start no more."""
        self._closing = True
        await super().shutdown_all(*args, **kwargs)

    def _count(self):
        starting = {key for key, task in self._pending_kernels.items() if not task.done()}
        return len(starting | set(self._kernels))

    async def _give_way(self):
        """End a kernel that waits for a visitor yet to come; return whether there was one."""
        waiting = [task.result()["kernel_id"] for pool in self._pools.values() for task in pool if _succeeded(task)]
        if waiting:
            await self.shutdown_kernel(waiting[0], now=True)
        return bool(waiting)

    def _refill(self):
        self._forget_failures()
        for name in list(self._pools):
            self.fill_if_needed(notebook_name=name)

    def _forget_failures(self):
        for pool in self._pools.values():
            pool[:] = [task for task in pool if not task.done() or (_succeeded(task) and self._has(task))]

    def _has(self, task):
        return task.result()["kernel_id"] in self

    def _soon(self, call):
        asyncio.get_running_loop().call_soon(call)  # after the step in which a task fails or a kernel is removed


def _succeeded(task):
    return task.done() and not task.cancelled() and not task.exception()
