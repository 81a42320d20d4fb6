"""Forecasts and intervals on real records: the bars that they were made for, each beside today's or a rival's answer.

TWIN_REAL_DATA names the folder of the files. The constants of the methods were chosen on synthetic lanes alone.
"""

from functools import cache

import forecast_judges as judges
import numpy as np
import pytest
from test_real_data import real_data

from twin import forecast

NAMES = ("SFO to 2019-12", "PortWatch", "retail", "SCMS", "car parts")


@cache
def said_of(folder, name):
    """Return a record, and what `lanes` says of it at every origin."""
    record = judges.records(folder)[name]
    return record, forecast.backtest(record.volumes, period=record.period, horizon=record.horizon, level=judges.LEVEL)


@pytest.fixture(scope="module", name="folder")
def _folder():
    return real_data()


@pytest.mark.parametrize(("name", "bar", "line"), [("SFO to 2019-12", 0.75, 1.331), ("PortWatch", 0.90, 1.114)])
def test_the_scaled_error_is_below_its_bar(folder, name, bar, line):
    record, said = said_of(folder, name)
    assert judges.mase(record, judges.errors(record, said.mean)) <= bar
    assert judges.mase(record, judges.errors(record, judges.line(record).mean)) == pytest.approx(line, abs=5e-4)


@pytest.mark.parametrize("name", NAMES)
def test_no_record_has_a_larger_error_than_the_line_and_no_dense_lane_a_much_larger_one(folder, name):
    record, said = said_of(folder, name)
    ours, line = (judges.errors(record, mean) for mean in (said.mean, judges.line(record).mean))
    assert np.nansum(ours) <= np.nansum(line)
    for lane in np.flatnonzero(judges.dense(record, ours)):
        assert np.nansum(ours[lane]) <= 1.05 * np.nansum(line[lane]), record.names[lane]


@pytest.mark.parametrize("name", NAMES[:2])
def test_every_lane_is_covered_and_coverage_is_not_bought_with_width(folder, name):
    record, said = said_of(folder, name)
    shares = np.nanmean(judges.held(record, said), axis=(1, 2))
    assert np.all((shares >= 0.93) & (shares <= 0.97)), dict(zip(record.names, shares, strict=True))
    assert judges.refused(record, said) <= 0.01
    best = min(judges.winkler(record, judges.rival(record, said.mean, scaled=scaled)) for scaled in (False, True))
    assert judges.winkler(record, said) <= 1.1 * best


def test_the_intervals_of_the_suez_canal_hold_in_nearly_every_quarter(folder):
    """One step, every day from day 365 on, 90 days in a row: through the blockage and the loss of the Red Sea."""
    record, said = said_of(folder, "PortWatch")
    lane, every = record.names.index("Suez Canal"), record._replace(step=1, horizon=1)
    below = []
    for mean, low, high in (said, judges.rival(record, said.mean, scaled=False)):
        hits = judges.held(every, forecast.Interval(mean[..., :1], low[..., :1], high[..., :1]))[lane].ravel()
        below.append(judges.windows_below(hits[~np.isnan(hits)], 90, 0.9)[0])
    assert below[0] <= 0.03 and below[1] > 0.1


def test_the_forecast_of_the_suez_canal_follows_its_last_half_year(folder):
    record, _ = said_of(folder, "PortWatch")
    volumes = record.volumes[record.names.index("Suez Canal")]
    said = forecast.lanes(volumes, period="D", horizon=14, level=judges.LEVEL)
    assert abs(said.mean.mean() - volumes[-180:].mean()) < 4
    assert abs(forecast.predict(forecast.linear_trend(volumes), 14).mean.mean() - volumes[-180:].mean()) > 10
    assert said.coverage == pytest.approx(0.95, abs=0.01) and said.mase < 1
