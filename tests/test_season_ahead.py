"""The season of the year in forecasts months ahead: lanes whose truth is known, from record to month of a contract."""

import json

import numpy as np
import pandas as pd
import pytest

from twin import forecast
from twin.__main__ import main
from twin._far_ahead import FarErrors, far_share
from twin.data.load import read_history
from twin.past_errors import LaneErrors
from twin.plan.feed import feed_of_history
from twin.plan.horizon import forecasts_by_date
from twin.plan.needed_space import sd_on_record

LAST = pd.Timestamp("2025-12-31")
AHEAD = pd.bdate_range("2026-01-01", "2026-12-31")
NORMAL_90 = 1.281552  # standard deviations from the mean to the 90% quantile [-]
SHORT = "The record of 23 months is too short to know a season of the year"


def truth(days, swing, growth=0.0):
    """Return the true mean of working days, about 200 at the end of the record. [pallet/day]"""
    years = (days - LAST).days.to_numpy() / 365.25
    return 200 * (1 + swing * np.cos(2 * np.pi * days.day_of_year.to_numpy() / 365)) * (1 + growth) ** years


def lane(years, swing, *, growth=0.0, in_proportion=True, seed=0):
    """Return working days up to the last of 2025, and volumes with an error of 15% of the mean, or of 30 pallets."""
    days = pd.bdate_range(LAST - pd.Timedelta(days=int(365.25 * years)), LAST)
    mean = truth(days, swing, growth)
    spread = 0.15 * (mean if in_proportion else 200.0)
    return days, np.maximum(mean + spread * np.random.default_rng(seed).standard_normal(len(days)), 0.0)


def of_months(lanes, folder):
    """Return mean and spread of the forecast of each lane and month of 2026, and what is said of the seasons."""
    flows = [pd.DataFrame({"lane": f"L{at}", "date": d, "volume": v}) for at, (d, v) in enumerate(lanes)]
    path = folder / "flows.csv"
    pd.concat(flows).to_csv(path, index=False)
    feed = feed_of_history(read_history(path))
    names = list(feed.statistics.index)
    found = forecasts_by_date(feed.forecasts, names, len(AHEAD), longest=0)
    mean = [found.table.loc[name]["mean"].to_numpy() for name in names]
    spread = [sd_on_record(found.errors[name], found.steps, each) for name, each in zip(names, mean, strict=True)]
    month = pd.Index(found.dates).to_period("M")
    each = [pd.DataFrame(part, columns=found.dates).T.groupby(month).mean().T.to_numpy() for part in (mean, spread)]
    return (*each, found.seasons)


def by_month(values):
    return pd.Series(values, index=AHEAD).groupby(AHEAD.to_period("M")).mean().to_numpy()


@pytest.mark.parametrize(
    ("swing", "growth", "in_proportion", "off"),
    [(0.5, 0.0, True, 0.15), (0.5, 0.0, False, 0.15), (0.5, 0.1, True, 0.15), (0.1, 0.0, True, 0.08)],
    ids=["season", "season with an even error", "season and growth", "weak season"],
)
def test_months_have_the_true_mean_and_quantile_of_a_lane_with_a_season(swing, growth, in_proportion, off, tmp_path):
    """Each month of each lane within `off` of the truth; spread from April on, mean of the lanes, within 30%."""
    lanes = [lane(4, swing, growth=growth, in_proportion=in_proportion, seed=seed) for seed in range(4)]
    mean, spread, said = of_months(lanes, tmp_path)
    true = by_month(truth(AHEAD, swing, growth))
    true_spread = by_month(0.15 * (truth(AHEAD, swing, growth) if in_proportion else np.full(len(AHEAD), 200.0)))
    np.testing.assert_allclose(mean, np.broadcast_to(true, mean.shape), rtol=off)
    np.testing.assert_allclose(spread[:, 3:].mean(axis=0), true_spread[3:], rtol=0.3)
    quantile, wanted = mean + NORMAL_90 * spread, true + NORMAL_90 * true_spread
    np.testing.assert_allclose(quantile[:, 3:].mean(axis=0), wanted[3:], rtol=0.12)
    assert all(each.startswith("Months follow the season") for each in said.values())


def test_a_record_of_three_years_carries_its_spread_on_with_the_season(tmp_path):
    mean, spread, _ = of_months([lane(3, 0.5, seed=seed) for seed in range(4)], tmp_path)
    true = by_month(truth(AHEAD, 0.5))
    np.testing.assert_allclose(mean, np.broadcast_to(true, mean.shape), rtol=0.2)
    carried = np.isfinite(spread).all(axis=0)
    np.testing.assert_allclose(spread[:, carried].mean(axis=0)[3:], 0.15 * true[carried][3:], rtol=0.4)


@pytest.mark.parametrize(("growth", "off"), [(0.0, 0.05), (0.15, 0.15)])
def test_a_lane_without_a_season_gets_none(growth, off, tmp_path):
    mean, spread, said = of_months([lane(4, 0.0, growth=growth, seed=seed) for seed in range(4)], tmp_path)
    true = by_month(truth(AHEAD, 0.0, growth))
    np.testing.assert_allclose(mean, np.broadcast_to(true, mean.shape), rtol=off)
    np.testing.assert_allclose(spread[:, :6].mean(axis=0), 0.15 * true[:6], rtol=0.3)
    assert all(each.startswith("Months hardly follow a season") for each in said.values())


def test_a_forecast_months_ahead_sees_nothing_of_the_future():
    """What was said at the end of a day is what the record up to that day says, once the season is judged."""
    _, volumes = lane(3.5, 0.5)
    how = {"period": "D", "season": 5, "horizon": 100, "level": 0.95}
    past = forecast.backtest(volumes, **how).mean
    for origin in (660, 700, 760, 850):
        said = forecast.lanes(volumes[: origin + 1], **how)
        np.testing.assert_allclose(said.mean, past[origin], rtol=1e-9)
    near = forecast.lanes(volumes, **how | {"horizon": 20}).mean
    np.testing.assert_allclose(forecast.lanes(volumes, **how).mean[:20], near, rtol=1e-12)


def test_the_weights_change_from_four_weeks_to_a_quarter():
    assert [far_share(step, 260) for step in (1, 20, 65, 250)] == [0.0, 0.0, 1.0, 1.0]
    assert far_share(40, 260) == pytest.approx(20 / 45)
    assert far_share(40, 0) == 0.0


def test_errors_are_those_of_means_over_four_weeks_and_count_when_they_are_known():
    """One method that says 0, of a lane with flows 0, 1, 2, ...: the error of a mean is the mean of the flows."""
    flows = np.arange(40.0)[:, np.newaxis]
    judged = FarErrors((1, 40, 1), 52, np.ones((40, 1), bool))
    step, width = judged.steps[0], 4
    outcome = np.concatenate([flows[step:], np.full((step, 1), np.nan)])
    judged.add(step, outcome, [np.zeros((1, 40, 1))])
    wanted = np.cumsum([flows[at - width + 1 : at + 1].mean() if at >= step + width - 1 else 0.0 for at in range(40)])
    np.testing.assert_allclose(judged.errors()[0, :, 0], np.where(np.arange(40) >= step + 25, wanted, 0.0))
    assert judged.enough[:, 0].tolist() == [at >= step + 25 for at in range(40)]  # half a year is 26 errors


def test_the_errors_of_origins_that_knew_no_season_do_not_count():
    """Only origins from `since` on; its first steps have all of them."""
    errors = LaneErrors(np.arange(30.0), np.zeros((30, 2)), period="W", since=[0, 20])
    assert np.isnan(errors.error[:20, 1]).all() and not np.isnan(errors.error[20:28, 1]).any()
    assert not np.isnan(errors.error[10:29, 0]).any() and errors.seasonal.tolist() == [False, True]
    with pytest.raises(ValueError, match="since"):
        LaneErrors(np.arange(30.0), np.zeros((30, 2)), period="W", since=[0])


@pytest.fixture(name="short")
def _short(tmp_path, monkeypatch):
    """Return the path of a record of 23 months, whose ledger has a contract for 2026."""
    days, volumes = lane(23 / 12, 0.5)
    path = tmp_path / "flows.csv"
    pd.DataFrame({"date": days.date, "lane": "A", "volume": volumes.round(2)}).to_csv(path, index=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/ledger.db")
    terms = ["type=hard block", "first=2026-01-01", "last=2026-12-31", "places=100", "price=6", "lanes=A"]
    for words in (["ledger", "import", str(path)], ["plan", "set", "contract", "new", *terms]):
        assert main(words) == 0
    return path


def test_a_record_that_is_too_short_says_so_in_the_command_and_in_json(short, capsys):
    capsys.readouterr()
    assert main(["plan", "year"]) == 0
    assert SHORT in capsys.readouterr().out
    assert main(["plan", "year", "--json"]) == 0
    assert any(SHORT in each for each in json.loads(capsys.readouterr().out)["sentences"])
    assert main(["assess", str(short), "--horizon", "90", "--service-level", "0.95", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["horizon"]["lanes"]["A"]["season"].startswith(SHORT)
