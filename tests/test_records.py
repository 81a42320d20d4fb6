"""Real records of the package: derived from the files as found, whole, stated, and open at every door."""

import gzip
import importlib.util
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_real_data import real_data

from twin.__main__ import main
from twin.batch.job import Job
from twin.batch.provenance import inputs_of
from twin.data import records
from twin.data.history import dense
from twin.data.load import load_history
from twin.data.places import refuse_secrets
from twin.view.hub.hub import Hub

ROOT = Path(__file__).parents[1]
HOME = ROOT / "twin" / "data" / "records"
NAMES = ["online-retail", "scms", "sfo-air-cargo", "sfo-asia-carriers"]  # others have tests of their own
_spec = importlib.util.spec_from_file_location("derive_records", ROOT / "tools" / "records.py")
derive = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(derive)


def is_as_derived(name):
    """Assert that the files of a record have the bytes that the raw file gives, and the digests that it states."""
    stated = records.public_record(name).digests
    tables = derive.DERIVED[name](real_data())
    assert set(stated) == set(tables) == {path.name for path in (HOME / name).iterdir()} - {"record.toml"}
    for file, table in tables.items():
        content = derive.written(table)
        assert derive.digest_of(content) == stated[file]
        assert gzip.decompress((HOME / name / file).read_bytes()) == content
        assert (HOME / name / file).read_bytes()[4:8] == bytes(4)  # no time in the header


def is_stated(name):
    """Assert that a record says what it is, whose, under which terms, and that its title has the right numbers."""
    record, history = records.public_record(name), load_history(f"record:{name}")
    assert all([record.title, record.unit, record.source, record.licence, record.attribution])
    assert {"what", "derived", "missing", "not_for"} == set(record.statement)
    assert all(sentence.endswith((".", "?")) and len(sentence) > 80 for sentence in record.statement.values())
    lanes, dates, _ = dense(history)
    (count,) = re.findall(r"(\d+) (?:lanes|articles)", record.title)
    first, last = re.findall(r"(\d{4}-\d\d(?:-\d\d)?) to (\d{4}-\d\d(?:-\d\d)?)", record.title)[0]
    assert (int(count), str(dates[0]).startswith(first), str(dates[-1]).startswith(last)) == (len(lanes), True, True)
    account = history.account.to_dict()
    assert (account["file"], account["rows_refused"]) == (f"record:{name}", 0)
    assert [account[word] for word in ("source", "licence", "attribution")] == [
        record.source,
        record.licence,
        record.attribution,
    ]
    assert record.licence in str(history.account) and record.unit in history.account.notes[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_stated(name):
    is_stated(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_is_what_the_raw_file_gives(name):
    is_as_derived(name)


def test_flows_are_those_of_the_independent_extracts():
    """Other people's code made these extracts, from the same raw files."""
    files = {"online-retail": "online_retail_top40_daily", "scms": "scms_daily", "sfo-air-cargo": "sfo_monthly"}
    for name, file in files.items():
        theirs = pd.read_csv(real_data() / f"seed_{file}.csv.gz", keep_default_na=False)
        theirs = theirs.rename(columns={"product_name": "lane", "demand": "volume"})
        ours = pd.read_csv(HOME / name / "flows.csv.gz", keep_default_na=False)
        keys = ["lane", "date"]
        pd.testing.assert_frame_equal(
            ours.sort_values(keys, ignore_index=True), theirs[list(ours)].sort_values(keys, ignore_index=True)
        )


def test_carriers_add_up_to_their_region():
    """Both are rounded once: a carrier's month by half a ton at most."""
    carriers, region = (load_history(f"record:{name}").flows for name in ("sfo-asia-carriers", "sfo-air-cargo"))
    monthly = carriers.groupby("date")["volume"].agg(["sum", "count"])
    asia = region[region["lane"] == "SFO-Asia"].set_index("date")["volume"]
    assert ((monthly["sum"] - asia).abs() <= 0.5 * (monthly["count"] + 1)).all()


def test_lead_times_are_those_of_the_publisher():
    """Counts and moments of the decoded dates, found from a second copy of the source."""
    lines = records.lead_times("scms")
    assert len(lines) == 10_324 and lines["lead_time_days"].count() == 4_592
    assert (lines["lead_time_days"] < 0).sum() == 5 and lines["lead_time_days"].min() == -292
    found = lines.groupby("mode")["lead_time_days"].agg(["count", "mean", "std"]).round(2)
    assert found.loc["Ocean"].tolist() == [366, 176.87, 61.90]
    assert found.loc["Air"].tolist() == [3_369, 110.93, 68.14]
    assert found.loc["Truck"].tolist() == [794, 55.00, 98.05]
    late = lines["late_days"]
    assert (round(late.mean(), 2), round((late > 0).mean(), 4), round((late == 0).mean(), 3)) == (-6.02, 0.1149, 0.613)
    assert lines["scheduled"].is_monotonic_increasing and (lines["lane"] == "Côte d'Ivoire (Air)").any()
    assert (lines["mode"] == "N/A").sum() == 360  # a text, not a missing value
    with pytest.raises(ValueError, match=r"record must be one with lead times \(scms\); got sfo-air-cargo"):
        records.lead_times("record:sfo-air-cargo")


def test_all_records_together_are_small():
    assert sum(path.stat().st_size for path in HOME.glob("*/*")) <= 400_000


@pytest.mark.parametrize(
    ("said", "nearest"),
    [("sfo-aircargo", "sfo-air-cargo"), ("SCMS", "scms"), ("retail", "online-retail"), ("../scms", "scms")],
)
def test_a_name_that_is_not_known_is_told_the_nearest(said, nearest):
    with pytest.raises(ValueError, match=f"record must be one of online-retail, .*; the nearest is record:{nearest}$"):
        load_history(f"record:{said}")


def test_a_file_that_was_changed_is_refused(tmp_path, monkeypatch):
    shutil.copytree(HOME / "sfo-air-cargo", tmp_path / "sfo-air-cargo")
    monkeypatch.setattr(records, "_FOLDER", tmp_path)
    path = tmp_path / "sfo-air-cargo" / "flows.csv.gz"
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b",2712\n", b",2713\n"), mtime=0))
    with pytest.raises(ValueError, match=r"record:sfo-air-cargo is not as it was shipped: flows\.csv\.gz has another"):
        load_history("record:sfo-air-cargo")
    path.write_bytes(path.read_bytes()[:999])
    with pytest.raises(ValueError, match=r"record:sfo-air-cargo cannot be read .*; install the package again"):
        load_history("record:sfo-air-cargo")


def test_the_command_line_lists_records_and_assesses_one(capsys):
    assert main(["assess", "record:"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [f"record:{name}" for name in records.record_names()]
    assert main(["assess", "record:sfo-air-cargo", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["lanes"]) == 9 and told["account"]["licence"].startswith("Open Data Commons")
    assert main(["assess", "record:sfo"]) == 2
    assert "the nearest is record:sfo-air-cargo" in capsys.readouterr().err


def test_a_job_takes_a_record_as_part_of_the_package():
    refuse_secrets("history", "record:scms")
    job = Job("buffers", "notebooks/02_buffers.ipynb", {"history": "record:scms"}, (), (), ROOT)
    inputs = inputs_of([job])["buffers"]
    assert inputs["data"] == {} and "ledger" not in inputs


def test_the_hub_opens_a_record_from_its_list_its_setting_and_a_link(monkeypatch):
    hub = Hub()
    assert '<option value="record:scms">' in hub.data.page and "record:nope" not in hub.data.page
    hub.data._handle_custom_msg({"do": "source", "source": "record:sfo-air-cargo"}, [])
    assert hub.sheet.title == "SFO-US" and '<option value="record:sfo-air-cargo" selected>' in hub.data.page
    assert "City and County of San Francisco" in hub.data.said and "source=record%3Asfo-air-cargo" in hub.sheet.query
    hub.data._handle_custom_msg({"do": "source", "source": "record:nope"}, [])
    assert 'role="alert"' in hub.data.said and hub.session.feed.source == "record:sfo-air-cargo"
    monkeypatch.setenv("TWIN_HISTORY", "record:sfo-asia-carriers")
    other = Hub()
    assert other.session.feed.source == "record:sfo-asia-carriers" and len(other.lanes.table["lane"]) == 26
    other.feed.follow("record:sfo-air-cargo")
    assert other.session.feed.place == "record:sfo-air-cargo" and np.isfinite(other.session.numbers()["profit"])
