"""The quick reading of a clean text gives what the careful reader gives, whatever dirt stands among its rows."""

import random

import numpy as np
import pytest

from twin.data.files import clean_text, packed, reading, table
from twin.data.files.options import ReadingOptions
from twin.data.files.rows import read_rows

DATES = ("2024-01-{:02d}", "{:02d}.01.2024", "2024-01-{:02d} 14:05", "Jan {}, 2024")
CLEAN = (("BER-MUC", "5"), ("HAM-ROT", "12.5"), ("Köln – Lüttich", "0"), ("B 1", "007"), ("A", "1500"), ("=B", "2."))
DIRT = (
    ("A", "x"), ("A", ""), ("", "5"), ("A", "-3"), ("A", "1e3"), ("A", "1,5"), ("A", "1.250"), ("A", "NaN"),
    ("A", "1 250"), ("A", "12345678901234567"), ("a" * 600, "1"), ("A;B", "1"), (' "A" ', "1"), ("A", "."),
)  # fmt: skip
LINES = (
    "",
    "x",
    "2024-01-05,A",
    "Total,,99",
    "date,lane,volume,note",
    '"2024-01-06,A,5,n',
    'q,"a\nb",1,n',
    ",,,",
    "\t",
)


def made(chance):
    """Return a file of clean rows with some dirt: its text as bytes."""
    form, end = chance.choice(DATES), chance.choice(["\n", "\n", "\r\n", "\r"])
    quote = chance.choice(["", "", '"'])
    lines = [",".join(f"{quote}{name}{quote}" for name in ("date", "lane", "volume", "note"))]
    for _ in range(chance.randint(3, 60)):
        lane, volume = chance.choice(CLEAN if chance.random() < 0.95 else DIRT)
        day = form.format(chance.randint(1, 28)) if chance.random() < 0.98 else chance.choice(["?", "", "2024-02-30"])
        cells = [f"{quote}{cell}{quote}" for cell in (day, lane, volume, chance.choice("abc"))]
        lines.append(chance.choice([",", ",", ", "] if chance.random() < 0.1 else [","]).join(cells))
        if chance.random() < 0.01:
            lines.append(chance.choice(LINES))
    text = end.join(lines) + chance.choice(["", end])
    return text.encode(chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]), "replace")


def answer(path):
    """Return all that is read from a file, or the error."""
    try:
        rows = read_rows(path, reading=ReadingOptions(negative="returns"))
    except ValueError as error:
        return str(error)
    lost = (rows.lost.of_lane, rows.lost.on_days.tolist(), rows.lost.anywhere)
    tables = rows.table.to_csv(), rows.unknown.to_csv()
    return *tables, sorted(rows.refused), lost, rows.facts, rows.lanes, rows.audit


def test_both_readings_of_a_hundred_files_agree(tmp_path, monkeypatch):
    path, quick, split = tmp_path / "flows.csv", 0, clean_text.split

    def counted(*given):
        nonlocal quick
        columns = split(*given)
        quick += columns is not None
        return columns

    for seed in range(100):
        path.write_bytes(made(random.Random(seed)))
        monkeypatch.setattr(clean_text, "PART_LENGTH", 300)
        monkeypatch.setattr(reading, "split", counted)
        ours = answer(path)
        monkeypatch.setattr(reading, "split", lambda *given: None)
        assert ours == answer(path), seed
    assert quick > 100


@pytest.mark.parametrize("texts", [["a", "b", "a", "b\0", "", "aaaaaaaab", "aaaaaaaac", "ü"], ["x"], ["", ""]])
def test_texts_that_differ_are_distinct_even_if_their_hashes_are_equal(texts, monkeypatch):
    for same_hash in (False, True):
        column = packed.Packed.of(texts)
        if same_hash:
            column.__dict__["hashes"] = np.zeros(len(texts), dtype=np.uint64)
        codes, distinct = column.distinct
        assert distinct == list(dict.fromkeys(texts)) and [distinct[code] for code in codes] == texts


def test_numbers_are_those_of_float_or_are_left_to_the_careful_reader():
    chance = random.Random(5)
    texts = ["".join(chance.choices("0123456789.", k=chance.randint(1, 15))) for _ in range(600)]
    for text in [*texts, "1e3", "-1", " 1", "1 ", "", "1.250", "0.250", "1250.000", "999999999999999", "٣"]:
        found = packed.Packed.of([text]).plain_numbers
        if found is not None:
            assert found[0][0] == float(text) and found[1][0] == ("." in text)
        elif len(text) <= 15 and text.replace(".", "", 1).isdigit() and text.isascii():
            assert packed.Packed.of([text + "0"]).plain_numbers or len(text) == 15  # only three decimals are in doubt
    assert packed.Packed.of(["1.250"]).plain_numbers is packed.Packed.of(["1.2.5"]).plain_numbers is None


def test_a_text_is_read_in_parts_only_where_its_rows_are_records(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2024-01-01,A,1\n2024-01-02,A,2\n")
    (origin,) = reading.inspect(path).readings()[:1]
    with table.open_table([origin], None, "flows").pieces() as (pieces, _):
        assert [type(piece) for piece in pieces] == [clean_text.Columns]
