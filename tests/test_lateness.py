"""Flows that are late are told wherever a planner looks at a ledger, and nowhere else."""

import datetime

import pytest
from pypdf import PdfReader

from twin.__main__ import main
from twin.data.scenarios import research_lanes
from twin.plan.lateness import late
from twin.view.hub.hub import Hub


@pytest.mark.parametrize(("period", "days"), [("D", 9), ("W", 21), ("MS", 67), ("QS", 189)])
def test_flows_are_late_when_the_next_period_is_over_and_a_week_has_passed(period, days):
    last = datetime.date(2026, 1, 1)
    assert late(last, period, last + datetime.timedelta(days)) == ""
    assert f", {days + 1} days ago" in late(last, period, last + datetime.timedelta(days + 1))


def test_a_morning_and_a_report_of_a_ledger_say_that_its_flows_are_late(ledger, url, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    hub = Hub("ledger:")
    hub.show_morning()
    assert "The last flows are of 2025-12-28, " in hub.morning.page and "was an import missed?" in hub.morning.page
    for command in (["attention", "ledger:"], ["report", "ledger:", "--to", str(tmp_path / "reports")]):
        assert main(command) == 0
        assert "The last flows are of 2025-12-28, " in capsys.readouterr().out
    (pdf,) = (tmp_path / "reports").glob("*.pdf")
    assert "The last flows are of 2025-12-28, " in PdfReader(pdf).pages[0].extract_text().replace("\n", " ")
    assert main(["attention"]) == 0
    assert "The last flows are" not in capsys.readouterr().out
