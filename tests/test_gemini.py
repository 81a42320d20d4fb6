"""Both of the vendor's clients against a local server: replies, function calls, and failures."""

import logging
import time

import gemini_server as stand_in
import pytest
from gemini_server import KEY, GeminiServer

from twin.analyst import gemini
from twin.analyst.gemini import Call, Gemini, Unavailable
from twin.analyst.tools import DECLARATIONS


@pytest.fixture(params=list(gemini.CLIENTS))
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


def test_a_server_that_is_not_there(client):
    model = Gemini(KEY, "gemini-stand-in", client, "http://127.0.0.1:9", timeout=1, wait=0.05)
    with pytest.raises(Unavailable, match="cannot be reached"):
        list(model.stream("the rules", "a question", []))


def test_waits_between_tries_are_bounded(client):
    started = time.monotonic()
    with GeminiServer(stand_in.status(503)) as server, pytest.raises(Unavailable):
        asked(server, client)
    assert len(server.requests) == gemini.ATTEMPTS
    assert time.monotonic() - started < 10


def test_nothing_shows_the_key(client):
    model = Gemini(KEY, client=client)
    assert KEY not in repr(model) + str(model) + model.name + str(vars(model))


SETTINGS = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_MODEL", "GEMINI_CLIENT", "GEMINI_ENDPOINT")


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
    (tmp_path / ".env").write_text(f"{name}={KEY}\nGEMINI_MODEL=gemini-other\nGEMINI_CLIENT=google-genai\n")
    model, _ = gemini.from_settings()
    assert (model.model, model.client) == ("gemini-other", "google-genai")


def test_models_and_clients_by_default(unset):
    unset.setenv("GOOGLE_API_KEY", KEY)
    model, why = gemini.from_settings()
    assert (model.model, model.client, why) == (gemini.MODEL, "google-generativeai", "")


def test_a_client_that_is_not_installed(unset):
    unset.setattr(gemini, "_installed", lambda client: client == "google-genai")
    assert Gemini(KEY).client == "google-genai"
    with pytest.raises(Unavailable, match="extra 'ai'"):
        Gemini(KEY, client="google-generativeai")
    unset.setattr(gemini, "_installed", lambda client: False)
    unset.setenv("GEMINI_API_KEY", KEY)
    model, why = gemini.from_settings()
    assert model is None and "extra 'ai'" in why
