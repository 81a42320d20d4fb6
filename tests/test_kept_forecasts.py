"""Forecasts that pages keep for each other: they are those of `forecast`, and nothing else can be taken for them."""

import numpy as np
import pytest

from twin import forecast
from twin.plan import kept_forecasts
from twin.plan.kept_forecasts import FOLDER_VARIABLE, lanes_and_means, recalled

HOW = {"period": "W", "horizon": 2, "level": 0.9, "season": None}
RECORDS = {
    "lanes": np.random.default_rng(1).poisson([[30.0], [0.2], [9.0]], (3, 60)).astype(float),
    "one lane": np.array([3.0, 5.0, np.nan, 4.0] * 10),
    "too short": np.array([[np.nan, 1.0], [np.nan, np.nan]]),
}
FUNCTIONS = [forecast.lanes, forecast.backtest, lanes_and_means]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def parts(found):
    """Return all fields of one result or of two."""
    return found if hasattr(found, "_fields") else [field for part in found for field in part]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("record", RECORDS)
def test_what_is_recalled_has_the_bits_and_types_of_what_was_computed(folder, function, record):
    computed = function(RECORDS[record], **HOW)
    first, again = (recalled(function, RECORDS[record], **HOW) for _ in range(2))
    assert len(list(folder.iterdir())) == 1
    assert type(first) is type(again) is type(computed)
    for one, two, right in zip(*map(parts, (first, again, computed)), strict=True):
        assert type(one) is type(two) is type(right) and np.shape(two) == np.shape(right)
        np.testing.assert_array_equal(two, right)
        assert np.asarray(two).dtype.kind == np.asarray(right).dtype.kind
        assert not isinstance(two, np.ndarray) or two.flags.writeable


def test_a_file_is_of_one_record_one_set_of_arguments_and_one_program(folder, monkeypatch):
    volumes = RECORDS["lanes"]
    recalled(forecast.lanes, volumes, **HOW)
    changed = volumes.copy()
    changed[0, 0] += 1
    others = [(changed, HOW), (volumes.reshape(1, 3, 60), HOW), (volumes, HOW | {"level": 0.8})]
    for given, how in [*others, (volumes, HOW | {"horizon": 3}), (volumes, HOW | {"season": 5})]:
        recalled(forecast.lanes, given, **how)
    recalled(forecast.backtest, volumes, **HOW)
    monkeypatch.setattr(kept_forecasts, "_program", lambda: "the next release")
    recalled(forecast.lanes, volumes, **HOW)
    assert len(list(folder.iterdir())) == 8


def test_a_damaged_file_and_a_folder_that_is_gone_cost_time_alone(folder, monkeypatch):
    right = recalled(forecast.lanes, RECORDS["lanes"], **HOW).mean
    (path,) = folder.iterdir()
    for damaged in (b"", path.read_bytes()[:200], b"PK\x03\x04" + bytes(99)):
        path.write_bytes(damaged)
        np.testing.assert_array_equal(recalled(forecast.lanes, RECORDS["lanes"], **HOW).mean, right)
        np.testing.assert_array_equal(np.load(path)["0 mean"], right)
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder / "gone"))
    np.testing.assert_array_equal(recalled(forecast.lanes, RECORDS["lanes"], **HOW).mean, right)


def test_the_folder_forgets_what_was_used_longest_ago_and_keeps_nothing_large(folder, monkeypatch):
    records = np.random.default_rng(2).poisson(20.0, (4, 1, 40)).astype(float)
    recalled(forecast.backtest, records[0], **HOW)
    (first,) = folder.iterdir()
    monkeypatch.setattr(kept_forecasts, "MOST_BYTES", int(2.5 * first.stat().st_size))
    for record in (*records[1:], records[3]):
        recalled(forecast.backtest, record, **HOW)
    assert len(list(folder.iterdir())) == 2 and not first.exists()
    monkeypatch.setattr(kept_forecasts, "LARGEST", 100)
    recalled(forecast.backtest, records[0], **HOW)
    assert not first.exists() and len(list(folder.iterdir())) == 2
