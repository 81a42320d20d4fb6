"""Both of the vendor's clients against a local server: replies, function calls, failures, and the choice of one."""

import json
import logging
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from email.utils import formatdate

import gemini_server as stand_in
import pytest
from gemini_server import KEY, GeminiServer
from small_paper import waits

from twin.analyst import gemini
from twin.analyst._gemini_clients import CLIENTS, Client
from twin.analyst._gemini_failures import ATTEMPTS
from twin.analyst.conversation import Conversation
from twin.analyst.gemini import Call, Gemini, Unavailable
from twin.analyst.tools import DECLARATIONS
from twin.plan.portfolio import research_portfolio

NEW, OLD = CLIENTS


@pytest.fixture(params=list(CLIENTS))
def client(request):
    """Return the name of a client; each test runs with both."""
    return request.param


@pytest.fixture(autouse=True)
def directly(monkeypatch):
    """Bypass proxies between a test and its server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def asked(server, client, prompt="a question", tools=DECLARATIONS):
    """Return the pieces of a reply of the server."""
    model = Gemini(KEY, "gemini-stand-in", client, server.address, timeout=1, wait=0.05)
    return list(model.stream("the rules", prompt, tools))


def test_a_reply_comes_in_pieces(client):
    with GeminiServer(stand_in.text("Hello ", "world.")) as server:
        assert asked(server, client) == ["Hello ", "world."]
    (request,) = server.requests
    assert "models/gemini-stand-in:streamGenerateContent" in request["path"]
    assert KEY not in request["path"]
    assert request["body"]["systemInstruction"]["parts"][0]["text"] == "the rules"
    declared = request["body"]["tools"][0]["functionDeclarations"]
    assert [one["name"] for one in declared] == [one["name"] for one in DECLARATIONS]


def test_pieces_arrive_while_the_reply_goes_on(client):
    with GeminiServer(stand_in.text(*["one more sentence. "] * 50)) as server:
        model = Gemini(KEY, "gemini-stand-in", client, server.address)
        first = next(iter(model.stream("the rules", "a question", [])))
    assert first == "one more sentence. "
    assert "tools" not in server.requests[0]["body"]


def test_functions_are_asked_for(client):
    changes = [{"input": "return_rate", "how": "times", "amount": 2}]
    wanted = ("what_if", {"lane": "lane1", "changes": changes}), ("assess", {"lane": "lane2"})
    with GeminiServer(stand_in.calls(*wanted)) as server:
        assert asked(server, client) == [Call(*one) for one in wanted]


@pytest.mark.parametrize("code", [429, 500, 503])
def test_what_may_pass_is_tried_again(client, code):
    with GeminiServer(stand_in.status(code), stand_in.status(code), stand_in.text("At last.")) as server:
        assert asked(server, client) == ["At last."]
    assert len(server.requests) == 3


PROBLEMS = {
    "quota": (stand_in.status(429), 3, "its quota is used up for now"),
    "server": (stand_in.status(500), 3, "its server has a problem"),
    "key": (stand_in.status(403), 1, "it does not accept the key"),
    "key of another": (stand_in.status(401), None, "it does not accept the key"),
    "wrong key": (stand_in.wrong_key(), 1, "it does not accept the key"),
    "quota for long": (stand_in.quota("31s"), 1, "its quota is used up for the next 31 s"),
    "quota for hours": (stand_in.quota("7200.5s"), 1, "its quota is used up for the next 7201 s"),
    "quota without end": (stand_in.quota("soon"), 3, "its quota is used up for now"),
    "model": (stand_in.status(404), 1, "it does not know the model"),
    "request": (stand_in.status(400), 1, "it refused the request"),
    "slow": (stand_in.slow(2, "too late"), 1, "it did not answer in time"),
    "no JSON": (stand_in.raw(b"<html>not what was asked for</html>"), 1, "its answer could not be read"),
    "half a JSON": (stand_in.raw(b'[{"candidates": [{"conte'), 1, None),
    "JSON of another kind": (stand_in.raw(b'["a", 1]'), 1, None),
    "broken off": (stand_in.broken_off("Demand is "), 1, None),
    "empty": ([], 1, None),
    "no candidates": ([{"modelVersion": "stand-in"}], 1, "its answer was cut off"),
    "cut off": (stand_in.text("Demand is ", finish="MAX_TOKENS"), 1, "its answer was cut off"),
    "never finished": (stand_in.text("Demand is ", finish=None), 1, "its answer was cut off"),
    "safety": (stand_in.text("Demand is ", finish="SAFETY"), 1, "it declined to answer"),
    "recitation": (stand_in.text("Demand is ", finish="RECITATION"), 1, "it declined to answer"),
    "blocked": (stand_in.blocked(), 1, "it declined to answer"),
}


@pytest.mark.parametrize("problem", PROBLEMS)
def test_what_goes_wrong_is_said_in_our_own_words_and_the_key_is_not(client, problem, caplog, capfd):
    reply, attempts, words = PROBLEMS[problem]
    caplog.set_level(logging.DEBUG)
    with GeminiServer(reply) as server, pytest.raises(Unavailable) as raised:
        asked(server, client)
    assert attempts is None or len(server.requests) == attempts  # one client retries a refused key itself
    assert words is None or str(raised.value) == words
    assert raised.value.__cause__ is None and raised.value.__context__ is None
    out, err = capfd.readouterr()
    assert KEY not in str(raised.value) + caplog.text + out + err


def test_an_error_may_come_in_a_list(client):
    reply = {"status": 400, "raw": json.dumps([stand_in.wrong_key()["body"]]).encode()}
    with GeminiServer(reply) as server, pytest.raises(Unavailable) as raised:
        asked(server, client)
    known = {NEW: "it does not accept the key", OLD: "it refused the request"}  # the older client hides such a reply
    assert str(raised.value) == known[client]


def test_a_server_that_is_not_there(client):
    model = Gemini(KEY, "gemini-stand-in", client, "http://127.0.0.1:9", timeout=1, wait=0.05)
    with pytest.raises(Unavailable, match="cannot be reached"):
        list(model.stream("the rules", "a question", []))


def test_waits_between_tries_are_bounded(client):
    started = time.monotonic()
    with GeminiServer(stand_in.status(503)) as server, pytest.raises(Unavailable):
        asked(server, client)
    assert len(server.requests) == ATTEMPTS
    assert time.monotonic() - started < 10


def test_a_stopped_answer_is_received_no_longer(client):
    with GeminiServer(stand_in.paced(0.05, *["It goes on. "] * 1200)) as server:
        analyst = Conversation(Gemini(KEY, client=client, endpoint=server.address))
        answer = analyst.ask("what is the profit?", research_portfolio(), "BER-MUC", stop=lambda: server.sent > 0)
        assert "it was stopped" in answer.remarks[0]
        waits(lambda: server.broken, 30)  # the reply would take a minute
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [stand_in.quota("0.4s"), stand_in.status(503, headers={"Retry-After": "0.4"})],
    ids=["by the body", "by a header"],
)
def test_the_vendor_says_how_long_to_wait(client, reply):
    with GeminiServer(reply, stand_in.text("At last.")) as server:
        model = Gemini(KEY, "gemini-stand-in", client, server.address, wait=1)
        assert list(model.stream("the rules", "a question", [])) == ["At last."]
    first, second = server.requests
    assert second["time"] - first["time"] >= 0.4


def test_the_end_of_a_quota_may_be_a_date(client):
    later = {"Retry-After": formatdate(time.time() + 90, usegmt=True)}
    with GeminiServer(stand_in.status(429, headers=later)) as server, pytest.raises(Unavailable) as raised:
        asked(server, client)
    assert str(raised.value) in [f"its quota is used up for the next {seconds} s" for seconds in (88, 89, 90)]
    assert len(server.requests) == 1


def test_nothing_shows_the_key(client):
    model = Gemini(KEY, client=client)
    assert KEY not in repr(model) + str(model) + model.name + str(vars(model))


SETTINGS = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_MODEL", "GEMINI_ENDPOINT", "TWIN_GEMINI_CLIENT")


@pytest.fixture
def unset(monkeypatch, tmp_path):
    """Remove all settings, and work in an empty folder."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def test_without_a_key_there_is_no_model(unset):
    assert gemini.from_settings() == (None, "no key is set as GEMINI_API_KEY")


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
def test_the_key_may_have_two_names_and_stand_in_a_file(unset, tmp_path, name):
    settings = f"{name}={KEY}\nGEMINI_MODEL=gemini-other\nTWIN_GEMINI_CLIENT=google-generativeai\n"
    (tmp_path / ".env").write_text(settings)
    model, _ = gemini.from_settings()
    assert (model.model, model.client) == ("gemini-other", "google-generativeai")


def test_models_and_clients_by_default(unset):
    unset.setenv("GOOGLE_API_KEY", KEY)
    model, why = gemini.from_settings()
    assert (model.model, model.client, why) == (gemini.MODEL, "google-genai", "")


@pytest.mark.parametrize("key", ["", KEY], ids=["without a key", "with a key"])
@pytest.mark.parametrize("value", ["genai", "google.genai", "Google-GenAI", "both"])
def test_a_client_of_another_name_is_refused(unset, value, key):
    unset.setenv("TWIN_GEMINI_CLIENT", value)
    unset.setenv("GEMINI_API_KEY", key)
    with pytest.raises(ValueError) as refused:
        gemini.from_settings()
    assert str(refused.value) == (f"TWIN_GEMINI_CLIENT must be one of google-genai, google-generativeai; got {value}")
    with pytest.raises(ValueError, match=f"client must be one of .*; got {value}"):
        Gemini(KEY, client=value)


@pytest.mark.parametrize(
    ("installed", "chosen", "why"),
    [
        ({OLD}, "", f"{NEW} is not installed: install it by python -m pip install {NEW}, or set {{}} to {OLD}"),
        ({OLD}, NEW, f"{NEW} is not installed: install it by python -m pip install {NEW}, or set {{}} to {OLD}"),
        ({NEW}, OLD, f"{OLD} is not installed: install it by python -m pip install {OLD}, or set {{}} to {NEW}"),
        (set(), "", f"{NEW} is not installed: install it by python -m pip install {NEW}"),
        (set(), OLD, f"{OLD} is not installed: install it by python -m pip install {OLD}"),
        ({NEW}, "", ""),
        ({OLD}, OLD, ""),
    ],
)
def test_a_client_that_is_not_installed(unset, installed, chosen, why):
    unset.setattr(Client, "is_installed", lambda client: client.name in installed)
    unset.setenv("GEMINI_API_KEY", KEY)
    unset.setenv("TWIN_GEMINI_CLIENT", chosen)
    model, said = gemini.from_settings()
    assert said == why.format("TWIN_GEMINI_CLIENT") and (model is None) == bool(why)


def test_the_rest_of_a_client_may_be_missing(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "tenacity", None)
    with pytest.raises(Unavailable, match="tenacity is not installed; the extra 'ai' brings it"):
        list(Gemini(KEY, client=client).stream("the rules", "a question", []))


PROFIT = stand_in.text("The lane earns ", "{{lane1.profit}}.")
#: What a model does -> (its replies, where the answer comes from, words of the answer or of its remark).
ANSWERS = {
    "is stopped": ([stand_in.paced(0.1, *["It goes on. "] * 60)], "offline", "it was stopped"),
    "answers": ([PROFIT], "model", "The lane earns $1,304 a day."),
    "takes time": ([stand_in.paced(0.3, *(4 * ["It earns {{lane1.profit}}. "]))], "model", "It earns $1,304 a day."),
    "calls a function": ([stand_in.calls(("assess", {"lane": "lane2"})), PROFIT], "model", "earns $1,304 a day."),
    "is busy for a moment": ([stand_in.quota("0.1s"), PROFIT], "model", "earns $1,304 a day."),
    "recovers": ([stand_in.status(500), PROFIT], "model", "earns $1,304 a day."),
    "is slow": ([stand_in.slow(2, "too late")], "offline", "it did not answer in time"),
    "is busy for long": ([stand_in.quota("31s")], "offline", "its quota is used up for the next 31 s"),
    "fails": ([stand_in.status(500)], "offline", "its server has a problem"),
    "breaks off": ([stand_in.broken_off("Profit is ")], "offline", "it cannot be reached, or broke off"),
    "is blocked": ([stand_in.blocked()], "offline", "it declined to answer"),
    "says nothing": ([stand_in.text("")], "offline", "its answer was empty"),
    "refuses the key": ([stand_in.wrong_key()], "offline", "it does not accept the key"),
}
ASKING = """
import json, os, sys, time
from twin.analyst.conversation import Conversation
from twin.analyst.gemini import from_settings
from twin.plan.portfolio import research_portfolio

answers = {}
for name, address in json.loads(sys.argv[1]).items():
    os.environ["GEMINI_ENDPOINT"] = address
    model, _ = from_settings()
    model._timeout, model._wait = 1, 0.2
    limit, shown = time.monotonic() + 1, []
    answer = Conversation(model).ask(
        "what is the profit?", research_portfolio(), "BER-MUC",
        show=lambda sentences: shown.append(time.monotonic()),
        stop=(lambda: time.monotonic() > limit) if name == "is stopped" else None,
    )
    answers[name] = {"by": answer.by, "words": " ".join([answer.text(), *answer.remarks]), "used": model.client}
    answers[name]["seconds"] = time.monotonic() - shown[0] if shown else 0
print(json.dumps({"answers": answers, "modules": list(sys.modules)}))
"""


@pytest.fixture(scope="module", params=["", OLD], ids=["default", OLD])
def told(request, tmp_path_factory):
    """Ask a question in each situation, all in one process of their own; return (client, output, errors, servers)."""
    outside = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    settings = {"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": "AIza-another", "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": ""}
    if request.param:
        settings["TWIN_GEMINI_CLIENT"] = request.param
    with ExitStack() as opened:
        servers = {name: opened.enter_context(GeminiServer(*replies)) for name, (replies, *_) in ANSWERS.items()}
        addresses = json.dumps({name: server.address for name, server in servers.items()})
        run = subprocess.run(
            [sys.executable, "-c", ASKING, addresses],
            env={**outside, **settings},
            cwd=tmp_path_factory.mktemp("own"),
            capture_output=True,
            text=True,
        )
    return request.param or NEW, run.stdout, run.stderr, servers


@pytest.mark.parametrize("situation", ANSWERS)
def test_a_question_is_answered_in_each_situation_with_each_client(told, situation):
    client, out, err, servers = told
    assert out, err
    answer = json.loads(out)["answers"][situation]
    _, by, words = ANSWERS[situation]
    assert words in answer["words"] and "$1,304 a day" in answer["words"] and answer["used"] == client
    assert answer["by"] == {"model": f"Gemini ({gemini.MODEL})", "offline": "offline analyst"}[by]
    assert servers[situation].requests


def test_sentences_are_shown_while_an_answer_arrives(told):
    _, out, _, _ = told
    assert json.loads(out)["answers"]["takes time"]["seconds"] > 0.25


def test_only_the_chosen_client_is_imported(told):
    client, out, _, _ = told
    modules = {one.module for one in CLIENTS.values()} & set(json.loads(out)["modules"])
    assert modules == {CLIENTS[client].module}


def test_no_warning_is_printed_and_no_key(told):
    _, out, err, servers = told
    assert err == ""  # no FutureWarning, and nothing else
    assert "AIza" not in out
    requests = [request for server in servers.values() for request in server.requests]
    assert KEY not in json.dumps([(request["path"], request["body"]) for request in requests])
    assert all(KEY in request["headers"].values() for request in requests)
