"""Imports of lanes and days that are held: asked about, and left out, replaced or added on top as was said."""

import datetime
import json
import os
import pty
import sys
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from processes import command_line

from twin.__main__ import main
from twin.data.errors import AlreadyHeld, Counts
from twin.data.ledger.odd_days import odd_days
from twin.data.ledger.outlying import usual_range

FLOWS = "date,lane,volume,returns\n2026-01-05,A,5,1\n2026-01-06,A,7.25,0\n2026-01-06,A,1,0\n2026-01-06,B,2,2\n"
# B of 6 January and the returns of A of 5 January differ, 7 January is new; A of 6 January has its two flows the
# other way round, which is the same day.
REVISED = (
    "date,lane,volume,returns\n2026-01-05,A,5,2\n2026-01-06,A,1,0\n2026-01-06,A,7.25,0\n2026-01-06,B,3,2\n"
    "2026-01-07,B,9,0\n"
)


@pytest.fixture
def run(url, capsys, monkeypatch):
    """Return a function that runs one command on the ledger and returns its exit code, its output and its errors."""
    monkeypatch.setenv("DATABASE_URL", url)

    def run(*arguments):
        return main(["ledger", *map(str, arguments)]), *capsys.readouterr()

    return run


def held(ledger):
    """Return the flows of a ledger as (day, lane, volume, returns), in order."""
    return sorted((flow.date.day, flow.lane, flow.volume, flow.returns) for flow in ledger.records())


BEFORE = [(5, "A", 5, 1), (6, "A", 1, 0), (6, "A", 7.25, 0), (6, "B", 2, 2)]
AFTER = {
    "new-only": [*BEFORE, (7, "B", 9, 0)],
    "replace": [(5, "A", 5, 2), (6, "A", 1, 0), (6, "A", 7.25, 0), (6, "B", 3, 2), (7, "B", 9, 0)],
    "add": sorted([*BEFORE, (5, "A", 5, 2), (6, "A", 1, 0), (6, "A", 7.25, 0), (6, "B", 3, 2), (7, "B", 9, 0)]),
}


def test_an_import_of_held_days_is_refused_with_the_counts_and_the_three_options(run, file, ledger):
    assert run("import", file(FLOWS))[0] == 0
    code, out, err = run("import", file(REVISED, "revised.csv"))
    assert (code, out) == (1, "") and held(ledger) == BEFORE
    assert "of its 5 flows, 1 of new lanes and days, 2 the same as held, 2 changed; 0 outlying" in err
    assert all(option in err for option in ("--new-only", "--replace", "--add")) and err.count("\n") == 1
    code, out, err = run("import", file(REVISED, "revised.csv"), "--json")
    counts = {"new": 1, "same": 2, "changed": 2, "outlying": 0}
    assert code == 1 and json.loads(out) == {"place": ledger.place, "added": 0, "counts": counts}


@pytest.mark.parametrize("word", ["new-only", "replace", "add"])
def test_the_three_words_do_what_they_say_and_undo_takes_it_back(run, file, ledger, word):
    run("import", file(FLOWS))
    ids = ledger.read()["id"].tolist()
    code, out, _ = run("import", file(REVISED, "revised.csv"), f"--{word}", "--json")
    answer = json.loads(out)
    added = {"new-only": 1, "replace": 3, "add": 5}[word]
    assert code == 0 and answer["added"] == added
    assert answer["counts"] == {"new": 1, "same": 2, "changed": 2, "outlying": 0}
    assert held(ledger) == AFTER[word]
    restored = 2 if word == "replace" else 0
    assert json.loads(run("undo", 2, "--json")[1])["restored"] == restored
    assert held(ledger) == BEFORE and ledger.read()["id"].tolist() == ids


def test_only_one_of_the_three_words_may_be_said(run, file, capsys):
    with pytest.raises(SystemExit):
        run("import", file(FLOWS), "--replace", "--add")
    assert "not allowed with argument" in capsys.readouterr().err


def test_a_file_whose_days_are_all_new_is_not_asked_about(ledger, file):
    ledger.import_file(file(FLOWS))
    new = file("date,lane,volume\n2026-01-05,B,4\n2026-01-07,A,3\n", "new.csv")  # within the span of what is held
    assert ledger.import_file(new).counts == Counts(2, 0, 0, 0) and ledger.count() == 6


def test_a_file_that_has_nothing_new_is_not_asked_about(run, file, ledger):
    run("import", file(FLOWS))
    part = file("date,lane,volume,returns\n2026-01-06,B,2,2\n", "part.csv")
    for word in ([], ["--new-only"], ["--replace"]):
        code, out, _ = run("import", part, *word)
        assert code == 0 and "nothing new: the ledger holds flows of all these lanes and days; --add adds" in out
    code, out, _ = run("import", file(part.read_text().replace(",2,2", ",3,2"), "changed.csv"), "--new-only")
    assert code == 0 and "all these lanes and days, and 1 differs in this file; --replace replaces these" in out
    assert held(ledger) == BEFORE


def test_unknown_volumes_and_unrecorded_returns_differ_from_zero(ledger, file):
    ledger.import_file(file("date,lane,volume\n2026-01-05,A,unknown\n2026-01-06,A,0\n2026-01-07,A,5\n"))
    for day, volume, returns in ((5, "0", ""), (6, "unknown", ""), (7, "5", "0")):
        other = file(f"date,lane,volume,returns\n2026-01-{day:02d},A,{volume},{returns}\n2026-01-09,A,1,0\n", "b.csv")
        with pytest.raises(AlreadyHeld) as question:
            ledger.import_file(other)
        assert question.value.preview.counts[:3] == (1, 0, 1), day


def test_undo_goes_back_one_replacement_after_the_other(ledger, file):
    first = ledger.import_file(file(FLOWS))
    second = ledger.import_file(file(REVISED, "b.csv"), held="replace")
    third = ledger.import_file(file(REVISED.replace("B,3", "B,4"), "c.csv"), held="replace")
    assert (third.records, ledger.read("B")["volume"].tolist()) == (1, [4.0, 9.0])
    for one, later in ((first, 2), (second, 3)):
        with pytest.raises(ValueError, match=rf"of import {one.id} (was|were) replaced, so undo import {later} first"):
            ledger.undo(one.id)
    assert ledger.undo(third.id) == (1, 1) and held(ledger) == AFTER["replace"]
    assert ledger.undo(second.id) == (3, 2) and held(ledger) == BEFORE
    assert ledger.undo(first.id) == (4, 0) and ledger.count() == 0


def test_a_replacement_repairs_days_that_were_added_twice(ledger, file):
    ledger.import_file(file(FLOWS))
    ledger.import_file(file(FLOWS), held="add")
    assert ledger.import_file(file(FLOWS)).repeated and ledger.count() == 8
    assert ledger.import_file(file(FLOWS), held="replace").counts == Counts(0, 0, 4, 0)
    assert held(ledger) == BEFORE


def test_a_replacement_takes_the_place_of_logged_flows_too(ledger, file):
    flow = ledger.append("2026-01-07", "B", 1)
    done = ledger.import_file(file(REVISED), held="replace")
    assert done.counts == Counts(4, 0, 1, 0) and ledger.read("B")["volume"].tolist() == [3.0, 9.0]
    ledger.undo(done.id)
    assert list(ledger.records()) == [flow]


def test_an_answer_to_other_counts_is_asked_again(ledger, file):
    ledger.import_file(file(FLOWS))
    with pytest.raises(AlreadyHeld) as question:
        ledger.import_file(file(REVISED, "b.csv"))
    ledger.append("2026-01-07", "B", 9, 0)
    with pytest.raises(AlreadyHeld) as again:
        ledger.import_file(file(REVISED, "b.csv"), held="add", asked=question.value.preview)
    assert again.value.preview.counts == (0, 3, 2, 0)
    assert ledger.import_file(file(REVISED, "b.csv"), held="replace", asked=again.value.preview).records == 2


def test_concurrent_imports_of_the_same_days_double_nothing(url, tmp_path):
    """Six files that share most of their days are imported at once; each day is in the ledger once."""
    days = pd.date_range("2020-01-01", periods=600).strftime("%Y-%m-%d")
    for i in range(6):
        rows = [f"{day},L{lane},{lane + 1}" for day in days[i * 10 : i * 10 + 500] for lane in range(20)]
        (tmp_path / f"{i}.csv").write_text("\n".join(["date,lane,volume", *rows]) + "\n")
    at_once = [
        command_line("ledger", "import", tmp_path / f"{i}.csv", "--new-only", env={"DATABASE_URL": url})
        for i in range(6)
    ]
    outcomes = [process.communicate() for process in at_once]
    assert [process.returncode for process in at_once] == [0] * 6, outcomes
    from twin.data.ledger.store import Ledger

    with Ledger(url) as ledger:
        table = ledger.read()
    assert len(table) == 550 * 20 and not table.duplicated(["lane", "date"]).any()


def test_the_database_compares_as_plain_python_does(ledger, file):
    """Random files of several flows a day, compared with what pandas finds of their lanes and days."""
    rng = np.random.Generator(np.random.PCG64(3))
    columns = ["date", "lane", "volume"]

    def made(rows):
        days = np.datetime_as_string(np.datetime64("2026-01-01") + rng.integers(0, 9, rows))
        return pd.DataFrame({"date": days, "lane": rng.choice(list("ABC"), rows), "volume": rng.integers(0, 3, rows)})

    one, two = made(60), made(40)
    ledger.import_file(file(one.to_csv(index=False), "one.csv"))
    day = lambda table: table.groupby(columns[:2])["volume"].agg(["size", "sum"])  # noqa: E731
    both = day(two).join(day(one).add_suffix("_held"), how="left")
    same = (both["size"] == both["size_held"]) & (both["sum"] == both["sum_held"])
    new = both["size_held"].isna()
    expected = [int(both["size"][which].sum()) for which in (new, same, ~new & ~same)]
    assert min(expected) > 0
    done = ledger.import_file(file(two.to_csv(index=False), "two.csv"), held="replace")
    assert list(done.counts[:3]) == expected and done.records == expected[0] + expected[2]
    kept = one.set_index(columns[:2]).drop(index=both.index[~new & ~same], errors="ignore").reset_index()
    added = two.set_index(columns[:2]).drop(index=both.index[same]).reset_index()
    right = pd.concat([kept, added]).sort_values([*columns[1::-1], "volume"])
    found = ledger.read().assign(date=lambda t: t["date"].dt.strftime("%Y-%m-%d"))
    found = found.sort_values([*columns[1::-1], "volume"])
    assert found[columns].to_numpy().tolist() == right[columns].to_numpy().tolist()


@pytest.fixture
def typing(url, monkeypatch):
    """Return a function that runs a command on a terminal where a line is typed, and returns its code and errors."""
    monkeypatch.setenv("DATABASE_URL", url)

    def typing(line, *command):
        mine, theirs = pty.openpty()
        os.set_blocking(mine, False)
        os.write(mine, f"{line}\n".encode())
        with open(theirs, closefd=False) as reads, open(theirs, "w", closefd=False) as writes:
            monkeypatch.setattr(sys, "stdin", reads)
            monkeypatch.setattr(sys, "stderr", writes)
            code, said = main(["ledger", *map(str, command)]), ""
        with suppress(BlockingIOError):
            while True:
                said += os.read(mine, 9999).decode()
        os.close(mine)
        os.close(theirs)
        return code, said

    return typing


@pytest.mark.parametrize(("typed", "count"), [("n", 5), ("r", 5), ("a", 9), ("", 4), ("x", 4)])
def test_on_a_terminal_the_question_is_asked(ledger, file, typing, typed, count):
    ledger.import_file(file(FLOWS))
    code, said = typing(typed, "import", file(REVISED, "revised.csv"))
    assert "1 of new lanes and days, 2 the same as held, 2 changed; 0 outlying." in said
    assert "n = add only lanes and days that are not held, r = also replace those that differ, a = add all" in said
    assert (code, ledger.count()) == (0 if typed in ("n", "r", "a") else 1, count)
    if typed == "r":
        assert held(ledger) == AFTER["replace"]


# ---------------------------------------------------------------- far from the record


def record(ledger, file, volumes, lane="A"):
    """Import a record of a lane, one flow a day."""
    days = np.datetime_as_string(np.datetime64("2025-01-01") + np.arange(len(volumes)))
    rows = [f"{day},{lane},{volume}" for day, volume in zip(days, volumes, strict=True)]
    ledger.import_file(file("\n".join(["date,lane,volume", *rows]) + "\n", f"{lane}.csv"), held="add")


def test_six_robust_deviations_of_a_normal_record_are_six_standard_deviations():
    volumes = np.random.Generator(np.random.PCG64(5)).normal(100, 10, 100_000)
    assert usual_range(volumes) == pytest.approx((40, 160), abs=1)


@pytest.mark.parametrize(
    ("volumes", "low", "high"),
    [
        ([1.0, 2, 3, 4, 5, 6, 7], -np.inf, np.inf),  # too short
        ([10.0] * 20, 9, 11),  # all equal: a tenth of the median
        ([0.0] * 20, 0, 0),
        ([0.0] * 90 + [10.0] * 10, -6 * 1.2533, 10),  # rare orders are usual in any case
        ([1.0, 2, 3, 4, 5, 6, 7, 8, 1000], 5 - 6 * 1.4826 * 2, 1000),
    ],
)
def test_usual_ranges_of_short_constant_and_rare_records(volumes, low, high):
    assert usual_range(np.array(volumes)) == pytest.approx((low, high))


def test_a_flow_far_from_the_record_needs_to_be_confirmed(run, ledger, file):
    rng = np.random.Generator(np.random.PCG64(2))
    record(ledger, file, rng.normal(27.6, 3.6, 200).round(1))
    for volume in ("250", "2.5"):
        code, out, err = run("log", "2025-12-28", "A", volume)
        assert (code, out) == (1, "") and f"{volume} pallets are far from the record of A" in err
        assert err.endswith("Nothing was logged; --sure logs it\n") and ledger.count() == 200
    code, out, err = run("log", "2025-12-28", "A", "250", "--json")
    assert code == 1 and json.loads(out) == {"place": ledger.place, "logged": False}
    assert run("log", "2025-07-20", "A", "35")[0] == 0 and run("log", "2025-07-20", "A", "250", "--sure")[0] == 0
    assert run("log", "2025-07-20", "NEW", "250")[0] == 0  # a new lane has no record
    assert ledger.count() == 203


@pytest.mark.parametrize(("typed", "count"), [("y", 201), ("", 200)])
def test_on_a_terminal_a_far_flow_is_asked_about(ledger, file, typing, typed, count):
    record(ledger, file, [20, 25, 30, 35] * 50)
    code, said = typing(typed, "log", "2025-07-20", "A", "250")
    assert "250 pallets are far from the record of A" in said
    assert (code, ledger.count()) == (0 if typed else 1, count)


def test_outlying_flows_of_a_file_are_asked_about_and_counted(ledger, file, run):
    rng = np.random.Generator(np.random.PCG64(2))
    record(ledger, file, rng.normal(27.6, 3.6, 200).round(1))
    record(ledger, file, [5, 6, 7], "SHORT")
    rows = "date,lane,volume\n2025-07-20,A,30\n2025-07-21,A,300\n2025-07-20,SHORT,99\n2025-07-20,C,9\n"
    before, far = ledger.count(), r"far from the record of their lane, 1 of its 4: A 2025-07-21 300 \(usual "
    with pytest.raises(AlreadyHeld, match=far):
        ledger.import_file(file(rows, "more.csv"))
    code, out, err = run("import", file(rows, "more.csv"))
    assert (code, out) == (1, "") and err.endswith("; nothing was imported: --sure imports them\n")
    assert ledger.count() == before
    done = ledger.import_file(file(rows, "more.csv"), sure=True)
    assert done.counts == Counts(4, 0, 0, 1)
    assert done.notes == ("new or changed flows that are far from the record of their lane: 1",)
    for old, new, count in ((",30\n", ",31\n", 0), (",30\n", ",400\n", 1)):  # the 300 pallets are held by now
        with pytest.raises(AlreadyHeld) as question:
            ledger.import_file(file(rows.replace(old, new), "again.csv"))
        assert question.value.preview.counts == Counts(0, 3, 1, count)


TODAY = "date,lane,volume\n2026-01-07,A,5\n2026-01-07,B,6\n"


@pytest.mark.parametrize("option", [(), ("--new-only",), ("--replace",), ("--add",)])
def test_a_day_that_looks_mistaken_is_imported_only_if_somebody_is_sure(run, file, ledger, option):
    assert run("import", file(FLOWS))[0] == 0
    for day, said in (
        ("2062-01-07", "2062-01-07 is in the future: all other lanes would count as zero until then"),
        ("1926-01-07", "1926-01-07 is 36,523 days before every other flow: its lanes would count as zero in between"),
        ("2026-02-07", "2026-02-07 is 32 days after every other flow: lanes would count as zero until then"),
    ):
        odd = file(TODAY.replace("2026-01-07", day), "odd.csv")
        code, out, err = run("import", odd, *option)
        assert (code, out) == (1, "") and held(ledger) == BEFORE
        assert said in err and "nothing was imported: --sure imports them" in err and err.count("\n") == 1
    assert run("import", odd, *option, "--sure")[0] == 0
    assert ledger.count() == len(BEFORE) + 2
    assert run("import", odd, "--new-only")[0] == 0  # nothing is new, so nothing is asked


def test_a_day_far_from_the_record_is_logged_only_if_somebody_is_sure(run, file):
    assert run("import", file(FLOWS))[0] == 0
    code, out, err = run("log", "2062-01-07", "A", 5)
    assert (code, out) == (1, "") and "2062-01-07 is in the future" in err and "--sure logs it" in err
    assert run("log", "2062-01-07", "A", 5, "--sure")[0] == 0


def test_the_day_of_a_period_that_has_begun_is_not_in_the_future(ledger):
    with ledger._reading() as connection:
        for period, day, asked in (
            ("D", "2026-01-05", False),
            ("D", "2026-01-06", True),
            ("W", "2026-01-11", False),
            ("W", "2026-01-12", True),
            ("QS", "2026-03-31", False),
        ):
            days = np.array([day], "datetime64[D]")
            assert bool(odd_days(connection, days, period, today=datetime.date(2026, 1, 5))) == asked


def test_quarters_and_older_years_are_added_without_a_question(run, file):
    quarters = "".join(f"{year}-Q{quarter},A,{quarter}\n" for year in (2023, 2024) for quarter in (1, 2, 3, 4))
    assert run("import", file(f"date,lane,volume\n{quarters}"))[0] == 0
    for name, more in (("later.csv", "2025-Q1,A,5\n2025-Q2,A,5\n"), ("older.csv", "2022-Q3,A,5\n2022-Q4,A,5\n")):
        assert run("import", file(f"date,lane,volume\n{more}", name), "--new-only")[0] == 0
