"""twin ask: answers as text and as JSON, on the research lanes, files and the ledger."""

import json

import gemini_server as stand_in
import pytest
from gemini_server import KEY, GeminiServer

from twin.__main__ import main
from twin.analyst._gemini_clients import CLIENTS, Client
from twin.data.history import write_csv
from twin.data.ledger.store import Ledger
from twin.data.scenarios import network, research_lanes
from twin.plan.portfolio import research_portfolio
from twin.view.analyst_desk import AnalystDesk
from twin.view.widgets import Sheet

SETTINGS = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "GEMINI_MODEL", "TWIN_GEMINI_CLIENT", "GEMINI_ENDPOINT")


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """Remove all keys, and work in an empty folder."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)


def ask(capsys, *arguments):
    """Return the output and the exit code of the command."""
    code = main(["ask", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_conversation_in_words(capsys):
    code, out, err = ask(capsys, "--lane", "BER-MUC", "what is the profit?", "and for HAM-ROT?")
    assert (code, err) == (0, "")
    assert out.count("(offline analyst)") == 2 and out.startswith(
        "> what is the profit?\nProfit of BER-MUC is $1,304 a day"
    )
    assert "Profit of HAM-ROT is $2,862 a day" in out
    running = research_portfolio().network()["lane_profit"]  # as the table of lanes has it
    words = " ".join(out.split())
    assert all(f"Lane profit of {lane} is ${running[lane]:,.0f} a day" in words for lane in ("BER-MUC", "HAM-ROT"))


def test_json(capsys):
    code, out, _ = ask(capsys, "--json", "how large is the safety stock of FRA-PAR?")
    (answer,) = json.loads(out)
    assert code == 0 and answer["by"] == "offline analyst"
    (fact,) = answer["facts"]
    assert fact["value"] == research_portfolio().numbers("FRA-PAR")["safety_stock"]
    assert (fact["of"], fact["unit"], fact["source"]) == ("FRA-PAR", "pallet", "buffers.safety_stock")


def test_flows_are_summed_into_the_period_that_is_asked_for(capsys):
    code, out, _ = ask(capsys, "--json", "--period", "W", "--lane", "BER-MUC", "what is the mean demand?")
    (fact,) = json.loads(out)[0]["facts"]
    flows = research_lanes().flows
    weeks = 156  # number of whole weeks on record
    assert code == 0 and fact["unit"] == "pallet/week"
    assert fact["value"] == pytest.approx(flows[flows["lane"] == "BER-MUC"]["volume"].sum() / weeks, rel=1e-12)


def test_the_facts_behind_an_answer(capsys):
    _, out, _ = ask(capsys, "--facts", "--lane", "BER-MUC", "fill rate?")
    assert "  lane1.fill_rate  0.964409 -  buffers.fill_rate" in out


def test_files_policies_and_the_ledger(capsys, tmp_path, monkeypatch):
    write_csv(network(lanes=3, periods=60), tmp_path / "flows.csv")
    (tmp_path / "policies.csv").write_text("lane,internal_capacity,service_level\nLANE-2,10,\n")
    given = ("--file", "flows.csv", "--policies", "policies.csv", "--lane", "LANE-2")
    _, out, _ = ask(capsys, *given, "own capacity?", "which lanes need attention?")
    assert "Internal capacity of LANE-2 is 10.0 pallets" in out and "first: LANE-2" in out
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with Ledger() as ledger:
        ledger.import_history(research_lanes())
    _, out, _ = ask(capsys, "--file", "ledger:", "which lane is the worst?")
    assert "The profit of 3 lanes together is" in " ".join(out.split())
    assert "Assumed: internal capacity of all lanes" in out


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (("",), "question must be one with words in it"),
        (
            ("--lane", "NOWHERE", "profit?"),
            "lane must be one of the lanes, such as BER-MUC, FRA-PAR, HAM-ROT; got NOWHERE",
        ),
        (("--file", "no.csv", "profit?"), "no.csv does not exist"),
    ],
)
def test_unusable_input_gives_one_sentence(capsys, arguments, sentence):
    code, out, err = ask(capsys, *arguments)
    assert (code, out) == (2, "") and err.startswith("twin: ") and sentence in err


@pytest.mark.parametrize("client", list(CLIENTS))
def test_gemini_answers_with_a_key_and_offline_gives_the_same_number(capsys, monkeypatch, client):
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    monkeypatch.setenv("TWIN_GEMINI_CLIENT", client)
    words = stand_in.text("Here is the answer. Profit of {{lane1}} ", "is {{lane1.profit}}, not $5.")
    right = stand_in.text("It earns ", "{{lane1.profit}}.")
    with GeminiServer(stand_in.calls(("assess", {"lane": "lane2"})), right, words, stand_in.status(429)) as server:
        monkeypatch.setenv("GEMINI_ENDPOINT", server.address)
        questions = ("--lane", "BER-MUC", "what is the profit?", "the profit, please?", "its profit now?")
        _, out, err = ask(capsys, "--json", *questions)
        _, offline, _ = ask(capsys, "--json", "--offline", *questions)
    first, second, third = json.loads(out)
    assert (first["by"], first["answer"]) == ("Gemini (gemini-flash-latest)", "It earns $1,304 a day.")
    assert "[offline analyst: Profit of BER-MUC is $1,304 a day" in second["answer"] and second["remarks"]
    assert third["by"] == "offline analyst" and "its quota is used up for now" in third["remarks"][0]
    told = [[fact for fact in one["facts"] if fact["name"] == "profit"] for one in (first, second, third)]
    assert told == [one["facts"][:1] for one in json.loads(offline)]  # the offline analyst adds the lane profit
    assert KEY not in out + err and KEY not in json.dumps([request["body"] for request in server.requests])
    assert "BER-MUC" not in json.dumps([request["body"] for request in server.requests])


def test_a_client_of_another_name_is_refused_on_the_command_line_and_told_in_the_hub(capsys, monkeypatch):
    monkeypatch.setenv("TWIN_GEMINI_CLIENT", "gemini")
    sentence = "TWIN_GEMINI_CLIENT must be one of google-genai, google-generativeai; got gemini"
    assert ask(capsys, "what is the profit?") == (2, "", f"twin: {sentence}\n")
    desk = AnalystDesk(Sheet(), lambda: (research_portfolio(), "BER-MUC"), lambda: None)
    assert f"The offline analyst answers, because {sentence}." in desk.page()


def test_a_key_without_a_client_is_told(capsys, monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr(Client, "is_installed", lambda client: client.name == "google-generativeai")
    code, out, err = ask(capsys, "what is the profit?")
    assert code == 0 and "(offline analyst)" in out
    assert err == (
        "twin: the offline analyst answers, because google-genai is not installed: install it by "
        "python -m pip install google-genai, or set TWIN_GEMINI_CLIENT to google-generativeai\n"
    )
    assert ask(capsys, "--offline", "what is the profit?")[2] == ""
