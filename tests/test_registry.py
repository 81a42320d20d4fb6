"""The registry of quantities: two edits add an answer or a policy field, which then appears in every interface."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twin.answers import ANSWERS
from twin.plan.quantities import QUANTITIES
from twin.policy import POLICY

ROOT = Path(__file__).parents[1]

ANSWER = {
    "answers.py": (
        "_ROWS = (\n",
        '_ROWS = (\n    Quantity(name="days_of_cover", unit="period", meaning="mean days that the buffer lasts", '
        'source="lane.assess"),\n',
    ),
    "lane.py": (
        '    return {\n        "workload_mean"',
        '    return {\n        "days_of_cover": stock / load.mean,\n        "workload_mean"',
    ),
}
CARBON = """    carbon_price: ArrayLike = _row(
        0.5,
        unit="$/pallet",
        meaning="price of the carbon of a handled pallet",
        source="policy.Policy",
        control=Bounds("Costs", 0.0, 50.0, 0.5),
    )
"""
FIELD = {
    "policy.py": ("    dwell: ArrayLike = _row(\n", CARBON + "    dwell: ArrayLike = _row(\n"),
    "lane.py": (
        'handling_cost=given["handling_cost"],',
        'handling_cost=given["handling_cost"] + given["carbon_price"],',
    ),
}
TEMPERATURE = """    temperature: ArrayLike = _choice(
        "ambient",
        "frozen",
        meaning="temperature of the goods",
    )
"""
CHOICE = {
    "policy.py": ("    dwell: ArrayLike = _row(\n", TEMPERATURE + "    dwell: ArrayLike = _row(\n"),
    "lane.py": (
        'handling_cost=given["handling_cost"],',
        'handling_cost=given["handling_cost"] + 10 * _input("temperature", given["temperature"]),',
    ),
}
INTERFACES = """
import contextlib, io, json, sys
import numpy as np
from pathlib import Path
import twin
from twin.__main__ import main
from twin.analyst.conversation import Conversation
from twin.data.load import load_history
from twin.plan.feed import feed_of_history
from twin.plan.lane_report import simulated_profits
from twin.plan.notation import renewed
from twin.plan.portfolio import portfolio_of
from twin.view.hub import downloads, network
from twin.view.hub.reopening import query_of
from twin.view.hub.session import Session

def printed(*arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(list(arguments)) == 0
    return out.getvalue()

def asked(portfolio, question):
    answer = Conversation(None).ask(question, portfolio, "A")
    return {"text": answer.text(), "remarks": list(answer.remarks)}

def simulated():
    return simulated_profits(session.moments, session.policy, session.numbers()).mean()

folder, notation = Path(sys.argv[1]), Path(sys.argv[2])
flows = folder / "flows.csv"
days = np.arange("2026-01-01", "2026-03-02", dtype="datetime64[D]")
rng = np.random.default_rng(1)
lines = [f"{day},{lane},{rng.integers(low, 2 * low)}" for day in days for lane, low in (("A", 40), ("B", 90))]
flows.write_text("date,lane,volume\\n" + "\\n".join(lines) + "\\n")
(folder / "policies.csv").write_text(sys.argv[3])
feed = feed_of_history(load_history(flows))
session, portfolio = Session(feed), portfolio_of(feed)
session.pick("A")
bare = twin.assess({"demand_mean": 100.0, "demand_sd": 20.0}, twin.Policy())
found = {
    "bare": {name: float(value) for name, value in bare.items()},
    "json": json.loads(printed("assess", str(flows), "--policies", str(folder / "policies.csv"), "--json")),
    "text": printed("assess", str(flows)),
    "notation": renewed(notation.read_text()),
    "controls": [field.name for field in session.fields],
    "csv": downloads.numbers_csv(session).decode(),
    "sheet": downloads._state(session, session.numbers()),
    "hub": session.numbers(),
    "network": session.network().columns.tolist(),
    "columns": network.columns("D"),
    "what_if": asked(portfolio, sys.argv[4]),
    "value": asked(portfolio, sys.argv[5]),
    "changed": None,
    "simulated": simulated(),
}
if len(sys.argv) > 6:
    session.change(**{sys.argv[6]: float(sys.argv[7]) if sys.argv[7][0].isdigit() else sys.argv[7]})
    found["changed"] = {"hub": session.numbers(), "query": query_of(session), "simulated": simulated()}
print(json.dumps(found))
"""


def interfaces(tmp_path, edits, policies, *arguments):
    """Return the output of each interface after edits of a copy of the package, one edit per file."""
    shutil.copytree(ROOT / "twin", tmp_path / "twin", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new) in edits.items():
        path = tmp_path / "twin" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        path.write_text(text.replace(old, new), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", INTERFACES, tmp_path, ROOT / "NOTATION.md", policies, *arguments]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_an_answer_takes_a_row_and_a_line_of_arithmetic(tmp_path):
    question = "what if the standard deviation of demand doubles?"
    found = interfaces(tmp_path, ANSWER, "lane,dwell\nA,2\n", question, "what is the days of cover of A?")
    lane = found["json"]["lanes"]["A"]
    assert found["bare"]["days_of_cover"] == pytest.approx(found["bare"]["safety_stock"] / 100.0)
    assert lane["days_of_cover"] == pytest.approx(lane["safety_stock"] / lane["workload_mean"])
    assert found["json"]["units"]["days_of_cover"] == "period"
    assert "\ndays_of_cover " in found["text"]
    assert "| `days_of_cover` | | period | mean days that the buffer lasts | `lane.assess` |" in found["notation"]
    assert found["hub"]["days_of_cover"] > 0 and "days_of_cover" in found["network"]
    assert "A,answer,days_of_cover," in found["csv"]
    assert any(row[0] == "days of cover" for row in found["sheet"]["answers"])
    assert (
        "Days of cover of A is" in found["value"]["text"]
        and "mean days that the buffer lasts" in found["value"]["text"]
    )
    assert "safety stock" in found["what_if"]["text"].lower()


def test_a_policy_field_takes_a_row_and_its_use(tmp_path):
    arguments = ("what if the carbon price is $4?", "what is the carbon price of A?", "carbon_price", "4")
    found = interfaces(tmp_path, FIELD, "lane,carbon_price\nA,2\n", *arguments)
    assert found["json"]["lanes"]["A"]["carbon_price"] == 2.0 and found["json"]["lanes"]["B"]["carbon_price"] == 0.5
    assert any("carbon price $0.50 a pallet" in words for words in found["json"]["assumptions"])
    assert "\ncarbon_price " in found["text"]
    assert (
        "| `carbon_price` | | $/pallet | price of the carbon of a handled pallet | `policy.Policy` |"
        in found["notation"]
    )
    assert "carbon_price" in found["controls"] and "carbon_price" in found["network"]
    assert "A,control,carbon_price,0.5,$/pallet" in found["csv"]
    assert any(row[0] == "carbon price" for row in found["sheet"]["controls"])
    now, then = found["hub"], found["changed"]["hub"]
    handled = now["handling"] / 50.5  # pallets
    assert then["profit"] == pytest.approx(now["profit"] - 3.5 * handled)
    assert "carbon_price=4" in found["changed"]["query"]
    assert found["simulated"] == pytest.approx(now["profit"], abs=4 * now["profit_sd"] / 20_000**0.5)
    simulated = found["changed"]["simulated"]
    assert simulated == pytest.approx(then["profit"], abs=4 * then["profit_sd"] / 20_000**0.5)
    assert then["value_at_risk"] > now["value_at_risk"] and then["profit_sd"] != now["profit_sd"]
    assert "Carbon price of A is $0.50" in found["value"]["text"]
    assert "profit" in found["what_if"]["text"].lower() and not found["what_if"]["text"].startswith("This was not")


def test_a_choice_takes_a_row_and_its_use(tmp_path):
    arguments = ("what if demand doubles?", "what is the temperature of A?", "temperature", "frozen")
    found = interfaces(tmp_path, CHOICE, "lane,temperature\nA,frozen\n", *arguments)
    assert found["json"]["lanes"]["A"]["temperature"] == "frozen"
    assert found["json"]["lanes"]["B"]["temperature"] == "ambient"
    assert found["json"]["units"]["temperature"] == "one of ambient, frozen"
    assert any("temperature ambient" in words and "1 of 2" in words for words in found["json"]["assumptions"])
    assert "\ntemperature " in found["text"]
    row = "| `temperature` | | one of ambient, frozen | temperature of the goods | `policy.Policy` |"
    assert row in found["notation"]
    assert "temperature" in found["controls"] and "temperature" in found["network"]
    assert "A,control,temperature,ambient," in found["csv"]
    assert any(row[:2] == ["temperature", "ambient"] for row in found["sheet"]["controls"])
    now, then = found["hub"], found["changed"]["hub"]
    assert then["handling"] == pytest.approx(now["handling"] * 60 / 50)
    assert "temperature=frozen" in found["changed"]["query"]
    assert "ambient" in " ".join([found["value"]["text"], *found["value"]["remarks"]])


def test_every_row_says_what_its_number_is():
    for name, row in QUANTITIES.items():
        assert row.name == name and row.unit and row.meaning and row.source, name
        assert not row.meaning.lower().startswith(("what ", "whether ", "who ")), name
    assert not set(POLICY) & (set(ANSWERS) - {"service_level"})
