"""Bytes and text of a file: encodings, separators, quotes, damage and limits."""

import codecs
import gzip
import subprocess
import sys

import pytest
from flow_rows import DAILY, PLAIN, known, reasons, rows

from twin.data.files.headings import plain
from twin.data.load import read_history


def test_plain_file(read_rows):
    history = read_rows(DAILY)
    assert rows(history) == PLAIN
    assert (history.period, history.gaps, history.account.period_inferred) == ("D", "zero", True)
    assert (history.account.encoding, history.account.separator) == ("utf-8", ",")
    assert history.account.columns == {"date": "date", "lane": "lane", "volume": "volume"}
    assert list(history.flows.columns) == ["date", "lane", "volume"]


def test_gzip_is_detected_by_its_bytes_not_its_name(read_rows):
    assert rows(read_rows(gzip.compress(DAILY.encode()), name="flows.csv")) == PLAIN
    assert rows(read_rows(DAILY, name="flows.csv.gz")) == PLAIN


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8-sig", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_byte_order_marks(read_rows, encoding, mark):
    history = read_rows(mark + DAILY.replace("B", "Zürich").encode(encoding))
    assert rows(history)[2] == ("2024-01-03", "Zürich", 2.0)
    assert history.account.encoding == encoding.removesuffix("-le").removesuffix("-be")


def test_the_account_names_other_encodings(read_rows):
    text = DAILY.replace("B", "Côte – d")
    assert read_rows(text.encode("cp1252")).account.encoding == "cp1252"
    assert rows(read_rows(text.encode("cp1252")))[2][1] == "Côte – d"
    latin = read_rows(DAILY.replace("B", "\x81é").encode("latin-1"))
    assert latin.account.encoding == "latin-1"
    assert "not utf-8" in latin.account.notes[0]


def test_second_byte_order_mark_in_the_header(read_rows):
    assert rows(read_rows(codecs.BOM_UTF8 * 2 + DAILY.encode())) == PLAIN


def test_late_bad_byte_is_found(read_rows):
    many = DAILY + "2024-01-03,C,1\n" * 100_000
    history = read_rows(many.encode() + "2024-01-03,É,1\n".encode("cp1252"))
    assert history.account.encoding == "cp1252"
    assert "É" in history.flows["lane"].cat.categories


@pytest.mark.parametrize("mark", ",;\t|")
def test_separators(read_rows, mark):
    history = read_rows(DAILY.replace(",", mark))
    assert rows(history) == PLAIN
    assert history.account.separator == mark


def test_spreadsheet_separator_line(read_rows):
    assert rows(read_rows("sep=;\r\n" + DAILY.replace(",", ";").replace("\n", "\r\n"))) == PLAIN


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_and_missing_last_end(read_rows, end):
    text = "\n\n" + DAILY.replace("\n2024-01-02", "\n\n   \n2024-01-02").rstrip("\n")
    history = read_rows(text.replace("\n", end))
    assert rows(history) == PLAIN
    assert "blank lines skipped: 2" in history.account.notes


def test_quoted_fields_keep_separators_quotes_and_line_breaks(read_rows):
    history = read_rows('date,lane,volume\n2024-01-01,"A, ""x""\nsecond",5\n2024-01-02,B,bad\n')
    assert rows(history) == [("2024-01-01", 'A, "x"\nsecond', 5.0)]
    assert reasons(history) == {4: "volume is not a number"}  # the line in the file, counting the line break in quotes


def test_a_stray_quote_costs_one_line(read_rows):
    text = 'date,lane,volume\n2024-01-01,"A,5\n2024-01-02,A,7\n2024-01-03,"B",2\n2024-01-04,"C,1\n'
    history = read_rows(text)
    assert known(history) == PLAIN[1:]
    assert reasons(history) == dict.fromkeys((2, 5), "quotes do not close properly")


def test_a_stray_quote_that_closes_by_chance_costs_one_line(read_rows):
    history = read_rows('date,lane,volume\n2024-01-01,"A,5\n2024-01-02,A,7\n2024-01-03,B,"\n2024-01-04,C,1\n')
    assert known(history) == [("2024-01-02", "A", 7.0), ("2024-01-04", "C", 1.0)]
    assert list(reasons(history)) == [2, 4]


def test_rows_with_too_many_or_few_fields(read_rows):
    history = read_rows(DAILY + "2024-01-04,A\n2024-01-05,A,1,2\n,,\n")
    assert known(history) == PLAIN
    width = "row does not have the 3 fields of the header"
    assert reasons(history) == {5: width, 6: width, 7: "date is empty"}


def test_a_field_that_is_too_long_is_refused(read_rows):
    history = read_rows(DAILY + f"2024-01-04,{'x' * 200_000},1\n2024-01-05,A,1\n")
    assert reasons(history) == {5: "field is too long"}
    assert len(known(history)) == 4


def test_nul_bytes(read_rows):
    history = read_rows("date,lane,volume,note\n2024-01-01,A,5,\0\n2024-01-02,A\0,7,\n2024-01-03,A,\0,\n2024\0,A,1,\n")
    assert [row[:2] for row in known(history)] == [PLAIN[0][:2]]
    assert reasons(history) == {
        3: "lane has a NUL byte",
        4: "volume is not a number",
        5: "date cannot be read",
    }
    assert "\0" not in str(history.account)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "blank lines"),
        (b"date,lane,volume\n", "header and no rows"),
        (b"date,lane,volume\n\n\n", "header and no rows"),
        (codecs.BOM_UTF8, "blank lines"),
        (DAILY.encode("utf-16-le"), "NUL"),
        (codecs.BOM_UTF16_LE + DAILY.encode("utf-16-le")[:-1], "utf-16"),
        (codecs.BOM_UTF8 + b"date,lane,volume\n\xff", "utf-8-sig"),
        (b"PK\x03\x04 and so on", "spreadsheet"),
        (gzip.compress(DAILY.encode() * 99, mtime=0)[:-20], "gzip"),
        (b"\x1f\x8bnot really", "gzip"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b'"date,lane,volume\n2024-01-01,A,5\n', "quotes"),
        (
            b"date,lane,volume\nx,A,1\n2024-01-01,,1\n",
            "no usable row: 1 x date cannot be read; 1 x lane is empty",
        ),
    ],
)
def test_files_that_cannot_be_used(read_rows, content, rule):
    with pytest.raises(ValueError, match=rule) as error:
        read_rows(content)
    assert "flows.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv does not exist"):
        read_history(tmp_path / "nowhere.csv")
    with pytest.raises(ValueError, match="is a folder"):
        read_history(tmp_path)


def test_a_field_of_the_header_that_is_too_long_is_refused(read_rows):
    with pytest.raises(ValueError, match=r"flows.csv, line 1: the header must have fields of at most 131,072 char"):
        read_rows(f"date,lane,volume,{'x' * 200_000}\n2024-01-01,A,5,1\n")
    with pytest.raises(ValueError, match=r"flows.csv, line 2: the header must have fields of at most 131,072 char"):
        read_rows(f"\n{'x' * 200_000}\n2024-01-01,A,5,1\n")


def test_a_long_header_of_short_fields_is_read_with_any_separator(read_rows):
    more = [f"unused_{i}" for i in range(20_000)]
    plain.cache_clear()
    for mark in ",;\t|":
        header, row = (mark.join([*start, *more]) for start in (("date", "lane", "volume"), ("2024-01-01", "A", "5")))
        history = read_rows(f"{header}\n{row}\n")
        assert history.account.separator == mark and history.flows["volume"].tolist() == [5.0]
    assert len(str(history.account)) < 1500 and "and 19,975 more" in str(history.account)
    assert plain.cache_info().misses < 1.1 * len(more)  # each name once, for all words, layouts and files


LONG_LINE = r"flows.csv, line {}: a line must have at most 1,048,576 characters \(1 MB\); got a longer one"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_beyond_1_mb_is_refused_by_its_number(read_rows, encoding, end):
    start = end.join(["date,lane,volume,note", *(f"2024-01-{i:02d},A,5,é" for i in range(1, 29))])
    for longest in (2**20, 2**20 + 1):
        note = "y" * (longest - len("2024-02-01,A,5,"))
        content = f"{start}{end}2024-02-01,A,5,{note}{end}2024-02-02,A,5,{end}".encode(encoding)
        if longest == 2**20:  # the longest line that is allowed; its field is longer than csv allows
            assert reasons(read_rows(content)) == {30: "field is too long"}
        else:
            for kept in (content, gzip.compress(content)):
                with pytest.raises(ValueError, match=LONG_LINE.format(30)):
                    read_rows(kept)


def test_quotes_that_never_close_are_refused_before_they_take_long(read_rows):
    with pytest.raises(ValueError, match=r"flows.csv, line [\d,]+: too many quotes up to here do not close"):
        read_rows(DAILY + 'a","\n' * 20_000)


def test_a_stray_quote_in_each_row_costs_only_these_rows(read_rows):
    history = read_rows("date,lane,volume\n" + '2024-01-01,"A,5\n2024-01-02,B,7\n' * 3000)
    assert history.account.rows_kept == 3000 and set(history.account.reasons()) == {"quotes do not close properly"}


def test_gzip_members_in_a_row_are_one_file(read_rows):
    content = DAILY.encode()
    parts = [gzip.compress(content[i : i + 9]) for i in range(0, len(content), 9)]
    assert rows(read_rows(b"".join(parts))) == PLAIN
    for broken in (b"".join(parts)[:-5], b"".join(parts) + b"more", parts[0] + parts[1][:12], parts[0] + b"\x1f\x8b"):
        with pytest.raises(ValueError, match=r"flows.csv is a broken or cut gzip file; fetch it again"):
            read_rows(broken)


def test_a_file_with_too_many_unusable_rows_is_refused(read_rows, monkeypatch):
    monkeypatch.setattr("twin.data.files.scan.REFUSED_IN_MEMORY", 1000)
    with pytest.raises(ValueError, match=r"has over 1,000 rows that cannot be used: line 5, row does not have the 3"):
        read_rows(DAILY + "x\n" * 2000)


MEASURED = """
import resource, sys
from twin.__main__ import main
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
code = main(sys.argv[1:])
print(code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    """Return a folder of two files of 1.5 MB with 1.5 GB in one line: a header that does not end, and a field."""
    folder, hundred = tmp_path_factory.mktemp("bombs"), gzip.compress(b"1" * 10**8)
    for name, start in {"header": b"date,lane,volume,", "field": b"date,lane,volume\n2024-01-01,A,"}.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(start) + 15 * hundred)
        assert (folder / f"{name}.gz").stat().st_size < 2e6
    return folder


@pytest.mark.parametrize("name", ["header", "field"])
@pytest.mark.parametrize("command", [["assess"], ["ask", "--offline", "What is the profit?", "--file"]])
def test_a_gzip_bomb_is_refused_within_little_memory(bombs, name, command):
    command = [sys.executable, "-c", MEASURED, *command, str(bombs / f"{name}.gz")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    code, more = map(int, run.stdout.split())  # [MB]
    assert code == 2 and more < 200 and "Traceback" not in run.stderr
    line = {"header": 1, "field": 2}[name]
    assert f"{name}.gz, line {line}: a line must have at most 1,048,576 characters (1 MB)" in run.stderr
