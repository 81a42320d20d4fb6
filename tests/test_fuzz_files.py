"""Any file gives a history whose numbers add up, or a sentence; the same flows give the same totals in any format."""

import csv
import gzip
import io
import json
import math
import re
from collections import defaultdict
from datetime import date

import pytest
from fuzz import CHANGES, HARM, START, cases, harmed, is_a_sentence, texts
from hypothesis import assume, example, given
from hypothesis import strategies as st

from twin.data.errors import Refused
from twin.data.lane_names import lane_name, written_lane
from twin.data.ledger.staging import staged_file
from twin.data.load import read_history
from twin.plan.policy_file import read_policies

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")


def is_lane(text):
    """Return whether a text is a lane name that is read back as it is."""
    try:
        return lane_name(text) == text and not any("\ud800" <= c <= "\udfff" for c in text)
    except Refused:
        return False


FORMATS = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(ENCODINGS),
        "separator": st.sampled_from(",;\t|"),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "says_separator": st.booleans(),
        "gzip_members": st.integers(0, 3),
    }
)
NOTES = texts().filter(lambda text: "\0" not in text and len(text) < 1000 and text.isascii())
DAILY = [(date(2023, 1, 2), "A", 1.0, ""), (date(2023, 1, 3), "A", 2.0, "")]  # so that the period is a day
VOLUMES = st.one_of(st.integers(0, 10**6), st.floats(0, 1e15, allow_subnormal=False)).map(float)
ROWS = st.lists(
    st.tuples(st.dates(date(2023, 1, 1), date(2024, 12, 31)), texts(12).filter(is_lane), VOLUMES, NOTES),
    min_size=1,
    max_size=12,
)


def written(header, rows, *, encoding, separator, line_end, quoting, says_separator, gzip_members):
    """Return a table as the bytes of a CSV file in a format."""
    text = io.StringIO(newline="")
    if says_separator:
        text.write(f"sep={separator}{line_end}")
    careful = csv.QUOTE_ALL if "\r" in line_end or any("\r" in cell for row in rows for cell in row) else quoting
    csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=careful).writerows([header, *rows])
    try:
        content = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        assume(False)
    if encoding == "cp1252":
        assume(_only_cp1252(content))
    size = len(content) // gzip_members + 1 if gzip_members else 0
    return b"".join(gzip.compress(content[i : i + size]) for i in range(0, len(content), size)) if size else content


def _only_cp1252(content):
    """Return whether bytes are a text in cp1252 and in no other encoding that is tried before."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return content.isascii()


@cases(40)
@given(rows=ROWS, form=FORMATS)
def test_the_same_flows_have_the_same_totals_in_any_format(tmp_path, rows, form):
    rows = [*DAILY, *rows]
    (tmp_path / "flows.csv").write_bytes(
        written(
            ["date", "lane", "volume", "note"],
            [[str(day), written_lane(lane), repr(volume), note] for day, lane, volume, note in rows],
            **form,
        )
    )
    totals = defaultdict(list)
    for _, lane, volume, _ in rows:
        totals[lane].append(volume)
    history = read_history(tmp_path / "flows.csv")
    found = history.flows.groupby("lane", observed=True)["volume"].sum().to_dict()
    assert history.account.rows_read == history.account.rows_kept == len(rows)
    assert found == pytest.approx({lane: math.fsum(volumes) for lane, volumes in totals.items()}, rel=1e-12)


def adds_up(account):
    json.dumps(account.to_dict())
    assert str(account) and account.rows_read == account.rows_kept + len(account.refused)
    return account.rows_read


@cases(80)
@given(changes=CHANGES, harm=HARM)
@example(changes=[(1.0, 0, b'a","\n', 5000)], harm="none")  # quotes that never close
@example(changes=[(0.2, 0, b"x" * 200_000, 1)], harm="none")  # a header that csv refuses
@example(changes=[(1.0, 0, b"1" * 2_000_000, 1)], harm="gzip")  # a line of 2 MB
def test_a_damaged_file_is_read_in_full_or_refused_in_a_sentence(tmp_path, changes, harm):
    path = tmp_path / "flows.csv"
    path.write_bytes(harmed(START, changes, harm))
    read = {}
    for name, reader in {"history": read_history, "import": staged_file}.items():
        try:
            if name == "history":
                read[name] = adds_up(read_history(path).account)
            else:
                with staged_file(path) as staged:
                    assert staged.measure()[0] >= staged.account.rows_kept
                    read[name] = adds_up(staged.account)
        except ValueError as error:
            assert is_a_sentence(error) and str(path) in str(error), reader
    assert len(set(read.values())) < 2


#: Numbers with two readings, such as 1.125, are a matter of test_policy_file.py.
CELLS = st.one_of(st.just(""), st.floats(0, 1e6).map(repr).filter(lambda x: not re.fullmatch(r"\d{1,3}\.\d{3}", x)))


@cases(40)
@given(rows=st.dictionaries(texts(12).filter(is_lane), st.tuples(CELLS, CELLS), min_size=1, max_size=6), form=FORMATS)
def test_policies_are_the_same_in_any_format(tmp_path, rows, form):
    assume(form["encoding"] != "cp1252")
    cells = [[dwell, written_lane(lane), cost] for lane, (dwell, cost) in rows.items()]
    (tmp_path / "policies.csv").write_bytes(written(["dwell", "lane", "holding_cost"], cells, **form))
    table = read_policies(str(tmp_path / "policies.csv"))
    assert list(table) == ["dwell", "holding_cost"]
    found = {lane: tuple(row) for lane, row in zip(table.index, table.fillna("").to_numpy(), strict=True)}
    assert found == {lane: tuple(float(cell) if cell else "" for cell in row) for lane, row in rows.items()}


@cases(60)
@given(changes=CHANGES, harm=HARM)
def test_damaged_policies_are_a_table_of_the_whole_file_or_refused_in_a_sentence(tmp_path, changes, harm):
    path = tmp_path / "policies.csv"
    path.write_bytes(harmed(b"lane,dwell,holding_cost\nA,1,5\nB,2,\nC,,7\n", changes, harm))
    try:
        table = read_policies(str(path))
    except ValueError as error:
        assert is_a_sentence(error) and str(path) in str(error)
    else:
        assert table.index.is_unique and all(isinstance(lane, str) and lane for lane in table.index)
