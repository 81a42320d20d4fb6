"""Permission to delete flows: where others can reach the server, a page must first give the server's token."""

import inspect
import json

import pytest
from apps import opened, standalone
from test_hub import press
from test_hub_browser import HUB, address, answer, form, ready, submit

from twin.data import permission
from twin.data.ledger.store import RESET_TOKEN, Ledger
from twin.data.permission import REACHABLE, TOKEN, WRONG_TOKEN_DELAY, Permission
from twin.data.scenarios import research_lanes
from twin.view.hub.data_feed import DESTRUCTIVE, DataFeed
from twin.view.hub.hub import Hub

SECRET = "correct horse, quokka & <staple> 9é"


@pytest.fixture
def waits(monkeypatch):
    """Return the list of the delays, which are only recorded."""
    found = []
    monkeypatch.setattr(permission.time, "sleep", found.append)
    return found


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Return a ledger with two imports, at the address that the hub opens."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    with Ledger(url) as ledger:
        ledger.import_history(research_lanes())
        ledger.append("2026-01-05", "NEW", 1.0)
        yield ledger


@pytest.fixture
def hub(stored, monkeypatch):
    """Return a hub on the ledger, on a server that others can reach."""
    monkeypatch.setenv(REACHABLE, "yes")
    made = Hub("ledger:", "BER-MUC")
    press(made.data, do="opened")
    return made


def requests(ledger):
    """Return every request that deletes flows, as the page sends it."""
    flow = int(ledger.read(["NEW"])["id"].iloc[-1])
    (past,) = ledger.status()["imports"]
    return {
        "delete": {"id": str(flow)},
        "deletion": {"id": flow},
        "edit": {"id": str(flow), "volume": "5"},
        "revert": {"change": "1"},
        "undo": {"id": past["id"], "source": "x"},
        "undone": {"id": past["id"]},
        "reset": {"token": RESET_TOKEN},
    }


def test_the_requests_that_delete_are_these():
    assert DESTRUCTIVE == {"delete", "deletion", "edit", "revert", "undo", "undone", "reset"}
    deleting = ("ledger.delete", "ledger.edit", "ledger.undo_edit", "ledger.undo", "ledger.reset")
    for name, method in inspect.getmembers(DataFeed, inspect.isfunction):
        if any(f"self.{call}(" in inspect.getsource(method) for call in deleting):
            assert name.removeprefix("do_") in DESTRUCTIVE, name


@pytest.mark.parametrize("name", sorted(DESTRUCTIVE))
@pytest.mark.parametrize("secret", ["", SECRET])
def test_nothing_is_deleted_before_the_token_is_given(hub, stored, monkeypatch, waits, name, secret):
    monkeypatch.setenv(TOKEN, secret)
    before, request = stored.count(), requests(stored)[name]
    press(hub.data, do=name, **request)
    told = "needs the token of this server" if secret else f"Whoever runs it sets {TOKEN}"
    assert told in hub.data.said and stored.count() == before and hub.data.question == {}
    press(hub.data, do=name, **request, secret=SECRET, sure=True)  # other fields of a message give no permission
    assert told in hub.data.said and stored.count() == before
    if not secret:
        press(hub.data, do="unlock", secret="")
        assert told in hub.data.said
        press(hub.data, do=name, **request)
    press(hub.data, do="unlock", secret=SECRET)
    press(hub.data, do=name, **request)
    if secret:
        assert hub.data.question or stored.count() < before or stored.read(["NEW"])["volume"].tolist() == [5.0]
    else:
        assert told in hub.data.said and stored.count() == before


def test_flows_can_be_added_without_the_token(hub, stored):
    before = stored.count()
    press(hub.data, do="log", date="2026-01-06", lane="NEW", volume="2")
    press(hub.data, do="import", file="x.csv", held="new-only", content=b"date,lane,volume\n2026-01-07,NEW,3\n")
    assert stored.count() == before + 2


def test_an_import_that_replaces_flows_needs_the_token(hub, stored):
    before = stored.count()
    press(hub.data, do="import", file="x.csv", held="replace", content=b"date,lane,volume\n2026-01-07,NEW,3\n")
    assert "no token" in hub.data.said and stored.count() == before


def test_a_wrong_token_is_refused_with_a_delay_and_never_shown_or_kept(hub, monkeypatch, waits, capfd):
    monkeypatch.setenv(TOKEN, SECRET)
    tries = ["", SECRET[:-1], SECRET + " ", SECRET.upper(), "\ud800", "wrong <b>token</b>", ["x"], None, 7]
    for tried in tries:
        press(hub.data, do="unlock", secret=tried)
        assert "This is not the token of this server." in hub.data.said
    assert waits == [WRONG_TOKEN_DELAY] * len(tries) and WRONG_TOKEN_DELAY >= 1
    press(hub.data, do="unlock", secret=SECRET)
    assert waits == [WRONG_TOKEN_DELAY] * len(tries) and "Unlocked" in hub.data.said
    state = json.dumps([widget.get_state() for widget in (hub.data, hub.sheet, hub.dials)], default=repr)
    for part in (SECRET, "wrong <b>", "wrong &lt;b", "quokka"):
        assert part not in state and part not in repr(vars(hub.feed)) and part not in "".join(capfd.readouterr())


def test_the_form_for_the_token_is_on_the_page_only_while_it_is_needed(hub, monkeypatch):
    press(hub.data, do="opened")
    assert 'data-form="unlock"' not in hub.data.page and f"sets {TOKEN}" in hub.data.page
    monkeypatch.setenv(TOKEN, SECRET)
    press(hub.data, do="opened")
    assert 'data-form="unlock"' in hub.data.page and 'type="password"' in hub.data.page
    press(hub.data, do="unlock", secret=SECRET)
    assert 'data-form="unlock"' not in hub.data.page and TOKEN not in hub.data.page


@pytest.mark.parametrize("told", ["no", None])
def test_nobody_is_asked_on_this_machine_alone_or_behind_jupyters_login(stored, monkeypatch, told):
    monkeypatch.setenv(TOKEN, SECRET)
    if told is None:
        monkeypatch.delenv(REACHABLE, raising=False)
    else:
        monkeypatch.setenv(REACHABLE, told)
    hub = Hub("ledger:", "BER-MUC")
    press(hub.data, do="opened")
    assert "unlock" not in hub.data.page
    press(hub.data, do="reset", token=RESET_TOKEN)
    assert stored.count() == 0


def test_tokens_are_compared_in_constant_time(monkeypatch, waits):
    seen = []
    monkeypatch.setenv(TOKEN, SECRET)
    monkeypatch.setattr(permission.hmac, "compare_digest", lambda *texts: seen.append(texts) or False)
    with pytest.raises(ValueError, match="not the token"):
        Permission().give("x")
    assert seen == [(b"x", SECRET.encode())]


def test_a_planner_unlocks_a_page_and_the_token_is_in_no_page_message_or_log(page, stored, tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    received = []
    page.on("websocket", lambda found: found.on("framereceived", lambda data: received.append(data)))
    env = {"DATABASE_URL": url, "TWIN_HOSTS": "hub.example.org", TOKEN: SECRET}
    with standalone(env=env) as apps:
        seen = opened(page, f"{address(apps)}&{REACHABLE}=no")
        ready(page)
        form(page, "reset").get_by_label("Type").fill(RESET_TOKEN)
        submit(page, "reset")
        answer(page, "needs the token of this server")
        for typed, told in (("guess", "This is not the token"), (SECRET, "Unlocked")):
            form(page, "unlock").get_by_label("Token of this server").fill(typed)
            submit(page, "unlock")
            answer(page, told)
        assert stored.count() > 0
        submit(page, "reset")
        answer(page, "flows deleted")
        assert stored.count() == 0
        with apps.open(f"voila/render/{HUB}") as anew:
            texts = [page.content(), anew.read().decode(), apps.log.read_text(errors="replace")]
        assert len(received) > 10
        for text in (*texts, *received):
            data = text.encode() if isinstance(text, str) else text
            assert SECRET.encode() not in data and b"quokka" not in data
        seen.nothing_wrong()
