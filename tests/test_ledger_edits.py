"""twin ledger edit, history and revert: one flow is changed, its history is shown, and the change is undone."""

import json

import pytest

from twin.__main__ import main
from twin.data.ledger.store import Ledger


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Return a function that runs one command on a ledger of 12 flows, and returns its exit code and what it said."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    rows = "".join(f"2026-01-{day:02d},A,{20 + day % 3},1\n" for day in range(1, 13))
    (tmp_path / "flows.csv").write_text(f"date,lane,volume,returns\n{rows}")
    with Ledger() as ledger:
        ledger.import_file(tmp_path / "flows.csv", name="flows.csv")

    def run(*arguments):
        code = main(["ledger", *arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_flow_is_edited_its_history_shown_and_the_change_undone(run):
    code, said = run("edit", "3", "23")
    assert code == 0 and "flow 3, 2026-01-03 A, 23 pallets, 1 returned, was 20 pallets, 1 returned" in said
    code, said = run("edit", "3", "250")
    assert code == 1 and "250 pallets are far from the record of A" in said and "--sure saves it" in said
    assert run("edit", "3", "250", "--returns", "2", "--sure")[0] == 0
    code, said = run("history", "A", "2026-01-03")
    last, first, came = said.splitlines()
    assert "eva  change 2: edited, flow 3 of 2026-01-03: 23 pallets, 1 returned -> 250 pallets, 2 returned" in last
    assert (
        "eva  change 1: edited" in first and "import 1 of flows.csv, flow 3 of 2026-01-03: none -> 20 pallets" in came
    )
    code, said = run("revert", "1")
    assert code == 1 and "flow 3 is 250 pallets, 2 returned since eva changed it at" in said
    code, said = run("revert", "2")
    assert code == 0 and "change 2 undone in " in said and "flow 3, 2026-01-03 A, 23 pallets, 1 returned" in said
    assert [event["change"] for event in json.loads(run("history", "A", "--json")[1])["events"]][-2:] == [2, 1]
    assert "nothing has happened to flows of B by hand yet" in run("history", "B")[1]
    assert " by eva" in run("status")[1]
