"""What a file asks is answered at every interface in its own words, and the same options give the same numbers."""

import ast
import json
import os
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from spreadsheets import xlsx
from test_hub import press

from twin.__main__ import main, program
from twin.batch.plan import read_plan
from twin.command.options import on_command_line, reading_of
from twin.data.advice import Advice, in_python, said
from twin.data.files.options import READING, ReadingOptions
from twin.data.load import load_history, read_history
from twin.plan.table_report import assess_history
from twin.view.hub.data_feed import DataFeed
from twin.view.hub.hub import Hub
from twin.view.hub.reading_form import ONE_LANE, PREFIX, in_form
from twin.view.opening import opened

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
DAYS = [f"2024-01-{day:02d}" for day in range(1, 13)]


def of_days(header, row, days=DAYS):
    """Return a file with a row for each day, in which {} is the number of the day."""
    return "\n".join([header, *(row.replace("{d}", day).replace("{}", str(n)) for n, day in enumerate(days, 1)), ""])


SUM = [
    f"{day},{lane},{v}" for n, day in enumerate(DAYS, 1) for lane, v in zip("ABC", (n, n * n, n + n * n), strict=True)
]
#: Field that a file asks about -> files that ask about it.
ASKED = {
    "dayfirst": [of_days("date,lane,volume", "{d},A,5", [f"0{day}/04/2024" for day in range(1, 9)])],
    "decimal": [of_days("date;lane;volume", "{d};A;{}.250", DAYS[:8])],
    "dates": [of_days("date,lane,volume", "{d},A,5", [f"2023{month:02d}" for month in range(1, 13)])],
    "far_dates": [of_days("date,lane,volume", "{d},A,5") + "2026-01-01,A,5\n"],
    "negative": [of_days("date,lane,volume", "{d},A,{}") + "2024-01-03,A,-1\n"],
    "where": [of_days("date,lane,volume,Unit of measure", "{d},A,5,PAL") + "2024-01-03,A,200,CAR\n"],
    "sums": ["\n".join(["date,lane,volume", *SUM, ""])],
    "columns": [
        of_days("date,lane,volume,demand", "{d},A,{},9"),
        of_days("Datum,Von,Nach,Artikel,Menge", "{d},X,Y,A,{}"),
        of_days("date,place,amount", "{d},A,{}"),
        of_days("date,berth,volume", "{d},A,{}") + "2024-01-03,A,9\n",
    ],
    "sheet": [xlsx({name: [["date", "lane", "volume"], *([day, "A", 5] for day in DAYS)] for name in ("Jan", "alt")})],
    "good_rows_only": [of_days("date,lane,volume", "{d},A,{}") + "2024-01-03,A,many\n"],
}  # fmt: skip
FILES = [(field, content) for field, files in ASKED.items() for content in files]


def saved(folder, content):
    path = folder / ("asked.xlsx" if isinstance(content, bytes) else "asked.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def in_fields(field, value):
    """Return the fields of the hub's form that say an option."""
    if field == "columns":
        ticked = {f"{PREFIX}columns-one-lane": "on"} if value == {"lane": ""} else {}
        return ticked | {f"{PREFIX}columns-{ours}": heading for ours, heading in value.items()}
    return {PREFIX + field: "on" if READING[field].is_switch else str(value)}


@pytest.mark.parametrize(("field", "content"), FILES, ids=[f"{field}{n}" for n, (field, _) in enumerate(FILES)])
def test_each_interface_names_its_own_way_out_and_each_way_leads_out(field, content, tmp_path, monkeypatch):
    path, feed = saved(tmp_path, content), DataFeed(lambda *_: None)
    with pytest.raises(ValueError, match=r".") as refusal:
        read_history(path)
    advice = refusal.value.args[0]
    assert isinstance(advice, Advice) and field in dict(advice.ways) and str(refusal.value) == str(advice)
    assert "--" not in advice.text and "=" not in advice.text.replace("COLUMN=VALUE", "")

    told = said(refusal.value, on_command_line).removeprefix(f"{advice.text}; ")
    commands = re.findall(r"(?=(?:say|or) (--.+?)(?: or |$))", told)
    assert len(commands) == len(advice.ways), told
    for command, (name, value) in zip(commands, advice.ways, strict=True):
        options = reading_of(program().parse_args(["assess", str(path), *shlex.split(command)]))
        assert options[name] in (value, [value])
        if "..." not in command:  # the planner's to fill in
            read_history(path, **options)

    press(feed.forms, do="upload", file=path.name, content=path.read_bytes())
    assert "“How the file is read”" in feed.forms.said and 'role="alert"' in feed.forms.said
    assert not re.search(r"--\w|\bsay |reading =|columns=|where=", feed.forms.said), feed.forms.said
    fields = set(re.findall(rf'name="({PREFIX}[\w-]+)"', feed.forms.page))
    for name, value in advice.ways:
        if "..." in str(value):
            continue
        message = in_fields(name, value)
        assert set(message) & fields
        press(feed.forms, do="upload", file=path.name, content=path.read_bytes(), **message)
        assert 'role="alert"' not in feed.forms.said, (message, feed.forms.said)

    with pytest.raises(ValueError, match=r"; say reading = {") as refusal:
        opened(str(path), {})
    sentence = str(refusal.value).removeprefix(advice.text)
    literals = re.findall(r"reading = (\{.*?\}) among the parameters", sentence.replace("}}", "} }"))
    assert len(literals) == len(advice.ways) and "--" not in sentence
    for literal, (name, value) in zip(literals, advice.ways, strict=True):
        assert ReadingOptions.of(ast.literal_eval(literal)).stated() == {name: (value,) if name == "where" else value}
    monkeypatch.setenv("TWIN_PROVENANCE", "a job")
    with pytest.raises(ValueError, match=r"; say reading: {.* in its job"):
        opened(str(path), {})


def test_a_choice_that_was_made_is_kept_in_the_next_advice(tmp_path):
    path = saved(tmp_path, of_days("date;place;volume", "{d};A;{}.250", DAYS[:8]))
    columns = {"columns": {"lane": "place"}}
    with pytest.raises(
        ValueError, match=r"say reading = {\"columns\": {\"lane\": \"place\"}, \"decimal\": \".\"} among"
    ):
        opened(str(path), columns)


def test_findings_of_the_account_are_said_in_the_words_of_the_interface(tmp_path, capsys):
    rows = of_days("date,lane,volume,status", "{d},A,5,in") + of_days("", "{d},A,5,out").lstrip()
    path, feed = saved(tmp_path, rows), DataFeed(lambda *_: None)
    account = read_history(path).account
    assert "say where='status=in'" in str(account) and "say where='status=in'" in account.audit[0]
    assert main(["assess", str(path)]) == 0 and "--where status=in" in capsys.readouterr().out
    press(feed.forms, do="upload", file="a.csv", content=path.read_bytes())
    assert "write “status=in” for “Only rows where”" in feed.forms.said and "--where" not in feed.forms.said


def test_the_hub_shows_the_account_of_a_refused_file(tmp_path):
    feed = DataFeed(lambda *_: None)
    for content, sentence in (
        (of_days("date,lane,volume", "{d},A,many"), "has no usable row"),
        ("date,lane,volume\n2024-01-01,A,5\n2024-01-01,B,5\n", "only one period of history"),
        (ASKED["negative"][0], "cannot be used, more than 5%"),
    ):
        press(feed.forms, do="upload", file="a.csv", content=content.encode())
        assert sentence in feed.forms.said and "Account of the file" in feed.forms.said, feed.forms.said
        assert feed.feed.source == "research"


def test_every_option_has_a_control_at_every_interface(capsys):
    page = DataFeed(lambda *_: None).forms.page
    with pytest.raises(SystemExit):
        main(["assess", "--help"])
    options = capsys.readouterr().out
    for name, row in READING.items():
        assert row.label and row.meaning, name
        assert re.search(rf'name="{PREFIX}{name}["-]', page), name
        value = {"lane": "A"} if name == "columns" else next(iter(row.choices), True if row.is_switch else "x")
        assert row.label in in_form([(name, value)]) and name in in_python([(name, value)])
        for word in re.findall(r"--[a-z-]+", said(Advice("a", (name, value)), on_command_line)):
            assert word in options, name
    assert ONE_LANE in page


#: A file that needs options: separators, marks and order of days do not decide, and columns have strange names.
OPTIONS = {
    "columns": {"lane": "Halle"},
    "dayfirst": True,
    "decimal": ",",
    "negative": "returns",
    "where": ["Einheit=PAL"],
    "duplicates": "sum",
}
FLAGS = "--column lane=Halle --day-first --decimal , --negative returns --where Einheit=PAL".split()


def a_file(folder):
    random = np.random.Generator(np.random.PCG64(5))
    rows = ["Datum;Halle;Menge;Einheit"]
    for day in range(1, 11):
        for lane in ("Nord", "1001"):
            rows.append(
                f"{day:02d}/{1 + day % 2:02d}/2024;{lane};{random.integers(1, 9)}.{random.integers(100, 999)};PAL"
            )
            rows.append(f"{day:02d}/{1 + day % 2:02d}/2024;{lane};{random.integers(2, 99)};CAR")
    rows.append("04/01/2024;Nord;-1.004;PAL")
    (folder / "flows.csv").write_text("\n".join([*rows, ""]))
    return folder / "flows.csv"


def test_the_same_options_give_the_same_numbers_at_every_interface(tmp_path, capsys, monkeypatch):
    path = a_file(tmp_path)
    expected = assess_history(read_history(path, **OPTIONS)).table
    assert expected.loc["Nord", "return_rate"] > 0 and expected["demand_mean"].min() > 1000

    assert main(["assess", str(path), *FLAGS, "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["reading"]["options"] == ReadingOptions(**OPTIONS).told()
    assert content["reading"]["decided"] == {"period": "D"}
    by_command = {lane: answers["safety_stock"] for lane, answers in content["lanes"].items()}

    hub = Hub()
    fields = {name: text for option in OPTIONS.items() for name, text in in_fields(*option).items()}
    fields[f"{PREFIX}where"] = "\n".join(OPTIONS["where"])
    press(hub.data, do="upload", file="flows.csv", content=path.read_bytes(), **fields)
    by_hub = hub.session.network()["safety_stock"].to_dict()

    cells = json.loads((NOTEBOOKS / "06_operations_hub.ipynb").read_text(encoding="utf-8"))["cells"]
    setup, parameters, opening = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"][:3]
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(f"{setup}\n{parameters}\nhistory, lane, reading = {str(path)!r}, 1001, {OPTIONS!r}\n{opening}", names)
    by_notebook = names["session"].network()["safety_stock"].to_dict()
    assert names["session"].lane == "1001"

    (paper := tmp_path / "paper").mkdir()
    notebook = os.path.relpath(NOTEBOOKS / "02_buffers.ipynb", paper)
    entry = {"name": "a", "notebook": notebook, "parameters": {"history": "flows.csv"}, "reading": OPTIONS}
    (paper / "figures.yml").write_text(json.dumps({"jobs": [entry]}))
    (job,) = read_plan(paper)
    for reading, why in (({"negativ": "returns"}, "perhaps for 'negative'"), ({"where": 5}, "where must be a text")):
        (paper / "figures.yml").write_text(json.dumps({"jobs": [{**entry, "reading": reading}]}))
        with pytest.raises(ValueError, match=f"job a: .*{why}"):
            read_plan(paper)
    by_batch = (
        assess_history(opened(job.parameters["history"], job.parameters["reading"])).table["safety_stock"].to_dict()
    )

    assert by_command == by_hub == by_notebook == by_batch == expected["safety_stock"].to_dict()


def test_what_was_decided_says_the_same_when_it_is_stated(tmp_path):
    path = saved(tmp_path, of_days("date;lane;volume", "{d};A;{}.250,5", [f"{day}/01/2024" for day in range(10, 19)]))
    history = load_history(path)
    reading = history.account.reading()
    assert reading["decided"] == {"dayfirst": True, "decimal": ",", "period": "D"} or reading["decided"].keys() >= {
        "dayfirst"
    }
    again = load_history(path, **reading["decided"])
    assert again.flows.equals(history.flows) and again.account.reading()["decided"] == {}
