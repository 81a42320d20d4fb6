"""Reading files: any input gives a history with a complete account, or a ValueError of one sentence."""

import csv
import io
import os
import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from flow_rows import DAILY, PLAIN, rows

from twin.data.history import write_csv
from twin.data.load import load_history, read_history
from twin.data.text import visible


def test_the_account_as_text(read_rows):
    text = str(read_rows(DAILY + "2024-01-04,A\tx,-1\n" * 5).account)
    assert "8 rows = 3 kept + 5 refused" in text
    assert "5 x volume is negative" in text
    assert text.count("line ") == 3
    assert "line 5: 2024-01-04,A\\tx,-1" in text
    assert visible("a\u202eb" + "x" * 200) == "a\\u202eb" + "x" * 76 + "…"


@pytest.mark.parametrize(
    ("option", "value"),
    [("period", "M"), ("gaps", "drop"), ("duplicates", "last"), ("decimal", ";"), ("dayfirst", "yes")],
)
def test_errors_name_the_bad_option(read_rows, option, value):
    with pytest.raises(ValueError, match=f"{option} must be .*; got '{value}'"):
        read_rows(DAILY, **{option: value})


def test_progress_goes_to_stderr(read_rows, capsys):
    read_rows(DAILY, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "flows.csv" in err


def test_load_history(tmp_path):
    assert load_history("", period="W").period == "W"
    (tmp_path / "flows.csv").write_text(DAILY)
    assert rows(load_history(str(tmp_path / "flows.csv"), gaps="unknown")) == PLAIN


def test_written_files_read_back(read_rows, tmp_path):
    history = read_rows('date,lane,volume,returns\n2024-01-01,"A, ""é""\nx",0.1,1\n2024-01-02,B,3,0\n')
    write_csv(history, tmp_path / "again.csv")
    again = read_history(tmp_path / "again.csv")
    assert again.flows.equals(history.flows)


VOLUMES = ["0", "3", "12", " 7.5", "1e1", "", "x", "-2", "nan", "inf", "1,000", "1_0", "0x2"]
DAYS = ["2023-01-0{}", "2023-01-1{}", " 2023-02-0{} ", "2023-02-3{}", "?{}", "", "0/1{}/2023", "Jan {}, 2023"]
LANES = ["A", " A", "b", "Zürich", "x,y", 'q"q', "two\nlines", "", "  "]


@pytest.mark.parametrize("seed", range(40))
def test_messy_files_add_up(read_rows, seed):
    """Kept rows and volumes equal an independent count with the standard library."""
    rng = random.Random(seed)
    records = [
        [rng.choice(DAYS).format(rng.randint(0, 9)), rng.choice(LANES), rng.choice(VOLUMES)]
        for _ in range(rng.randint(5, 300))
    ]
    for record in rng.sample(records, len(records) // 10):
        if "\n" not in record[1]:  # a record of two lines and a wrong width is read as two
            record.append("z")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",;\t|"), lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerows([["Date", "SKU", "Qty"], ["2023-01-01", "A", "1"], *records])
    total, kept = defaultdict(float), 1
    total["A"] += 1
    for day, lane, volume, *more in records:
        try:
            value = float(volume.replace("_", "?").replace(",", ""))  # " 7.5" decides that 1,000 is 1000
            known = day.strip().startswith(("2023-01-", "2023-02-")) or day.startswith("Jan")
            number = int(day.strip().removeprefix("Jan ").removesuffix(", 2023").split("-")[-1]) if known else 0
            date(2023, 2 if day.strip().startswith("2023-02") else 1, number)
        except ValueError:
            continue
        if 0 <= value < float("inf") and lane.strip() and not more:
            total[lane.strip()] += value
            kept += 1
    history = read_rows(out.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])))
    assert history.account.rows_read == len(records) + 1
    assert history.account.rows_kept == kept
    found = Counter(history.flows.groupby("lane")["volume"].sum().to_dict())
    assert found == pytest.approx(dict(total), rel=1e-12)
    days = history.flows["date"].dt.date
    assert days.min() >= date(2023, 1, 1) and days.max() < date(2023, 2, 1) + timedelta(28)


@pytest.mark.parametrize("seed", range(40))
def test_random_text_gives_a_history_or_a_value_error(read_rows, seed):
    """Random characters, with quotes, marks and control characters, give a history or a ValueError."""
    rng = random.Random(seed)
    noise = "".join(rng.choices('",;\t|\n\r\0\x1aéA19-/. \ufeff', k=rng.randint(1, 400)))
    head = rng.choice(["", "date,lane,volume\n2023-01-01,A,1\n"])
    try:
        read_rows((head + noise).encode(rng.choice(["utf-8", "utf-16", "utf-32-le"])))
    except ValueError as error:
        assert "flows.csv" in str(error)
        assert "\n" not in str(error)


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is no file but a pipe or a device"):
        read_history(tmp_path / "pipe")
