"""The next days of a lane start from the forecast of the morning, so that both give the same advice."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_site_ahead import feed_of, site_in

from twin.motion.laws import Record
from twin.plan import ahead, site_ahead
from twin.plan.forecast_paths import coming_demand, drawn_paths
from twin.plan.morning import morning_of
from twin.view.hub import motion_tab
from twin.view.hub.session import Session

OWN = {"kind": "flow", "internal_capacity": 170.0, "partner_surcharge": 30.0}
JUMP = {"north": np.random.default_rng(2).poisson([100.0] * 280 + [190.0] * 20), "south": np.full(300, 40.0)}


@pytest.fixture
def jumped(tmp_path):
    """Return the feed of a lane whose demand nearly doubled three weeks ago, and of one that never changes."""
    return feed_of(tmp_path, **JUMP)


@pytest.fixture
def session(jumped):
    made = Session(jumped, pd.DataFrame({key: [value] * 2 for key, value in OWN.items()}, index=["north", "south"]))
    made.pick("north")
    return made


@pytest.mark.parametrize("season", [1, 7])
def test_each_week_has_the_mean_of_its_forecast_and_later_days_its_level(season):
    record = np.random.default_rng(1).poisson(np.tile([5.0, 9, 9, 9, 9, 3, 2], 40)).astype(float)
    said = np.repeat([30.0, 10.0], 7)
    how = {"before": 7, "periods": 28, "span": 7, "parts": 1, "paths": 4000, "seed": 1}
    found = drawn_paths(Record(record, block=28, season=season), said, **how)[0]
    sums = found.reshape(4000, 5, 7).sum(axis=2)
    error = sums.std(axis=0) / np.sqrt(4000)
    assert (np.abs(sums.mean(axis=0) - 7 * np.array([30.0, 30.0, 10.0, 20.0, 20.0])) < 4 * error).all()


def test_a_season_that_is_empty_on_record_does_not_empty_the_forecast():
    record = np.tile(np.r_[np.zeros(14), np.full(14, 5.0)], 6)
    how = {"before": 0, "periods": 28, "span": 7, "parts": 1, "paths": 4000, "seed": 1}
    found = drawn_paths(Record(record, block=7, season=28), np.full(28, 6.0), **how)[0]
    assert found.mean() == pytest.approx(6.0, rel=0.03)


def test_the_next_days_and_the_morning_have_one_forecast(session):
    action = morning_of(session.feed.history(), policies=session.policies).actions.set_index("lane").loc["north"]
    expected = re.match(r"[\d,]+ places are expected a day", action["reason"])[0]
    page = " ".join(re.sub(r"<[^>]+>", " ", motion_tab.page(session, session.numbers())).split())
    assert f"forecast of the morning: {expected} in the coming week, against" in page
    today, other = session.ahead()
    weeks = today.space[:, :7].mean(axis=1)
    assert abs(weeks.mean() - float(expected.split()[0])) < 4 * weeks.std() / np.sqrt(len(weeks)) + 0.5
    assert action["places"] > 0 and session.alternative().internal_capacity > OWN["internal_capacity"]
    assert other.money[:, -1].mean() > today.money[:, -1].mean()


def test_the_formula_alone_would_advise_fewer_places(session):
    """The witness of the fault: the best number for the average of the record is below own places."""
    assert session.numbers()["optimal_own_capacity"] < OWN["internal_capacity"]


def test_the_alternative_is_the_best_of_many_numbers_of_places(session):
    said, moments, volumes = session.expected_demand(), session.moments, session.series()[1]
    best = session.alternative()

    def earned(places):
        policy = replace(best, internal_capacity=places)
        return ahead.ahead(moments, policy, volumes, forecast=said).money[:, -1].mean()

    found = max(np.arange(150.0, 300.0, 5.0), key=earned)
    assert best.internal_capacity == pytest.approx(found, abs=10.0)


def test_a_site_follows_the_forecasts_of_its_lanes(jumped):
    site, _ = site_in(jumped, north=OWN, south=OWN)
    said = [coming_demand(jumped.forecasts, name, site.dates[-1], 28) for name in site.lanes]
    space = site_ahead.site_ahead(site).today.space
    assert space[:, :28].mean() == pytest.approx(np.sum(said) / 28, rel=0.01)


def test_a_record_that_ends_earlier_has_the_first_forecast_until_the_feed_ends(jumped):
    whole = coming_demand(jumped.forecasts, "north", jumped.forecasts.last, 28)
    early = coming_demand(jumped.forecasts, "north", jumped.forecasts.last - np.timedelta64(3, "D"), 28)
    assert early.tolist() == [whole[0]] * 3 + whole.tolist()
