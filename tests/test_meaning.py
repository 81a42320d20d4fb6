"""Files whose cells have several readings, or whose rows do not mean what they seem to: read right, or not at all.

Each right value is computed here with pandas and SciPy from the numbers that the file was made of.
"""

import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from twin.__main__ import main
from twin.data.errors import RowsRefused
from twin.data.load import read_history
from twin.data.statistics import lane_statistics

RANDOM = np.random.default_rng(20241129)
RATIO = 55 / 60  # the critical ratio of the default policy
DAYS = pd.date_range("2023-03-01", periods=60)


def safety_stock(mean, sd, days=1.0):
    """Return the safety stock of the default policy: a lead time of 7 +- 1 days, for periods of so many days."""
    return norm.ppf(RATIO) * np.sqrt(7 / days * sd**2 + mean**2 / days**2)


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a table to a file: a header, and a list of rows."""

    def file(header, rows, separator=","):
        path = tmp_path / "flows.csv"
        lines = [separator.join(map(str, row)) for row in rows]
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return file


def facts(history, lane=None):
    table = lane_statistics(history)
    return table.iloc[0] if lane is None else table.loc[lane]


def said(history):
    return " | ".join((*history.account.notes, *history.account.audit))


def assessed(path, capsys, *options):
    """Return the exit code of assess and what it prints as JSON, or its errors."""
    code = main(["assess", str(path), "--json", *options])
    out = capsys.readouterr()
    return code, json.loads(out.out) if code == 0 else out.err


# ---------------------------------------------------------------- marks in numbers


def with_dots(value):
    return f"{value:,}".replace(",", ".")


def test_continental_thousands_are_known_by_separator_and_dates(file, capsys):
    volumes = [*RANDOM.integers(1001, 1900, 24), *RANDOM.integers(850, 999, 6)]
    rows = [(day.strftime("%d.%m.%Y"), "A", with_dots(v)) for day, v in zip(DAYS, volumes, strict=False)]
    code, out = assessed(file("Date;Lane;Volume", rows, ";"), capsys)
    mean, sd = np.mean(volumes), np.std(volumes, ddof=1)
    assert code == 0 and out["lanes"]["A"]["demand_mean"] == pytest.approx(mean, rel=1e-12)
    assert out["lanes"]["A"]["safety_stock"] == pytest.approx(safety_stock(mean, sd), rel=1e-9)
    assert any("decimal mark of the numbers is ','" in note for note in out["account"]["notes"])


@pytest.mark.parametrize(
    ("cells", "mark", "values"),
    [
        (["1.250", "2,5", "3"], ";", [1250, 2.5, 3]),  # a cell that only a decimal comma can read
        (["1.250", "0.125", "3"], ";", [1.25, 0.125, 3]),  # no group of thousands begins with a zero
        (["1.250", "12500", "3"], ",", [1.25, 12500, 3]),  # a whole number without a mark
        (['"1,250"', "987", "860"], ",", [1250, 987, 860]),
        (["1.250.000", "1.250", "7"], ";", [1.25e6, 1250, 7]),
        (["1'250", "987", "1.5"], ";", [1250, 987, 1.5]),
    ],
)
def test_the_column_decides_the_decimal_mark(file, cells, mark, values):
    rows = [(f"2024-01-{i:02d}", "A", cell) for i, cell in enumerate(cells, 1)]
    assert read_history(file(f"date{mark}lane{mark}volume", rows, mark)).flows["volume"].tolist() == values


def test_numbers_that_nothing_decides_are_refused_with_both_readings(file):
    rows = [(f"2024-01-{i:02d}", "A", f"{i}.250") for i in range(1, 9)]
    path = file("date;lane;volume", rows, ";")
    with pytest.raises(
        ValueError, match=r"'1.250' that may be 1.25 \(decimal point\) or 1,250 \(deci.*say decimal='.' or decimal=','$"
    ):
        read_history(path)
    assert read_history(path, decimal=",").flows["volume"].sum() == 36 * 1000 + 8 * 250
    assert read_history(path, decimal=".").flows["volume"].sum() == 36 + 8 * 0.25


def test_a_column_with_both_marks_is_refused(file):
    rows = [(f"2024-01-{i:02d}", "A", cell) for i, cell in enumerate(["1.5", "2.5", "2,5", "1.250"], 1)]
    with pytest.raises(ValueError, match=r"need a decimal point.*need a decimal comma"):
        read_history(file("date;lane;volume", rows, ";"))


# ---------------------------------------------------------------- refused is not zero


def test_a_day_that_cannot_be_read_is_unknown_and_not_zero(file):
    volumes = RANDOM.integers(50, 150, 60)
    cells = [str(day.date()) for day in DAYS]
    cells[20], cells[41] = "??", "n/a"
    history = read_history(file("date,lane,volume", [(c, "A", v) for c, v in zip(cells, volumes, strict=True)]))
    left = np.delete(volumes, [20, 41])
    assert facts(history)["demand_mean"] == pytest.approx(left.mean(), rel=1e-12)
    assert facts(history)["demand_sd"] == pytest.approx(left.std(ddof=1), rel=1e-12)
    assert facts(history)["periods"] == 58


def test_a_lane_that_cannot_be_read_leaves_the_day_of_every_lane_unknown(file):
    volumes = {lane: RANDOM.integers(50, 150, 60) for lane in "AB"}
    rows = [[str(day.date()), lane, volumes[lane][i]] for i, day in enumerate(DAYS) for lane in "AB"]
    rows[2 * 30][1] = ""  # lane A of day 30
    history = read_history(file("date,lane,volume", rows))
    assert facts(history, "A")["demand_mean"] == pytest.approx(np.delete(volumes["A"], 30).mean(), rel=1e-12)
    assert facts(history, "B")["demand_mean"] == pytest.approx(volumes["B"].mean(), rel=1e-12)


def test_a_lost_row_fills_one_gap_at_most(file):
    """A lane of working days with one lost row: one weekday is unknown, and the weekends stay zero, or no periods."""
    days = pd.bdate_range("2024-01-01", periods=50)
    rows = [[str(day.date()), "A", 10] for day in days]
    rows[20][0] = "x"
    path = file("date,lane,volume", rows)
    assert facts(read_history(path))["demand_mean"] == 10.0
    history = read_history(path, closed="none")
    assert facts(history)["demand_mean"] == pytest.approx(490 / 67, rel=1e-12)  # from the first row to the last
    unknown = history.flows.loc[history.flows["volume"].isna(), "date"]
    assert unknown.dt.dayofweek.max() < 5 and len(unknown) == 1


def test_more_than_5_percent_refused_is_no_answer(file, capsys):
    rows = [[str(day.date()), "A", 10 + day.day] for day in DAYS]
    for i in range(10, 14):
        rows[i][0] = "x"
    path = file("date,lane,volume", rows)
    code, err = assessed(path, capsys)
    assert code == 1 and "4 of 60 rows (6.7%)" in err and "--good-rows-only" in err and "line 12: x,A" in err
    code, out = assessed(path, capsys, "--good-rows-only")
    kept = [row[2] for row in rows if row[0] != "x"]
    assert code == 0 and out["lanes"]["A"]["demand_mean"] == pytest.approx(np.mean(kept), rel=1e-12)
    with pytest.raises(RowsRefused) as refusal:
        read_history(path)
    assert len(refusal.value.account.refused) == 4


def test_lanes_of_the_file_that_are_not_in_the_answer_are_named(file, capsys):
    rows = [(str(day.date()), "A", 5 + day.day) for day in DAYS]
    rows += [("2023-03-05", "NEVER", 0), ("2023-03-05", "LOST", "x"), ("2023-03-06", "B", 4)]
    code, out = assessed(file("date,lane,volume", rows), capsys)
    assert code == 0 and set(out["lanes"]) == {"A", "B"}
    assert set(out["refused_lanes"]) == {"NEVER", "LOST"} and "none of its rows" in out["refused_lanes"]["LOST"]


# ---------------------------------------------------------------- one date


@pytest.mark.parametrize("odd", [["2203-03-05"], ["1900-01-01"], ["2099-12-31"], ["1900-01-01", "2099-12-31"]])
def test_a_date_far_from_all_others_is_no_part_of_the_record(file, odd, capsys):
    rows = [(str(day.date()), "A", RANDOM.integers(50, 150)) for day in DAYS]
    path = file("date,lane,volume", [*rows, *((day, "A", 88) for day in odd)])
    code, out = assessed(path, capsys)
    volumes = np.array([row[2] for row in rows], float)
    assert code == 0 and out["lanes"]["A"]["demand_mean"] == pytest.approx(volumes.mean(), rel=1e-12)
    assert out["lanes"]["A"]["safety_stock"] == pytest.approx(
        safety_stock(volumes.mean(), volumes.std(ddof=1)), rel=1e-9
    )
    assert out["account"]["reasons"] == {"date is far from all others": len(odd)}
    assert [row["line"] for row in out["account"]["refused"]] == [62 + i for i in range(len(odd))]
    kept = read_history(path, far_dates="keep")
    assert not len(kept.account.refused)


def test_a_date_within_the_span_or_a_year_stays(file):
    rows = [(str(day.date()), "A", 5) for day in DAYS]
    assert not len(read_history(file("date,lane,volume", [*rows, ("2024-03-01", "A", 5)])).account.refused)
    years = [(f"{year}-01-01", "A", year % 7 + 1) for year in range(2000, 2024, 2)]
    assert not len(read_history(file("date,lane,volume", years), period="MS").account.refused)


# ---------------------------------------------------------------- rows that are no flows of that lane


def network(lanes, days=30):
    return {lane: RANDOM.integers(5, 60, days) for lane in lanes}


def long(volumes, days=DAYS):
    return [(str(days[i].date()), lane, v) for lane, column in volumes.items() for i, v in enumerate(column)]


@pytest.mark.parametrize("name", ["Total", "Gesamt", "ALL", "Grand Total"])
def test_a_total_is_left_out_and_said(file, name, capsys):
    volumes = network(["A-B", "C-D", "E-F"])
    volumes[name] = sum(volumes.values())
    code, out = assessed(file("date,lane,volume", long(volumes)), capsys)
    assert code == 0 and set(out["lanes"]) == {"A-B", "C-D", "E-F"} and name in out["refused_lanes"]
    assert any(f"{name!r} is the sum of 3 others" in text for text in out["audit"])
    account = out["account"]
    assert account["rows_read"] == account["rows_kept"] + account["rows_refused"] == 120


def test_a_total_may_be_short_or_differ_once_and_one_that_is_no_sum_is_told(file):
    short = [("2024-01-01", "A", 5), ("2024-01-02", "A", 6), ("2024-01-01", "Total", 5), ("2024-01-02", "Total", 6)]
    assert list(read_history(file("date,lane,volume", short)).without) == ["Total"]
    volumes = network(["A", "B"])
    volumes["Total"] = volumes["A"] + volumes["B"] + (np.arange(30) == 7)
    assert list(read_history(file("date,lane,volume", long(volumes))).without) == ["Total"]
    volumes["Total"] = volumes["A"] * 3 + 1
    history = read_history(file("date,lane,volume", long(volumes)))
    assert not history.without and "'Total' is called a total but is not the sum" in said(history)


def test_a_sum_without_a_telling_name_is_asked_about(file):
    volumes = network(["A", "B", "C", "D", "E"])
    volumes["HUB-7"] = volumes["B"] + volumes["D"]
    path = file("date,lane,volume", long(volumes))
    with pytest.raises(ValueError, match=r"sum of 2 others, 'HUB-7'.*say sums='leave-out' or sums='keep'$"):
        read_history(path)
    assert "HUB-7" in lane_statistics(read_history(path, sums="keep")).index
    left = read_history(path, sums="leave-out")
    assert "HUB-7" not in lane_statistics(left).index and "HUB-7" in left.without
    assert "HUB-7" not in lane_statistics(read_history(path, where=["lane!=HUB-7"])).index


def test_subtotals_and_their_total_are_found_and_ordinary_lanes_are_not(file):
    volumes = network(["A", "B", "C", "D"])
    volumes["North total"], volumes["South total"] = volumes["A"] + volumes["B"], volumes["C"] + volumes["D"]
    volumes["Total"] = volumes["North total"] + volumes["South total"]
    assert sorted(read_history(file("date,lane,volume", long(volumes))).without) == [
        "North total",
        "South total",
        "Total",
    ]
    assert not read_history(file("date,lane,volume", long(network(list("ABCDEFGHIJ"))))).without


def test_units_of_one_lane_are_not_added_up(file, capsys):
    rows = [(str(day.date()), "M", *((12 + i % 5, "PAL") if i % 3 else (480, "CAR"))) for i, day in enumerate(DAYS)]
    path = file("date,material,quantity,UoM", rows)
    code, err = assessed(path, capsys)
    assert code == 2 and "'PAL' 40 rows, 'CAR' 20 rows" in err and "--where UoM=PAL" in err
    code, out = assessed(path, capsys, "--where", "UoM=PAL")
    pallets = [row[2] for row in rows if row[3] == "PAL"]
    assert code == 0 and out["lanes"]["M"]["demand_mean"] == pytest.approx(np.mean(pallets), rel=1e-12)  # not zero
    assert out["account"]["rows_read"] == 40 and any("20 others" in note for note in out["account"]["notes"])


def test_a_direction_that_splits_lanes_is_told_and_can_be_chosen(file):
    rows = [(str(day.date()), "A", v, way) for day in DAYS for v, way in ((10 + day.day, "IN"), (3, "OUT"))]
    path = file("date,lane,volume,direction", rows)
    assert "'direction' is not used and splits 1 lane: 'IN' 60 rows, 'OUT' 60 rows" in said(read_history(path))
    assert facts(read_history(path, where=["direction=OUT"]))["demand_mean"] == 3
    with pytest.raises(ValueError, match="no row where direction=UP; values there are IN, OUT"):
        read_history(path, where=["direction=UP"])
    with pytest.raises(ValueError, match="where must name one column"):
        read_history(path, where=["way=IN"])


def test_where_compares_numbers_as_numbers_and_alternatives_of_one_column(file):
    rows = [(str(day.date()), "A", 1, code) for day in DAYS for code in ("601", "602.0", " 653 ")]
    path = file("date,lane,volume,movement type", rows)
    history = read_history(path, where=["movement type=602", "movement type=653.0"])
    assert history.account.rows_read == 120 and facts(history)["demand_mean"] == 2


def test_orders_that_repeat_are_told(file):
    rows = [(str(day.date()), "A", 5, i, "open") for i, day in enumerate(DAYS)]
    rows += [(*row[:4], "closed") for row in rows[:7]]
    assert "differ in other columns: 7;" in said(read_history(file("date,lane,volume,order no,state", rows)))


# ---------------------------------------------------------------- what is one lane


def test_names_that_are_alike_are_told_and_kept_apart(file):
    names = ["BER-MUC", "ber\u2013muc", "BER MUC", "1001", "1001.0", "\u0410-1", "A-1", "X"]
    history = read_history(file("date,lane,volume", [("2024-01-01", name, 1) for name in names]))
    assert "7 of 8, which may be 3 lanes" in said(history) and len(lane_statistics(history)) == 8


def test_names_in_scientific_notation_are_told(file):
    rows = [(str(day.date()), "4.00638E+12", v) for day in DAYS for v in (20, 5)]
    assert "scientific notation: 1 (4.00638E+12)" in said(read_history(file("date,item,qty", rows)))


# ---------------------------------------------------------------- the record of a lane


def test_a_lane_of_rare_picks_is_judged_on_the_record_of_the_file(file):
    flows = {"FAST": RANDOM.integers(1, 9, 60)}
    rows = [("2023-03-30", "SLOW", 4), ("2023-04-20", "SLOW", 6), *long(flows)]
    history = read_history(file("date,item,qty", rows))
    assert facts(history, "SLOW")["demand_mean"] == pytest.approx(10 / 60, rel=1e-12)


def test_a_lane_that_began_late_or_ended_is_told_and_judged_on_its_own_record(file):
    volumes = {"A": RANDOM.integers(5, 60, 60), "LATE": RANDOM.integers(5, 60, 60), "GONE": RANDOM.integers(5, 60, 60)}
    rows = [row for row in long(volumes) if row[1] != "LATE" or row[0] >= "2023-04-10"]
    rows = [row for row in rows if row[1] != "GONE" or row[0] < "2023-04-10"]
    history = read_history(file("date,lane,volume", rows))
    began = volumes["LATE"][40:]
    assert facts(history, "LATE")["demand_mean"] == pytest.approx(began.mean(), rel=1e-12)
    assert facts(history, "GONE")["demand_mean"] == pytest.approx(volumes["GONE"][:40].mean(), rel=1e-12)
    assert "LATE 2023-04-10" in said(history) and "GONE 2023-04-09" in said(history)


# ---------------------------------------------------------------- returns and signs


def returned(minus):
    rows = [(str(day.date()), "A", 40 + day.day) for day in DAYS]
    back = [(str(day.date()), "A", minus.format(2 + day.day % 4)) for day in DAYS[::3]]
    return rows, back


@pytest.mark.parametrize("minus", ["-{}", "{}-", "({})", "\u2212{}"])
def test_returns_as_negative_rows(file, minus, capsys):
    rows, back = returned(minus)
    path = file("date,lane,volume", [*rows, *back])
    code, err = assessed(path, capsys)
    assert code == 1 and "20 x volume is negative" in err and "--negative returns" in err
    sold = sum(row[2] for row in rows)
    amount = sum(int(re.sub(r"\D", "", row[2])) for row in back)
    code, out = assessed(path, capsys, "--negative", "returns")
    assert code == 0 and out["lanes"]["A"]["return_rate"] == pytest.approx(amount / sold, rel=1e-12)
    assert out["lanes"]["A"]["demand_mean"] == pytest.approx(sold / 60, rel=1e-12)
    code, out = assessed(path, capsys, "--negative", "subtract")
    assert out["lanes"]["A"]["demand_mean"] == pytest.approx((sold - amount) / 60, rel=1e-12)


def test_a_day_that_subtracting_makes_negative_is_unknown(file):
    rows = [("2024-01-01", "A", 5), ("2024-01-02", "A", -3), ("2024-01-03", "A", 7)]
    history = read_history(file("date,lane,volume", rows), negative="subtract")
    assert facts(history)["demand_mean"] == 6 and "negative, unknown rather than zero: 1" in said(history)


def test_a_column_of_returns_that_is_never_positive_is_taken_without_its_sign(file):
    rows = [(str(day.date()), "A", 40, -(day.day % 3)) for day in DAYS]
    history = read_history(file("date,lane,volume,returns", rows))
    assert facts(history)["return_rate"] == pytest.approx(sum(-row[3] for row in rows) / 2400, rel=1e-12)
    assert "their sign is dropped" in said(history)
    mixed = [*rows[:-1], (*rows[-1][:3], 2)]
    assert read_history(file("date,lane,volume,returns", mixed), good_rows_only=True).account.reasons() == {
        "returns is negative": sum(row[3] < 0 for row in mixed)
    }
