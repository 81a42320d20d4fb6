"""Tables of lanes on disk: the numbers of `lane.assess`, complete parts or none, one sentence for unusable input."""

import decimal
import random
import re
import resource
from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import twin
from twin.__main__ import main
from twin.compute.folder_lock import folder_lock
from twin.lane import Policy, assess
from twin.plan.policies import filled, policy_of
from twin.tables.assess_table import LaneTable, assess_table
from twin.tables.part import Recipe, make_part
from twin.tables.source import MOMENTS, opened


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Use small parts of 1,000 lanes, read 300 at a time, in this process."""
    monkeypatch.setattr("twin.tables.source.PART", 1000)
    monkeypatch.setattr("twin.tables.source.LANES_IN_MEMORY", 300)
    monkeypatch.setattr(
        "twin.tables.assess_table.in_parallel", lambda make, tasks, **_: {n: make(*a) for n, a in tasks.items()}
    )


def lanes(count, seed=5):
    """Return lanes that differ in demand, space and service."""
    rng = np.random.Generator(np.random.PCG64(seed))
    return pd.DataFrame(
        {
            "lane": pd.Series([f"L{seed}-{i}" for i in range(count)], dtype="str"),
            "demand_mean": rng.uniform(20, 500, count),
            "demand_sd": rng.uniform(0, 60, count),
            "internal_capacity": rng.uniform(0, 600, count),
            "service_level": rng.uniform(0.5, 0.999, count),
        }
    )


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a table and returns its path."""

    def write(table, name="lanes.parquet", rows=100, **options):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
        pq.write_table(table, path, row_group_size=rows, **options)
        return path

    return write


@pytest.fixture
def command(tmp_path, capsys):
    """Return a function that runs the command and returns its exit code and output."""

    def command(source, *options, to="answers"):
        code = main(["assess", str(source), "--to", str(tmp_path / to), *options])
        out, err = capsys.readouterr()
        assert out == ""
        return code, err

    return command


def whole(table, given=None, period="D"):
    """Return the answers for all lanes at once, in memory."""
    columns = {field.name: table[field.name] for field in fields(Policy) if field.name in table}
    stated, _ = filled({**(given or {}), **columns}, {name: table[name].to_numpy() for name in MOMENTS}, period=period)
    return assess(table, policy_of(stated), period=period)


def assert_same(folder, table, **how):
    """Check that answers on disk equal those in memory to the last bit."""
    found = pd.read_parquet(folder)
    expected = whole(table, **how)
    assert list(found) == ["lane", *expected]
    assert found["lane"].tolist() == table["lane"].tolist()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# --- what comes out -----------------------------------------------------------------------------------------


def test_unset_own_capacity_equals_the_required_capacity(write, tmp_path, command):
    source = write(lanes(300)[["lane", "demand_mean", "demand_sd"]])
    code, said = command(source, "--keep", "planned_overflow,expected_overflow")
    assert (
        code == 0
        and "internal capacity of all lanes: the required capacity" in said
        and "internal capacity 150" not in said
    )
    found = pd.read_parquet(tmp_path / "answers")
    assert found["planned_overflow"].max() < 1e-9 and found["expected_overflow"].min() > 0


@pytest.mark.parametrize("rows", [7, 400, 10_000], ids=["tiny groups", "groups", "one group"])
@pytest.mark.parametrize("period", ["D", "W"])
def test_the_numbers_are_those_of_assess(write, tmp_path, rows, period):
    table, given = lanes(2500), {"lead_time_mean_days": 3.0, "service_level": 0.1}  # the column overrides the option
    done = assess_table(LaneTable(write(table, rows=rows)), tmp_path / "a", given, period=period)
    assert (done.assessed, done.kept, done.complete, done.failures) == (2500, 0, True, ())
    assert_same(tmp_path / "a", table, given=given, period=period)
    parts = {7: 3, 400: 3, 10_000: 1}[rows]
    assert names(tmp_path / "a") == [".lock", "_SUCCESS", *(f"part-{i:05d}.parquet" for i in range(parts))]


def test_a_folder_of_files_is_one_table_in_the_order_of_their_names(write, tmp_path):
    pieces = [lanes(size, seed) for size, seed in ((30, 1), (0, 2), (1700, 3), (400, 4))]
    for piece, name in zip(pieces, "abcd", strict=True):
        write(piece, f"source/{name}.parquet")
    (tmp_path / "source" / "_SUCCESS").touch()
    table = LaneTable(tmp_path / "source")
    assert [part.lanes for part in table.parts] == [930, 1000, 200]
    assess_table(table, tmp_path / "a")
    assert_same(tmp_path / "a", pd.concat(pieces, ignore_index=True))


def test_other_tools_read_it_as_one_table_with_units(write, tmp_path):
    from dask import dataframe
    from pyarrow import dataset

    table = lanes(2500)
    assess_table(LaneTable(write(table)), tmp_path / "a", keep=["profit", "safety_stock"])
    schema = dataset.dataset(tmp_path / "a").schema
    assert schema.names == ["lane", "profit", "safety_stock"]
    assert schema.field("profit").metadata == {b"unit": b"$/period"}
    read = dataframe.read_parquet(tmp_path / "a").compute(scheduler="synchronous")
    np.testing.assert_array_equal(read["profit"], whole(table)["profit"])
    assert read["lane"].tolist() == table["lane"].tolist()


def test_lanes_without_names_and_numbers_of_other_kinds(write, tmp_path):
    table = pa.table(
        {
            "demand_mean": pa.array([100, 50], pa.int16()),
            "demand_sd": pa.array([25.0, 4.0], pa.float32()),
            "holding_cost": pa.array([decimal.Decimal("5.50"), decimal.Decimal("1.25")]),
        }
    )
    assess_table(LaneTable(write(table)), tmp_path / "a", keep=["buffer_cost"])
    found = pq.read_table(tmp_path / "a")
    policy = Policy(holding_cost=[5.5, 1.25])
    expected = assess({"demand_mean": [100, 50], "demand_sd": [25.0, 4.0]}, policy)["buffer_cost"]
    assert found.to_pydict() == {"buffer_cost": expected.tolist()}


@pytest.mark.parametrize("dictionary", [False, True])
def test_columns_of_words(write, tmp_path, dictionary):
    """A column of words, some of them missing; the word given for all lanes, or the default, takes their place."""
    words = {"kind": ["stock", None, "flow", "stock"], "unmet": ["lost", "partner", None, None]}
    statistics = {"demand_mean": [100.0] * 4, "demand_sd": [25.0] * 4}
    columns = {name: pa.array(column) for name, column in words.items()}
    if dictionary:
        columns = {name: column.dictionary_encode() for name, column in columns.items()}
    table = LaneTable(write(pa.table({**statistics, **columns})))
    assess_table(table, tmp_path / "a", {"unmet": "lost", "internal_capacity": 150.0}, keep=["unmet_cost", "profit"])
    found = pd.read_parquet(tmp_path / "a")
    policy = Policy(kind=["stock", "flow", "flow", "stock"], unmet=["lost", "partner", "lost", "lost"])
    expected = assess(statistics, policy)
    for name in found:
        np.testing.assert_array_equal(found[name], expected[name])


def test_a_misspelt_word_of_a_column_is_refused(write, tmp_path):
    table = pa.table({"demand_mean": [100.0, 50.0], "demand_sd": [25.0, 4.0], "kind": ["stock", "stok"]})
    done = assess_table(LaneTable(write(table)), tmp_path / "a")
    assert "row 2" in done.failures[0] and "kind must be one of flow, stock; got" in done.failures[0]


def test_names_of_lanes_are_unchanged(write, tmp_path):
    table = lanes(700).assign(lane=lambda frame: pd.Categorical(["A", "B", None, "C\n", "Ä", "", "G"] * 100))
    assess_table(LaneTable(write(table)), tmp_path / "a", keep=["profit"])
    pd.testing.assert_series_equal(pd.read_parquet(tmp_path / "a")["lane"].astype("str"), table["lane"].astype("str"))


# --- a run after a run --------------------------------------------------------------------------------------


def test_a_later_run_makes_only_missing_parts(write, command, tmp_path):
    table = lanes(2500)
    source = write(table)
    code, said = command(source)
    assert code == 0 and re.search(r"2,500 lanes assessed in \S+ s, \S+ lanes/s; \S+ is complete", said)
    made = {path: path.stat().st_mtime_ns for path in sorted((tmp_path / "answers").glob("part-*"))}
    first, *others = made
    first.unlink()
    (tmp_path / "answers" / "_SUCCESS").unlink()
    (tmp_path / "answers" / f".{first.name}.{'0' * 32}").write_bytes(b"PAR1 of a run that was killed")
    code, said = command(source)
    assert code == 0 and "1,000 lanes assessed" in said and "1,500 there before" in said
    assert all(path.stat().st_mtime_ns == made[path] for path in others)
    assert names(tmp_path / "answers") == [".lock", "_SUCCESS", *(path.name for path in made)]
    assert_same(tmp_path / "answers", table)


def test_parts_made_from_other_inputs_are_replaced(write, tmp_path, monkeypatch):
    table = lanes(2500)
    source = write(table)

    def run(given=None, **how):
        done = assess_table(LaneTable(source), tmp_path / "a", given, **how)
        assert done.complete and done.assessed + done.kept == len(table)
        return done.assessed

    assert [run(), run()] == [2500, 0]
    assert [run({"dwell": 2.0}), run({"dwell": 2.0, "service_level": 0.9})] == [2500, 0]  # no lane uses the option
    assert [run(), run(period="W"), run(period="W")] == [2500, 2500, 0]
    assert [run(), run(keep=["profit"]), run(keep=["profit"])] == [2500, 2500, 0]
    monkeypatch.setattr(twin, "__version__", "0.0.0")
    assert [run(keep=["profit"]), run(keep=["profit"])] == [2500, 0]
    table = table.assign(demand_mean=table["demand_mean"] + 1.0)
    write(table)
    assert [run(), run()] == [2500, 0]
    assert_same(tmp_path / "a", table)
    table = table[:600]
    write(table)
    assert run() == 600
    assert names(tmp_path / "a") == [".lock", "_SUCCESS", "part-00000.parquet"]
    assert_same(tmp_path / "a", table)


def test_a_changed_file_with_equal_size_and_footer_is_detected(tmp_path):
    path, means = tmp_path / "lanes.parquet", [10.0, 20.0, 30.0, 40.0]

    def write(demand_mean):
        table = pa.table({"demand_mean": demand_mean, "demand_sd": [1.0] * 4})
        pq.write_table(table, path, compression="none", use_dictionary=False)
        assess_table(LaneTable(path), tmp_path / "a", {"internal_capacity": 100.0})
        footer = pa.BufferOutputStream()
        pq.read_metadata(path).write_metadata_file(footer)
        return path.stat().st_size, footer.getvalue(), pd.read_parquet(tmp_path / "a")["lead_time_demand_mean"].tolist()

    first, second = write(means), write([10.0, 30.0, 20.0, 40.0])
    assert first[:2] == second[:2]  # the footer has the smallest and the largest of a column
    assert (first[2], second[2]) == ([70.0, 140.0, 210.0, 280.0], [70.0, 210.0, 140.0, 280.0])


def test_an_added_file_leaves_earlier_parts_unchanged(write, tmp_path):
    for name, seed in (("a", 1), ("b", 2)):
        write(lanes(1000, seed), f"source/{name}.parquet")
    assert assess_table(LaneTable(tmp_path / "source"), tmp_path / "a").assessed == 2000
    write(lanes(1000, 3), "source/c.parquet")
    done = assess_table(LaneTable(tmp_path / "source"), tmp_path / "a")
    assert (done.assessed, done.kept) == (1000, 2000)


def test_two_runs_at_once_are_refused(write, command, tmp_path):
    source = write(lanes(10))
    with folder_lock(tmp_path / "answers"):
        assert refusal(command(source)).endswith("answers; wait for it to end\n")
    assert command(source)[0] == 0


# --- what cannot be used ------------------------------------------------------------------------------------


def refusal(result):
    code, said = result
    assert code == 2 and said.startswith("twin: ") and said.count("\n") == 1, said
    return said


def with_one_bad(table, row):
    return table.assign(demand_sd=table["demand_sd"].where(table.index != row, -1.0))


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("demand_mean", None, "demand_mean must be a finite number; got nan"),
        ("demand_mean", 0.0, "demand_mean must be finite and > 0; got 0.0"),
        ("demand_sd", -1.5, "demand_sd must be finite and >= 0; got -1.5"),
        ("demand_sd", np.nan, "demand_sd must be a finite number; got nan"),
        ("internal_capacity", np.inf, "internal_capacity must be a finite number; got inf"),
        ("service_level", 1.0, "service_level must be in (0, 1); got 1.0"),
        ("partner_surcharge", 1e308, "planned_warehousing_cost must be a finite number; got inf"),  # an answer
    ],
)
def test_a_bad_lane_fails_only_its_part_and_is_named(write, command, tmp_path, name, value, rule):
    table = lanes(3500).assign(partner_surcharge=5.0)
    table.loc[[1777, 1779, 1990], name] = value
    table.loc[1777, "lane"] = "L\x1b[2J"
    source = write(table)
    code, said = command(source)
    assert code == 1
    assert f"{source}, row 1,778 (lane L\\x1b[2J): {rule}\n" in said
    assert "2,500 lanes assessed" in said and said.endswith("answers is not complete\n")
    parts = [f"part-{i:05d}.parquet" for i in (0, 2, 3)]
    assert names(tmp_path / "answers") == [".lock", *parts]
    for part, start in zip(parts, (0, 2000, 3000), strict=True):
        found = pq.read_table(tmp_path / "answers" / part)["lane"].to_pylist()
        assert found == table["lane"][start : start + 1000].tolist()


def test_rows_are_counted_in_their_own_file(write, command, tmp_path):
    write(lanes(950), "source/a.parquet")
    bad = write(with_one_bad(lanes(950), 7).assign(lane="?"), "source/b.parquet")
    code, said = command(tmp_path / "source")
    assert code == 1 and f"{bad}, row 8 (lane ?): demand_sd must be" in said


def test_an_earlier_part_is_removed_if_its_lanes_turn_bad(write, command, tmp_path):
    source = write(lanes(2500))
    assert command(source)[0] == 0
    write(with_one_bad(lanes(2500), 3))
    code, said = command(source)
    assert code == 1, said
    assert names(tmp_path / "answers") == [".lock", "part-00001.parquet", "part-00002.parquet"]


def test_many_failures_are_counted(write, command):
    code, said = command(write(lanes(12_500).assign(demand_sd=-1.0)))
    assert code == 1 and said.count("demand_sd must be") == 10 and "... and 3 more parts" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="demand_sd"), "must be a table with a column demand_sd; got lane, demand_mean, "),
        (lambda t: t.assign(demand_mean="many"), "column demand_mean must be of numbers; got"),
        (lambda t: t.assign(demand_mean=True), "column demand_mean must be of numbers; got bool"),
        (lambda t: t.assign(dwell=pd.Timestamp("2024-01-01")), "column dwell must be of numbers; got timestamp"),
        (lambda t: t.assign(dwell=None), "column dwell must be of numbers; got null"),
        (lambda t: t[:0], "must be a table with at least one lane; got no rows"),
    ],
)
def test_tables_that_cannot_be_used(write, command, tmp_path, change, said):
    source = write(change(lanes(10)))
    assert f"twin: {source}" in (told := refusal(command(source))) and said in told
    assert not (tmp_path / "answers").exists()


def test_files_that_cannot_be_used(write, command, tmp_path):
    assert "does not exist" in refusal(command(tmp_path / "nowhere"))
    (folder := tmp_path / "folder").mkdir()
    assert "a Parquet file, or a folder of such; got an empty folder" in refusal(command(folder))
    (folder / "flows.csv").write_text("date,lane,volume\n2024-01-01,A,1\n")
    assert f"{folder / 'flows.csv'} must be a Parquet file" in refusal(command(folder))
    assert f"{folder / 'flows.csv'} must be a Parquet file" in refusal(command(folder / "flows.csv"))
    twice = pa.table([[1.0], [2.0], [1.0]], names=["demand_mean", "demand_mean", "demand_sd"])
    assert "a table with one column demand_mean; got 2 of them" in refusal(command(write(twice)))
    write(lanes(10), "two/a.parquet")
    other = write(lanes(10).drop(columns="lane"), "two/b.parquet")
    assert f"{other} must be a table with the columns of a.parquet, lane (large_string), " in refusal(
        command(tmp_path / "two")
    )


def test_a_damaged_page_and_a_replaced_file_are_refused(write, command, tmp_path):
    source = write(lanes(2500))
    content = bytearray(source.read_bytes())
    at = pq.read_metadata(source).row_group(15).column(1).data_page_offset
    content[at : at + 60] = bytes(60)
    source.write_bytes(content)
    code, said = command(source)
    assert code == 1 and f"{source} cannot be read from row 1,301 on: " in said and "1,500 lanes assessed" in said
    table = LaneTable(source)
    write(lanes(2500, seed=6))
    with pytest.raises(ValueError, match="as it was when the run began; got another file"):
        assess_table(table, tmp_path / "other")


def flipped(content, bit):
    """Return bytes with one bit changed."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def pages(content):
    """Return the bits of a Parquet file before its footer, whose length is in the last bytes."""
    return range(4 * 8, (len(content) - 8 - int.from_bytes(content[-8:-4], "little")) * 8)


def accepted(content, path, before):
    """Return the number of changes of one bit, out of 300, after which other values can be read."""
    count = 0
    for bit in random.Random(3).sample(pages(content), 300):
        path.write_bytes(flipped(content, bit))
        try:
            with opened(path) as file:
                count += not pa.Table.from_batches(file.iter_batches()).equals(before)
        except (pa.ArrowException, OSError, ValueError):
            pass
    return count


def test_no_changed_bit_in_a_page_of_ours_gives_other_values(write, command, tmp_path):
    assert command(write(lanes(200)), "--keep", "profit,safety_stock")[0] == 0
    part = tmp_path / "answers" / "part-00000.parquet"
    before = pq.read_table(part)
    assert accepted(part.read_bytes(), part, before) == 0
    bare = write(before, "bare.parquet")  # a file without checksums: this is what they protect from
    assert accepted(bare.read_bytes(), bare, before) > 150


def test_a_damaged_page_of_a_table_is_named_by_row_row_group_and_column(write, command):
    source = write(lanes(2500), write_page_checksum=True)
    content = source.read_bytes()
    at = pq.read_metadata(source).row_group(15).column(2).data_page_offset
    source.write_bytes(flipped(content, (at + 100) * 8))
    code, said = command(source)
    assert code == 1 and "1,500 lanes assessed" in said
    assert f"{source} cannot be read from row 1,301 on: could not verify page integrity" in said
    assert "(row group 15, column demand_sd)" in said


def test_a_damaged_part_of_an_earlier_run_is_made_again(write, command, tmp_path):
    source = write(lanes(2500))
    assert command(source)[0] == 0
    part = tmp_path / "answers" / "part-00001.parquet"
    before = part.read_bytes()
    part.write_bytes(flipped(before, len(before) * 4))
    code, said = command(source)
    assert code == 0 and "damaged, so made again: part-00001.parquet (1)" in said and "1,000 lanes assessed" in said
    assert part.read_bytes() == before
    assert "made again" not in command(source)[1]


def test_a_footer_whose_counts_contradict_each_other_is_refused(write):
    source = write(lanes(250))
    content, metadata = source.read_bytes(), pq.read_metadata(source)
    start, said = pages(content).stop // 8, []
    for at in range(start, len(content) - 8):
        if content[at] == 2 * 50:  # the 50 rows of the last group, as Thrift writes a number
            source.write_bytes(content[:at] + bytes([2 * 30]) + content[at + 1 :])
            try:
                table = LaneTable(source)
                assert table.lanes == metadata.num_rows
            except ValueError as error:
                said.append(str(error))
    rule = "must be a Parquet file whose footer is intact; got numbers of rows that contradict each other"
    assert f"{source} {rule}" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--keep", "profit,price"], "keep must be some of workload_mean, "),
        (["--keep", ""], "keep must be some of"),
        (["--dwell=-1"], "dwell must be finite and >= 0; got -1.0"),
        (["--jobs", "0"], "--jobs must be a whole number >= 1; got 0"),
        (["--json", "--gaps", "unknown"], "used without the options of a file of flows; got gaps, json"),
        (["--scheduler", "tcp://127.0.0.1:1"], "scheduler must be the address of a running Dask scheduler"),
        (["--scheduler", "here"], "scheduler must be the address of a running Dask scheduler"),
    ],
)
def test_unusable_options_change_no_file(write, command, tmp_path, options, said):
    source = write(lanes(2500))
    assert command(source)[0] == 0
    before = names(tmp_path / "answers")
    assert said in refusal(command(source, *options))
    assert names(tmp_path / "answers") == before
    assert said in refusal(command(source, *options, to="new")) and not (tmp_path / "new").exists()


def test_a_policy_with_an_array_or_an_unknown_field_is_refused(write, tmp_path):
    table = LaneTable(write(lanes(10)))
    for given, said in (
        ({"dwell": [1.0] * 10}, "dwell must be one number for all"),
        ({"dwel": 1.0}, "given must be some"),
    ):
        with pytest.raises(ValueError, match=said):
            assess_table(table, tmp_path / "a", given)
    assert not (tmp_path / "a").exists()


def test_tables_and_flows_do_not_mix(write, capsys):
    for arguments in ([str(write(lanes(10)))], ["flows.csv", "--keep", "profit"]):
        assert main(["assess", *arguments]) == 2
        assert "--to must be given with a table of lanes" in capsys.readouterr().err


def test_foreign_files_in_the_folder_are_refused_and_unchanged(write, command, tmp_path):
    source = write(lanes(10), "source/lanes.parquet")
    for to in ("source", "source/lanes.parquet", "source/answers", "."):
        assert "to must be a folder apart from" in refusal(command(source.parent, to=to))
    (tmp_path / "file").write_text("mine")
    assert "to must be a folder, or new; got" in refusal(command(source, to="file"))
    assert refusal(command(source, to="file/below"))
    for name, content in (("notes.txt", b""), ("part-00000.parquet", source.read_bytes()), ("part-00001.parquet", b"")):
        (folder := tmp_path / f"with {name}").mkdir()
        (folder / name).write_bytes(content)
        assert f"nothing but answers of ours; got {name}" in refusal(command(source, to=folder.name))
        assert names(folder) == [name] and (folder / name).read_bytes() == content


def test_a_full_disk_leaves_nothing_half_written(write, tmp_path):
    table = LaneTable(write(lanes(2500)))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))  # fails as on a full disk
    try:
        done = assess_table(table, tmp_path / "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not done.complete and len(done.failures) == 3
    assert all("part-0000" in said and "cannot be written: " in said for said in done.failures)
    assert names(tmp_path / "a") == [".lock"]


def test_a_failed_part_leaves_no_file(write, tmp_path):
    (folder := tmp_path / "a").mkdir()
    table = LaneTable(write(with_one_bad(lanes(900), 850)))
    recipe = Recipe(table.columns, table.label, {}, "D", ("profit",))
    said = make_part(folder / "part-00000.parquet", table.parts[0].pieces, recipe)
    assert "row 851 (lane L5-850): demand_sd must be" in said and names(folder) == []
    said = make_part(tmp_path / "gone" / "part-00000.parquet", table.parts[0].pieces, recipe)
    assert "part-00000.parquet cannot be written: " in said
