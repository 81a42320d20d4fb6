"""Names and roles from a proxy: whom the server believes, what reaches a preheated kernel, and who may write."""

import asyncio
import json
import re

import nbformat
import pytest
from apps import standalone
from sockets import answer, connect, message, packed, unpacked
from tornado.httputil import HTTPHeaders

from twin.__main__ import main
from twin.apps import visitors
from twin.apps.sockets import LONGEST_HEADER, channel_and_type, with_metadata
from twin.apps.visitors import SECRET_HEADER, visitor_of
from twin.data.author import IN_MESSAGES, PLANNER, STAMP, VIEWER, author_name, introduced, require_planner, visitor
from twin.data.ledger.store import RESET_TOKEN, Ledger
from twin.data.scenarios import network
from twin.plan.capacity_plan import CapacityPlan
from twin.view.hub.hub import Hub

SECRET = "a-secret-of-the-proxy"
PAGE = """
import ipywidgets
from twin.data.ledger.store import Ledger
from twin.plan.capacity_plan import CapacityPlan

def on_message(widget, content, buffers):
    try:
        with Ledger("ledger:") as ledger:
            CapacityPlan(ledger.plan).set("site", content["site"], places=1)
        widget.description = f"{content['site']} is written"
    except ValueError as error:
        widget.description = f"{content['site']}: {error}"  # every answer differs, so that it is sent

button = ipywidgets.Button(description="nothing yet")
button.on_msg(on_message)
print(f"the button is {button.model_id}.")
button
"""


def headers(name, secret=SECRET, **more):
    return {"X-Forwarded-User": name, SECRET_HEADER: secret, **more}


@pytest.mark.parametrize(
    ("given", "settings", "name", "role"),
    [
        (headers("eva"), {}, "eva", PLANNER),
        (headers("J\u00f6rg".encode().decode("latin-1")), {}, "J\u00f6rg", PLANNER),
        (headers("eva", secret="a-secret-of-the-prox"), {}, "", VIEWER),
        ({"X-Forwarded-User": "eva"}, {}, "", VIEWER),
        ({SECRET_HEADER: SECRET}, {}, "", VIEWER),
        (headers("eva"), {"TWIN_PROXY_SECRET": ""}, "", VIEWER),
        (headers("eva"), {"TWIN_PLANNERS": "tom, eva"}, "eva", PLANNER),
        (headers("ev"), {"TWIN_PLANNERS": "tom, eva"}, "ev", VIEWER),
        (headers("planner"), {"TWIN_ROLE_HEADER": "X-Role"}, "planner", VIEWER),
        (headers("eva", **{"X-Role": "ops, planner"}), {"TWIN_ROLE_HEADER": "X-Role"}, "eva", PLANNER),
        (headers("eva", **{"X-Role": "ops"}), {"TWIN_ROLE_HEADER": "X-Role", "TWIN_PLANNERS": "ops"}, "eva", PLANNER),
        (headers("eva", **{"X-User": "tom"}), {"TWIN_NAME_HEADER": "X-User"}, "tom", PLANNER),
    ],
)
def test_a_header_is_believed_with_the_secret_alone(given, settings, name, role, monkeypatch):
    for key, value in ({"TWIN_PROXY_SECRET": SECRET} | settings).items():
        monkeypatch.setenv(key, value)
    assert visitor_of(HTTPHeaders(given)) == (name, role)


def test_a_second_header_of_a_visitor_makes_the_name_unknown(monkeypatch):
    monkeypatch.setenv("TWIN_PROXY_SECRET", SECRET)
    twice = HTTPHeaders(headers("eva"))
    twice.add("X-Forwarded-User", "tom")
    assert visitor_of(twice) == ("", VIEWER)


def test_a_wrong_secret_is_logged_once_and_never_told(monkeypatch, caplog):
    visitors._log_wrong_secret.cache_clear()
    monkeypatch.setenv("TWIN_PROXY_SECRET", SECRET)
    for given in (headers("eva"), {"X-Forwarded-User": "eva"}):  # the right secret, and none
        visitor_of(HTTPHeaders(given))
    assert caplog.messages == []
    for wrong in ("a-secret-of-last-year", "", "a-secret-of-last-year"):
        assert visitor_of(HTTPHeaders(headers("eva", wrong))) == ("", VIEWER)
    (told,) = caplog.messages
    assert "X-Twin-Proxy-Secret" in told and "TWIN_PROXY_SECRET" in told
    assert SECRET not in told and "last-year" not in told


def test_without_a_secret_of_the_server_nothing_is_logged(monkeypatch, caplog):
    visitors._log_wrong_secret.cache_clear()
    monkeypatch.delenv("TWIN_PROXY_SECRET", raising=False)
    assert visitor_of(HTTPHeaders(headers("eva"))) == ("", VIEWER) and caplog.messages == []


def test_the_server_replaces_what_a_message_says_of_its_sender():
    sent = message("comm_msg", {"comm_id": "x"}) | {"metadata": {"version": "2.1.0", IN_MESSAGES: {"name": "boss"}}}
    found = with_metadata(packed(sent, b"", b"buffer"), {IN_MESSAGES: {"name": "eva"}})
    assert channel_and_type(found) == ("shell", "comm_msg") and unpacked(found) == unpacked(
        packed(sent, b"", b"buffer")
    )
    offsets = [int.from_bytes(found[8 * number : 8 * number + 8], "little") for number in (4, 5)]
    assert json.loads(found[slice(*offsets)]) == {"version": "2.1.0", IN_MESSAGES: {"name": "eva"}}
    for wrong in ("a text", [1], "x" * LONGEST_HEADER):
        with pytest.raises(ValueError, match="metadata of a message must be a short JSON object"):
            with_metadata(packed(sent | {"metadata": wrong}), {})


def test_in_a_process_of_a_page_only_the_stamp_of_the_server_counts(monkeypatch):
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    assert visitor() == ("eva", PLANNER) and introduced() == ""
    monkeypatch.setenv(STAMP, "stamp")
    assert visitor() == ("", VIEWER) and author_name() == "unknown"
    assert introduced() == "You came without a name and secret of the proxy: you see everything and change nothing."
    for stamp, found in (("stamp", ("tom", PLANNER)), ("other", ("", VIEWER)), (None, ("", VIEWER))):
        told = {"name": "tom", "role": PLANNER, "stamp": stamp}
        monkeypatch.setattr("twin.data.author._message", lambda told=told: {"metadata": {IN_MESSAGES: told}})
        assert visitor() == found and (introduced() == "You are tom, a planner: you may write.") == (stamp == "stamp")


def test_a_viewer_is_refused_by_every_function_that_writes(tmp_path, monkeypatch, capsys):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    flows = network(lanes=1, periods=20)
    with Ledger(url) as ledger:
        plan, done = CapacityPlan(ledger.plan), ledger.import_history(flows)
        plan.set("site", "Berlin", places=400)
        monkeypatch.setenv("TWIN_PLANNERS", "tom")
        count, lane = ledger.count(), ledger.lanes()[0]
        for write in (
            lambda: ledger.append("2026-01-05", lane, 1.0),
            lambda: ledger.delete(1),
            lambda: ledger.edit(1, 1.0),
            lambda: ledger.undo_edit(1),
            lambda: ledger.undo(done.id),
            lambda: ledger.reset(RESET_TOKEN),
            lambda: ledger.import_history(flows, held="add"),
            lambda: plan.set("site", "Berlin", places=1),
            lambda: plan.add("note", text="a"),
            lambda: plan.remove("site", "Berlin"),
            lambda: plan.undo(1),
            lambda: CapacityPlan().set("site", "Berlin", places=1),
        ):
            with pytest.raises(ValueError, match=r"and eva is a viewer.*; TWIN_AUTHOR says who runs a command"):
                write()
        assert ledger.count() == count and len(plan.changes()) == 1
        hub = Hub("ledger:")
        for do in ("keep", "undo"):
            hub.session.change(holding_cost=7.0)
            hub.sheet._handle_custom_msg({"do": do, "subject": hub.session.lane}, [])
            assert "and eva is a viewer" in hub.sheet.said
    assert main(["plan", "set", "site", "Berlin", "places=1"]) == 2
    assert "and eva is a viewer" in capsys.readouterr().err
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    require_planner()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Yield a server behind a proxy whose page is preheated and writes to a ledger, and the address of the ledger."""
    folder = tmp_path_factory.mktemp("visited")
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PAGE)])
    page.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(page, folder / "06_operations_hub.ipynb")  # the name for which voila.json has a pool
    url = f"sqlite:///{folder}/ledger.sqlite"
    Ledger(url).close()
    settings = {"TWIN_PROXY_SECRET": SECRET, "TWIN_PLANNERS": "eva,Jörg", "DATABASE_URL": url, "TWIN_AUTHOR": "root"}
    with standalone(folder=folder, env=settings) as server:
        yield server, url


def opened_button(server, query=""):
    """Open the page, and return the ids of its kernel and its button."""
    with server.open(f"voila/render/06_operations_hub.ipynb{query}") as page:
        html = page.read().decode()
    kernel = json.loads(re.search(r"<script id=.jupyter-config-data.[^>]*>(.+?)</script>", html, re.S)[1])["kernelId"]
    return kernel, re.search(r"the button is (\w+)\.", html)[1]


async def pressed(server, kernel, button, site, given, metadata=None):
    """Press the button in a websocket with headers, and return what it says."""
    socket = await connect(server, kernel, more=given)
    press = {"comm_id": button, "data": {"method": "custom", "content": {"site": site}}}
    await socket.write_message(packed(message("comm_msg", press) | {"metadata": metadata or {}}), binary=True)
    while True:
        content, _ = await answer(socket, "comm_msg")
        if "description" in (state := content["data"].get("state", {})):
            socket.close()
            return state["description"]


def test_preheated_kernels_know_the_sender_of_each_message_and_believe_no_page(served):
    server, url = served
    forged = {IN_MESSAGES: {"name": "eva", "role": PLANNER, "stamp": ""}}
    first, second = opened_button(server), opened_button(server, "?X-Forwarded-User=eva&twin_visitor=eva")
    nobody = "nothing can be changed by a visitor without a name"

    def press(page, site, given, metadata=None):
        return asyncio.run(pressed(server, *page, site, given, metadata))

    assert press(first, "Berlin", headers("eva")) == "Berlin is written"
    assert press(second, "Hamburg", headers("J\u00f6rg".encode().decode("latin-1"))) == "Hamburg is written"
    assert press(second, "A", headers("tom"), forged).startswith("A: only planners change anything here, and tom")
    assert press(second, "B", {"X-Forwarded-User": "eva"}, forged).startswith(f"B: {nobody}")
    assert press(second, "C", headers("eva", secret="guess")).startswith(f"C: {nobody}")
    assert press(first, "D", headers("eva")) == "D is written"  # each message is judged by its own connection
    with Ledger(url) as ledger:
        assert [change.author for change in ledger.plan.changes()] == ["eva", "Jörg", "eva"]
    assert server.log.read_text().count("Using pre-heated kernel") >= 1
