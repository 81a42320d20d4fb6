"""The same flows have the same totals in any shape of table; a damaged one is read in full or refused in a sentence."""

import csv
import io
import math
from collections import defaultdict
from datetime import date, timedelta

import pytest
from fuzz import CHANGES, HARM, cases, harmed, is_a_sentence, texts
from hypothesis import assume, example, given
from hypothesis import strategies as st
from spreadsheets import xlsx
from test_fuzz_files import adds_up, is_lane

from twin.data.files.headings import is_total
from twin.data.files.layout import is_numeric
from twin.data.files.period_headings import period_of
from twin.data.lane_names import written_lane
from twin.data.ledger.staging import staged_file
from twin.data.load import read_history

FIRST = date(2023, 1, 2)


def is_heading(lane):
    """Return whether a name can stand as a heading, or in the first column, without being something else."""
    return (
        is_lane(lane)
        and lane == written_lane(lane)
        and len(lane.split()) == 1
        and not (is_total(lane) or is_numeric(lane) or period_of(lane) or lane.startswith(("'", '"', "sep=")))
    )


LANES = st.one_of(st.sampled_from(["A-B", "Köln–Lille", "x", "1a", "É1"]), texts(8).filter(is_heading))
GRIDS = st.lists(LANES, min_size=2, max_size=4, unique_by=lambda lane: lane.casefold()).flatmap(
    lambda lanes: st.tuples(
        st.just(lanes),
        st.integers(3, 12).flatmap(
            lambda days: st.lists(
                st.lists(st.integers(1, 10**6), min_size=days, max_size=days), min_size=len(lanes), max_size=len(lanes)
            )
        ),
    )
)
DRESS = st.fixed_dictionaries(
    {
        "shape": st.sampled_from(["long", "wide", "across", "blocks", "joined", "year month day"]),
        "head": st.integers(0, 3),
        "totals": st.booleans(),
        "trailing": st.integers(0, 2),
        "repeats": st.booleans(),
        "separator": st.sampled_from(",;\t|"),
        "sheet": st.booleans(),
    }
)


def rows_of(lanes, volumes, shape):
    """Return (header, rows) of a grid of volumes, lanes by days, in a shape."""
    days = [FIRST + timedelta(i) for i in range(len(volumes[0]))]
    cells = [(day, lane, row[i]) for lane, row in zip(lanes, volumes, strict=True) for i, day in enumerate(days)]
    if shape == "wide":
        return ["Relation", *map(str, days)], [[lane, *row] for lane, row in zip(lanes, volumes, strict=True)]
    if shape == "across":
        return ["Datum", *lanes], [[str(day), *(row[i] for row in volumes)] for i, day in enumerate(days)]
    if shape == "joined":
        return ["Datum", "Von", "Nach", "Menge"], [[str(day), lane, "Z", volume] for day, lane, volume in cells]
    if shape == "year month day":
        header = ["Jahr", "Monat", "Tag", "Strecke", "Menge"]
        return header, [[day.year, day.month, day.day, lane, volume] for day, lane, volume in cells]
    if shape == "blocks":
        cells = [(day, lane if day == days[0] else "", volume) for day, lane, volume in cells]
    return ["Datum", "Strecke", "Menge"], [[str(day), lane, volume] for day, lane, volume in cells]


def dressed(header, rows, *, shape, head, totals, trailing, repeats):
    """Return the lines of a table with a report's head, totals, blank fields at the end and a repeated header."""
    body = [list(map(str, row)) for row in rows]
    if repeats and shape != "blocks":
        body.insert(len(body) // 2, list(header))
    if totals:
        body.append(["Summe", *[""] * (len(header) - 2), "99"])
    lines = [["Bericht"]] * head + [header] + [[*row, *[""] * trailing] for row in body]
    return lines


@cases(60)
@given(grid=GRIDS, dress=DRESS)
@example(
    grid=(["A", "B"], [[1, 2, 3], [4, 5, 6]]),
    dress={"shape": "wide", "head": 2, "totals": True, "trailing": 1, "repeats": True, "separator": ";", "sheet": True},
)
def test_the_same_flows_have_the_same_totals_in_any_shape(tmp_path, grid, dress):
    lanes, volumes = grid
    shape, separator, sheet = dress["shape"], dress.pop("separator"), dress.pop("sheet")
    assume(not (separator == "|" and any("|" in lane for lane in lanes)))
    lines = dressed(*rows_of(lanes, volumes, shape), **dress)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(lines)
    (tmp_path / "flows.csv").write_bytes(text.getvalue().encode())
    if sheet:
        assume(all(c.isprintable() for lane in lanes for c in lane))
        (tmp_path / "flows.csv").write_bytes(xlsx({"Daten": lines}))
    history = read_history(tmp_path / "flows.csv")
    found = history.flows.groupby("lane", observed=True)["volume"].sum().to_dict()
    named = [f"{lane}-Z" if shape == "joined" else lane for lane in lanes]
    totals = defaultdict(float)
    for lane, row in zip(named, volumes, strict=True):
        totals[lane] += math.fsum(row)
    assert found == pytest.approx(dict(totals))
    assert adds_up(history.account) == sum(map(len, volumes)) == history.account.rows_kept


STARTS = [
    b"Bericht;;;\n\nRelation;Jan-24;Feb-24;Mrz 24\nA-B;1;2;3\nC-D;0;;5\nSumme;1;2;8\n",
    b"Datum,HAM-MUC,BER-FRA\n2024-01-01,1,2\n2024-01-02,3,4\n2024-01-03,5,6\n",
    b"Jahr;Monat;Von;Nach;Menge\n2024;1;A;B;5\n2024;2;A;B;6\n2024;3;A;B;7\n",
    b";;2024;;\nSKU;Name;Jan;Feb;Mar\nX;x;1;2;3\nY;y;4;5;6\n",
    b"Month,TEU\n2021-01,5\n2021-02,6\n2021-03,7\n",
]


@cases(120)
@given(start=st.sampled_from(STARTS), changes=CHANGES, harm=HARM)
def test_a_damaged_table_is_read_in_full_or_refused_in_a_sentence(tmp_path, start, changes, harm):
    path = tmp_path / "flows.csv"
    path.write_bytes(harmed(start, changes, harm))
    read = {}
    for name in ("history", "import"):
        try:
            if name == "history":
                read[name] = adds_up(read_history(path).account)
            else:
                with staged_file(path) as staged:
                    read[name] = adds_up(staged.account)
        except ValueError as error:
            assert is_a_sentence(error) and str(path) in str(error), error
    assert len(set(read.values())) < 2


BOOK = xlsx({"Daten": [["Datum", "Strecke", "Menge"], *([f"2024-01-{i:02d}", "A", i] for i in range(1, 9))]})


@cases(25)
@given(changes=CHANGES)
def test_a_damaged_spreadsheet_is_read_or_refused_in_a_sentence(tmp_path, changes):
    path = tmp_path / "flows.xlsx"
    path.write_bytes(harmed(BOOK, changes, "none"))
    try:
        adds_up(read_history(path).account)
    except ValueError as error:
        assert is_a_sentence(error) and str(path) in str(error), error
