"""The command line: exit codes, streams, and one sentence for unusable input."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from dataclasses import fields

import pyarrow
import pytest

from twin import __version__
from twin.__main__ import main
from twin.data.load import read_history
from twin.lane import UNITS, Policy
from twin.plan.wording import label
from twin.policy import POLICY

DAYS = [f"2024-01-{day:02d}" for day in range(1, 31)]
FLOWS = "date,lane,volume\n" + "".join(
    f"{day},{lane},{size + i % 4}\n" for lane, size in (("A", 5), ("B", 20), ("C", 90)) for i, day in enumerate(DAYS)
)


@pytest.fixture
def twin(capsys, monkeypatch):
    """Return a function that runs one command and returns its exit code, its output and its errors."""
    monkeypatch.setenv("COLUMNS", "120")  # a fixed width, independent of the terminal

    def twin(*arguments):
        try:
            code = main([*map(str, arguments)])
        except SystemExit as end:  # raised by argparse
            code = end.code
        return code, *capsys.readouterr()

    return twin


@pytest.fixture
def lanes(twin):
    """Return a function that assesses a file and returns its lanes, and the whole content, from the JSON."""

    def lanes(*arguments):
        code, out, err = twin("assess", *arguments, "--json")
        assert (code, err) == (0, "")
        return (content := json.loads(out))["lanes"], content

    return lanes


def python(*arguments, **options):
    """Run the command line in a process of its own."""
    return subprocess.run([sys.executable, "-m", "twin", *arguments], capture_output=True, text=True, **options)


# ---------------------------------------------------------------- what is printed


def test_a_readable_table(twin, file):
    code, out, err = twin("assess", file(FLOWS), "--service-level", "0.95")
    assert (code, err) == (0, "")
    assert "90 rows = 90 kept + 0 refused" in out and "3 lanes assessed; one period is a day" in out
    assert all(name in out for name in UNITS)
    (row,) = (line.split() for line in out.splitlines() if line.startswith("service_level "))
    assert row == ["service_level", "-", "0.9500", "0.9500", "0.9500"]


def test_refused_rows_are_shown(twin, file):
    code, out, _ = twin("assess", file(FLOWS + "2024-01-30,A,-7\n2024-01-30,A,lots\n2024-02-31,A,1\n"))
    assert code == 0 and "93 rows = 90 kept + 3 refused" in out
    for shown in ("volume is negative", "line 92: 2024-01-30,A,-7", "volume is not a number", "line 93", "line 94"):
        assert shown in out


def test_most_limits_the_table_alone(twin, lanes, file):
    _, out, _ = twin("assess", file(FLOWS), "--most", "1")
    (heading,) = (line.split() for line in out.splitlines() if line.startswith("HISTORY"))
    assert heading == ["HISTORY", "C"] and "1 of 3 lanes, the largest" in out
    assert set(lanes(file(FLOWS), "--most", "1")[0]) == {"A", "B", "C"}


def test_stdout_is_pure_json(lanes, file):
    found, content = lanes(file(FLOWS + "?,A,1\n"))
    assert set(found) == {"A", "B", "C"} and set(found["A"]) == set(content["units"]) >= set(UNITS)
    assert content["account"]["rows_refused"] == 1 and content["account"]["rows_kept"] == 90


def test_csv_is_pure_and_the_account_goes_to_stderr(twin, lanes, file):
    path = file(FLOWS + "?,A,1\n")
    code, out, err = twin("assess", path, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and [row["lane"] for row in rows] == ["A", "B", "C"]
    for row in rows:
        words = {"lane"} | {name for name, field in POLICY.items() if field.choices}
        expected = lanes(path)[0][row["lane"]]
        assert {name: float(value) for name, value in row.items() if name not in words} == {
            name: value for name, value in expected.items() if name not in words
        }
        assert {name: row[name] for name in words - {"lane"}} == {name: expected[name] for name in words - {"lane"}}
    assert "91 rows = 90 kept + 1 refused" in err and "date cannot be read" in err


# ---------------------------------------------------------------- how the file is read


def test_period_sums_into_weeks(lanes, file):
    daily, weekly = lanes(file(FLOWS)), lanes(file(FLOWS), "--period", "W")
    assert (daily[1]["period"], weekly[1]["period"]) == ("D", "W")
    assert weekly[0]["C"]["periods"] == 4 and weekly[0]["C"]["demand_mean"] == pytest.approx(7 * 91.5, rel=0.01)
    assert weekly[1]["account"]["reasons"]  # the two days after the last whole week


def test_gaps_are_zero_or_unknown(lanes, file):
    path = file("date,lane,volume\n2024-01-01,A,6\n2024-01-03,A,6\n2024-01-04,A,9\n")
    zero, unknown = lanes(path)[0]["A"], lanes(path, "--gaps", "unknown")[0]["A"]
    assert (zero["periods"], zero["demand_mean"]) == (4, 5.25)
    assert (unknown["periods"], unknown["demand_mean"]) == (3, 7.0)


def test_order_of_day_and_month(twin, lanes, file):
    path = file("date,lane,volume\n01/02/2024,A,3\n01/03/2024,A,4\n01/04/2024,A,8\n")
    code, out, err = twin("assess", path)
    assert (code, out) == (2, "") and "day/month or month/day" in err
    assert lanes(path, "--day-first")[1]["period"] == "MS"
    assert lanes(path, "--month-first")[1]["period"] == "D"


def test_duplicates_and_decimal_comma(lanes, file):
    path = file("date;lane;volume\n2024-01-01;A;1,5\n2024-01-01;A;2,5\n2024-01-02;A;2\n")
    assert lanes(path, "--decimal", ",")[0]["A"]["demand_mean"] == 3.0
    assert lanes(path, "--decimal", ",", "--duplicates", "first")[0]["A"]["demand_mean"] == 1.75


def test_columns_can_be_named(lanes, file):
    path = file(FLOWS.replace("lane,volume", "port,n_total"))
    assert set(lanes(path, "--column", "lane=port", "--column", "volume=n_total")[0]) == {"A", "B", "C"}


def test_a_gzipped_file(lanes, file):
    assert lanes(file(gzip.compress(FLOWS.encode()), "flows.csv.gz"))[0] == lanes(file(FLOWS))[0]


# ---------------------------------------------------------------- the policy


@pytest.mark.parametrize("name", [field.name for field in fields(Policy)])
def test_every_policy_field_is_an_option(lanes, file, name):
    choices = POLICY[name].choices
    value = choices[-1] if choices else 0.75 if name in ("service_level", "return_rate") else 60.5
    found, content = lanes(file(FLOWS), f"--{name.replace('_', '-')}", str(value))
    assert [lane[name] for lane in found.values()] == [value] * 3
    assert not any(f"{label(name)} " in sentence for sentence in content["assumptions"])


def test_a_misspelt_word_is_refused_with_the_choices(twin, file):
    code, _, err = twin("assess", file(FLOWS), "--kind", "stok")
    assert code == 2 and "flow" in err and "stock" in err
    table = file("lane,kind,unmet\nA,stock,lost\nB,,backlog\n", "policies.csv")
    code, _, err = twin("assess", file(FLOWS), "--policies", table)
    assert code == 2 and "unmet must be one of backordered, lost, partner; got 'backlog' at 1" in err


def test_policies_hold_words(lanes, file):
    table = file("lane,kind,unmet\nA,stock,lost\nB,,\n", "policies.csv")
    found, content = lanes(file(FLOWS), "--policies", table, "--unmet", "partner")
    assert [found[lane]["kind"] for lane in "ABC"] == ["stock", "flow", "flow"]
    assert [found[lane]["unmet"] for lane in "ABC"] == ["lost", "partner", "partner"]
    assert content["units"]["kind"] == "one of flow, stock"
    assert any("kind of lane flow" in sentence and "2 of 3" in sentence for sentence in content["assumptions"])


def test_policies_differ_between_lanes_and_options_fill_their_gaps(lanes, file):
    table = file("lane,dwell,holding_cost\n B ,3,\nA,2,9\nX,1,1\n", "policies.csv")
    found, content = lanes(file(FLOWS), "--policies", table, "--holding-cost", "4")
    assert [found[lane]["dwell"] for lane in "ABC"] == [2, 3, 1]
    assert [found[lane]["holding_cost"] for lane in "ABC"] == [9, 4, 4]
    assert content["assumptions"][-1] == "policies of lanes without flows are not used: X (1)"


# ---------------------------------------------------------------- what cannot be used


def refusal(result):
    """Return the one sentence of a refused command, after checking that nothing else was printed."""
    code, out, err = result
    assert (code, out) == (2, "") and err.startswith("twin: ") and err.count("\n") == 1, err
    return err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--service-level", "1.5"], "service_level must be in (0, 1); got 1.5"),
        (["--service-level", "nan"], "service_level must be"),
        (["--holding-cost", "0"], "holding_cost must be finite and > 0; got 0.0"),
        (["--dwell=-1"], "dwell must be finite and >= 0; got -1.0"),
        (["--column", "volume"], "--column must be NAME=HEADER; got volume"),
        (["--column", "weight=volume"], "must name some of date, lane, volume, returns; got ['weight']"),
        (["--column", "volume=tons"], "no column for volume"),
        (["--policies", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_options_that_cannot_be_used(twin, file, arguments, said):
    assert said in refusal(twin("assess", file(FLOWS), *arguments))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be read as a table of policies"),
        (b"lane,dwell\n\x00A,1\n", "cannot be read as a table of policies: line 2: lane has a NUL byte"),
        ("lane,dwell\nA,1\nB,1,2\n", "cannot be read as a table of policies"),
        ("name,dwell\nA,1\n", "must have a column lane; found 'name', 'dwell'"),
        ("lane,dwell\nA,1,2\n", "line 2 must be a row with the 2 fields of the header; got 3"),  # not an index and two
        ("lane,dwell\nA\n", "line 2 must be a row with the 2 fields of the header; got 1"),
        ("lane,dwell,dwell\nA,1,2\n", "the header must be one whose names differ"),
        ('lane,dwell\n"A,1\n', "line 2 must be a row whose quotes close properly"),
        ("lane,dwell\n,1\n", "line 2: lane is empty"),
        (f"lane,dwell\nA,{'1' * 2_000_000}\n", "line 2: a line must have at most 1,048,576 characters (1 MB)"),
        (gzip.compress(b"lane,dwell\nA," + b"1" * 2_000_000), "line 2: a line must have at most"),
        ("lane,dwel\nA,1\n", "got dwel"),
        ("lane,dwell\nA,long\n", "dwell must be a number in the policies; got long"),
        ("lane,dwell\nA,1\nA,2\n", "a repeated lane"),
    ],
)
def test_policies_that_cannot_be_used(twin, file, content, said):
    assert said in refusal(twin("assess", file(FLOWS), "--policies", file(content, "policies.csv")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("date,lane,volume\n", "has a header and no rows"),
        ("when,who,what\n1,2,3\n", "has no column for date, lane, volume"),
        (b"PK\x03\x04 and so on", "fetch it again"),
        (gzip.compress(FLOWS.encode(), mtime=0)[:-9], "broken or cut gzip"),
        ("date,lane,volume\n2024-01-01,A,1\n", "only one period of history"),
    ],
)
def test_files_that_cannot_be_used(twin, file, content, said):
    path = file(content)
    assert said in refusal(twin("assess", path)) and "Traceback" not in said


def test_a_file_without_a_usable_row_is_refused_with_its_account(twin, file):
    code, out, err = twin("assess", file("date,lane,volume\n2024-01-01,A,x\n"))
    assert (code, out) == (1, "") and "0 kept + 1 refused" in err and "has no usable row: 1 x volume is not a" in err


def test_without_a_file_the_research_lanes_are_assessed(twin):
    code, out, _ = twin("assess")
    assert code == 0 and all(lane in out for lane in ("BER-MUC", "HAM-ROT", "FRA-PAR"))


def test_a_missing_file_and_a_folder(twin, tmp_path):
    assert "does not exist" in refusal(twin("assess", str(tmp_path / "nowhere.csv")))
    assert "is a folder" in refusal(twin("assess", str(tmp_path)))


@pytest.mark.parametrize(
    "arguments",
    [(), ("assess", "f", "--dwell", "long"), ("assess", "f", "--json", "--csv"), ("assess", "f", "--no")],
)
def test_commands_that_argparse_refuses(twin, arguments):
    code, out, err = twin(*arguments)
    assert (code, out) == (2, "") and err.startswith("twin") and ": error: " in err.splitlines()[0]
    assert err.splitlines()[1].startswith("usage: twin") and err.count("\n") == 2


def test_version(twin):
    assert twin("--version") == (0, f"{__version__}\n", "")


# ---------------------------------------------------------------- in a process of its own


def test_help_lists_the_commands_and_options():
    told, taught = python("--help"), python("assess", "--help")
    assert (told.returncode, taught.returncode) == (0, 0)
    assert "assess" in told.stdout and "paper" in told.stdout
    words = " ".join(taught.stdout.split())
    for field in fields(Policy):
        assert f"--{field.name.replace('_', '-')}" in words and field.metadata["meaning"] in words
    assert "twin assess flows.csv --policies policies.csv" in words


def test_an_error_is_a_sentence_and_exit_code_2(tmp_path):
    done = python("assess", str(tmp_path / "nowhere.csv"))
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"twin: {tmp_path / 'nowhere.csv'} does not exist\n"


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_a_closed_output_pipe_is_no_error(file, form):
    reading, writing = os.pipe()
    os.close(reading)  # like head, but closed before anything is written
    command = [sys.executable, "-m", "twin", "assess", file(FLOWS), *form]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == 0 and "Errno" not in done.stderr and "Traceback" not in done.stderr


def test_the_account_equals_that_of_read_history(lanes, file):
    path = file(FLOWS + "?,A,1\n")
    assert lanes(path)[1]["account"] == read_history(path).account.to_dict()


@pytest.mark.parametrize("error", [MemoryError(), pyarrow.ArrowException("Unknown error: Wrapping A failed")])
def test_too_little_memory_is_said_in_a_sentence(twin, file, monkeypatch, error):
    def no_memory(*_, **__):
        raise error

    monkeypatch.setattr("twin.data.load.read_rows", no_memory)
    assert "this needs more memory than there is" in refusal(twin("assess", file(FLOWS)))


def test_a_mistyped_option_names_the_nearest_one(twin):
    for wrong, right in (("--servicelevel=0.9", "--service-level"), ("--polcies", "--policies"), ("--jsno", "--json")):
        code, out, err = twin("assess", wrong)
        assert (code, out) == (2, "")
        assert err.startswith(f"twin assess: error: unrecognized arguments: {wrong}; did you mean {right}?\n"), err
    code, _, err = twin("assess", "--wholly-other")
    assert code == 2 and "--wholly-other" in err and "did you mean" not in err


def test_options_of_the_policy_hold_for_the_research_lanes(twin):
    code, out, err = twin("assess", "--holding-cost", "-1")
    assert (code, out) == (2, "") and "holding_cost must be finite and > 0; got -1.0 at 'BER-MUC'" in err
    code, out, _ = twin("assess", "--internal-capacity", "77", "--csv")
    assert code == 0 and {row["internal_capacity"] for row in csv.DictReader(io.StringIO(out))} == {"77.0"}
