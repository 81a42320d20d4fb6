"""A number that a person types is read by one rule at every field, and asked about if it has two readings."""

import pytest

from twin.__main__ import main
from twin.data.errors import Refused
from twin.data.files.numbers import typed_number, typed_text
from twin.plan.decision import as_written
from twin.plan.kinds import PLAN_KINDS
from twin.plan.plan_rules import field_value
from twin.view.hub.feed_answers import amount, plain

CLEAR = {"2198": 2198, "2.198,5": 2198.5, "2,198.5": 2198.5, "12,5": 12.5, "12.5": 12.5, "1 200": 1200, "2.1980": 2.198}
TWO_WAYS = ("2.198", "2,198", "1.250")


def of_plan(text):
    return field_value(PLAN_KINDS["site"].fields["places"], text)


@pytest.mark.parametrize(
    "read", [lambda text: amount("volume", text), lambda text: typed_number("volume", text), of_plan]
)
def test_every_door_reads_alike(read):
    assert {text: read(text) for text in CLEAR} == CLEAR
    for text in TWO_WAYS:
        with pytest.raises((ValueError, Refused), match=r"may be .* or .*; write it without a mark, or as \d\.\d{4}$"):
            read(text)
    for text in ("", "many", "1.2.3", "nan", "inf"):
        with pytest.raises((ValueError, Refused)):
            if read(text) is None:  # an empty cell of a plan
                raise Refused("empty")


@pytest.mark.parametrize("value", [2.198, 0.125, 1200.0, 999.999, 12345.678, 1 / 3, 0.0])
def test_a_number_that_a_field_shows_is_read_back_without_a_question(value):
    assert typed_number("volume", typed_text(value)) == amount("volume", plain(value)) == value
    assert typed_number("price", as_written(value)) == pytest.approx(value, rel=1e-9)


def test_the_command_line_asks_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'flows.db'}")
    for text in TWO_WAYS:
        with pytest.raises(SystemExit):
            main(["ledger", "log", "2025-01-06", "A", text])
        assert "may be" in capsys.readouterr().err
    assert main(["ledger", "log", "2025-01-06", "A", "2.198,5", "--returns", "1,5"]) == 0
    assert "2198.5 pallets, 1.5 returned" in capsys.readouterr().out
