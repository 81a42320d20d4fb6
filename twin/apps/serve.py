"""The kernels behind the apps: their number is limited, and visitors beyond the limit get a page that says so.

Voilà and Jupyter load the class by its name, twin.apps.serve.Sessions, from voila.json and jupyter_server_config.json.
"""

import asyncio
import contextlib
import os
import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from tornado.web import GZipContentEncoding, HTTPError
from tornado.websocket import WebSocketClosedError
from traitlets import Integer

from twin.apps import kernel_memory
from twin.apps.forked import prepare
from twin.apps.loading import Loading
from twin.apps.visitors import PROXY_SECRET, SERVER_STAMP, named_by_proxy
from twin.data.author import STAMP
from twin.data.permission import REACHABLE
from twin.plan.kept_forecasts import FOLDER_VARIABLE


class Sessions(AsyncMappingKernelManager):
    """A kernel manager with a limit, which includes the kernels that Voilà starts ahead of visitors (its pools)."""

    most = Integer(
        24,
        min=1,
        config=True,
        help="Most kernels at a time, about 150 MB each; visitors beyond the limit get a page that says so.",
    )

    abandoned = Integer(
        20,
        min=1,
        config=True,
        help="Silence, in seconds, after which a kernel is ended if its page has not connected: the visitor has left.",
    )

    def __init__(self, **kwargs: Any) -> None:
        self._pools: dict[str, list[asyncio.Task]] = {}  # Voilà's pool of each notebook; always empty in Jupyter
        self._of_pages: set[str] = set()  # kernels of pages, other than those that a user of Jupyter has started
        self._loading = Loading()  # kernels whose page has not connected yet
        self._seen_by_culler: set[str] = set()  # kernels that the culler has met outside the pools
        self._closing = False
        self._folder = tempfile.TemporaryDirectory(prefix="twin-forecasts-")  # of this server and its pages alone
        super().__init__(**kwargs)
        self._check_memory()
        if hasattr(self.parent, "start"):  # a server, which makes its application a moment later
            IOLoop.current().add_callback(self._compress)
        prepare(dict(os.environ))  # starts loading the libraries before the first visitor

    def _check_memory(self):
        """Refuse a limit of memory that cannot be read, and log where there is none."""
        try:
            most = kernel_memory.limit()
        except ValueError as error:
            raise SystemExit(str(error)) from None  # the server ends with this sentence
        if kernel_memory.can_be_limited():
            self.log.info("Each page may use %.3g GB of memory (%s)", most / 1e9, kernel_memory.MEMORY_VARIABLE)
        else:
            self.log.warning("The memory of a page is not limited: only Linux can do that")

    def _compress(self):
        """Let stand-alone Voilà heed compress_response, which it reads when its application has already been made."""
        made = getattr(self.parent, "app", None)
        if made and made.settings.get("compress_response") and GZipContentEncoding not in made.transforms:
            made.add_transform(GZipContentEncoding)

    async def start_kernel(self, *, kernel_id: str | None = None, **kwargs: Any) -> str:
        """Start a kernel and return its id; at the limit, raise HTTP error 503."""
        of_page = (kwargs.get("env") or {}).get("VOILA_PREHEAT")
        ahead = of_page == "True"
        if not isinstance(self.parent, ServerApp):  # Jupyter's own login decides who may delete flows
            kwargs["env"] = {**(kwargs.get("env") or os.environ), REACHABLE: self._reachable(), **_of_visitors()}
        if of_page:
            kwargs["env"] = {FOLDER_VARIABLE: self._folder.name, **kwargs["env"]}
        try:
            while kernel_id not in self and self._count() >= self.most:
                if ahead or not await self._end_pooled_kernel():
                    raise HTTPError(503, f"All {self.most} kernels are in use")
            kernel_id = await super().start_kernel(kernel_id=kernel_id, **kwargs)
        except BaseException:
            if ahead:  # a failed task left in the pool would fail the next visitor, too
                self._call_soon(self._forget_failures)
            raise
        if of_page:
            self._of_pages.add(kernel_id)
            self._loading.add(kernel_id)
        return kernel_id

    def notify_connect(self, kernel_id: str) -> None:
        """Record that a page has connected to a kernel."""
        self._loading.discard(kernel_id)
        super().notify_connect(kernel_id)

    def kernel_model(self, kernel_id: str) -> dict[str, Any]:
        """Return the description of a kernel; while its page loads, the page asks for it to give a sign of life."""
        self._loading.sign(kernel_id)
        return super().kernel_model(kernel_id)

    def list_kernels(self) -> list[dict[str, Any]]:
        """Return the descriptions of all kernels, which JupyterLab asks for; this is no sign of life of a page."""
        loading, self._loading = self._loading, Loading()
        try:
            return super().list_kernels()
        finally:
            self._loading = loading

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel that is idle too long, or whose page was closed before it connected."""
        kernel = self._kernels[kernel_id]
        if kernel_id not in self._seen_by_culler:  # time spent waiting in a pool does not count as idle
            self._seen_by_culler.add(kernel_id)
            kernel.last_activity = datetime.now(UTC)
        patience = timedelta(seconds=self.abandoned)
        silent = self._loading.is_abandoned(kernel_id, kernel.last_activity, patience)
        if silent and kernel.execution_state != "busy":
            self.log.info("Nobody came for kernel %s", kernel_id)
            await self.shutdown_kernel(kernel_id)
        else:
            await super().cull_kernel_if_idle(kernel_id)

    async def shutdown_kernel(self, kernel_id: str, *args: Any, **kwargs: Any) -> None:
        """End a kernel; if it is that of a page, tell the page first."""
        if kernel_id in self._of_pages:
            for connection in list(ZMQChannelsWebsocketConnection._open_sockets):
                if connection.kernel_id == kernel_id:
                    with contextlib.suppress(WebSocketClosedError):
                        connection._send_status_message("dead")  # as if the kernel had died by itself
        await super().shutdown_kernel(kernel_id, *args, **kwargs)

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended, and let the pools refill."""
        self._of_pages.discard(kernel_id)
        self._loading.discard(kernel_id)
        self._seen_by_culler.discard(kernel_id)
        removed = super().remove_kernel(kernel_id)
        if not self._closing:
            self._call_soon(self._refill)
        return removed

    async def shutdown_all(self, *args: Any, **kwargs: Any) -> None:
        """End all kernels, and do not refill the pools."""
        self._closing = True
        await super().shutdown_all(*args, **kwargs)
        self._folder.cleanup()

    def _reachable(self):
        """Return "no" if the gate of the server knows that only this machine can reach it, otherwise "yes"."""
        gate = getattr(self.parent, "identity_provider", None)
        return "yes" if getattr(gate, "reachable", True) else "no"

    def _count(self):
        starting = {key for key, task in self._pending_kernels.items() if not task.done()}
        return len(starting | set(self._kernels))

    async def _end_pooled_kernel(self):
        """End a kernel that waits in a pool for a visitor; return whether there was one."""
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
            pool[:] = [task for task in pool if not task.done() or (_succeeded(task) and self._is_running(task))]

    def _is_running(self, task):
        return task.result()["kernel_id"] in self

    def _call_soon(self, call):
        """Call a function after the current step, in which a task fails or a kernel is removed."""
        asyncio.get_running_loop().call_soon(call)


def _of_visitors():
    """Return the variables of a page on its visitors: the secret of the proxy is not for it."""
    return {PROXY_SECRET: "", STAMP: SERVER_STAMP if named_by_proxy() else ""}


def _succeeded(task):
    return task.done() and not task.cancelled() and not task.exception()
