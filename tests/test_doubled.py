"""A file whose rows all stand in it twice is asked about; equal shipments are not."""

import json

import numpy as np
import pytest
from test_hub import press

from twin.__main__ import main
from twin.data.errors import AlreadyHeld
from twin.data.ledger import doubled as module
from twin.view.hub.hub import Hub

HEAD = "date,lane,volume\n"


def rows_of(days=20, lanes="AB", seed=1):
    """Return rows of shipments of one size, from one to three a day and lane."""
    random = np.random.default_rng(seed)
    return "".join(
        f"2026-01-{day:02d},{lane},{random.integers(10, 14)}\n" * random.integers(1, 4)
        for day in range(1, days + 1)
        for lane in lanes
    )


@pytest.fixture
def file(tmp_path):
    """Return a function that writes rows to a file."""

    def write(rows, name="flows.csv"):
        (tmp_path / name).write_text(HEAD + rows)
        return tmp_path / name

    return write


def test_a_file_pasted_twice_is_imported_only_if_somebody_is_sure(ledger, url, file, capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    rows = rows_of()
    once, twice = rows.count("\n"), file(rows * 2)
    for option in ([], ["--add"], ["--new-only"], ["--replace"]):
        assert main(["ledger", "import", str(twice), *option]) == 1 and ledger.count() == 0
        err = capsys.readouterr().err
        assert (
            f"looks mistaken: all of its {2 * once} rows stand in it twice, with the same lane, day and amounts" in err
        )
        assert "--sure imports them" in err and err.count("\n") == 1
    assert main(["ledger", "import", str(twice), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["added"] == 0
    assert main(["ledger", "import", str(twice), "--sure"]) == 0 and ledger.count() == 2 * once


@pytest.mark.parametrize("negative", ["subtract", "outbound"])
def test_a_file_pasted_twice_is_seen_though_its_negative_volumes_are_netted(ledger, file, negative):
    sign = "-" if negative == "outbound" else ""
    rows = rows_of().replace(",1", f",{sign}1") + "".join(
        f"2026-01-{day:02d},A,{'' if sign else '-'}{day}\n" for day in (3, 4)
    )
    twice = file(rows * 2)
    with pytest.raises(AlreadyHeld, match=f"all of its {2 * rows.count(chr(10))} rows stand in it twice"):
        ledger.import_file(twice, negative=negative)
    once = ledger.import_file(file(rows, "once.csv"), negative=negative)
    assert once.records == 40  # a record for each of two lanes and twenty days


def test_nearly_all_rows_twice_are_asked_about_and_a_few_more_rows_do_not_hide_it(ledger, file):
    newer = "2026-01-21,A,99\n2026-01-21,B,99\n"
    with pytest.raises(AlreadyHeld, match=r"9\d% of its \d+ rows stand in it twice"):
        ledger.import_file(file(rows_of() * 2 + newer))


@pytest.mark.parametrize(
    "rows", [rows_of(), rows_of(days=2) * 2, rows_of(days=10) * 2 + rows_of(days=20, lanes="C", seed=2)]
)
def test_equal_shipments_few_rows_and_files_of_which_a_part_is_twice_are_not_asked_about(ledger, file, rows):
    assert ledger.import_file(file(rows)).records == rows.count("\n")


def test_of_a_long_file_a_part_is_compared_in_which_equal_rows_stand_together(ledger, file, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS_COMPARED", 100)
    rows = rows_of(days=28, lanes="ABCDEFGHIJ")
    assert ledger.import_file(file(rows)).records > 500
    ledger.undo(1)
    with pytest.raises(AlreadyHeld, match=f"all of its {2 * rows.count(chr(10)):,} rows stand in it twice"):
        ledger.import_file(file(rows * 2))


def test_the_hub_says_so_in_its_preview(ledger, url, file, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_file(file(rows_of(days=28, lanes="Z")))
    hub = Hub("ledger:", "Z")
    press(hub.data, do="import", file="twice.csv", content=(HEAD + rows_of() * 2).encode())
    assert "stand in it twice" in hub.data.said and 'role="alert"' in hub.data.said
