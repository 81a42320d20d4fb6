"""The numbers behind the pictures of a lane."""

from itertools import pairwise

import numpy as np
import pytest

from twin.plan.portfolio import research_portfolio
from twin.policy import Policy
from twin.view.pictures import history, own_flow


@pytest.mark.parametrize("dwell", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("return_rate", [0.0, 0.18, 1.0])
def test_own_places_are_full_at_the_flow_that_the_picture_shows(dwell, return_rate):
    policy = Policy(internal_capacity=460.0, dwell=dwell, return_rate=return_rate)
    assert own_flow(policy) * (1 + return_rate) * dwell == pytest.approx(460.0, rel=1e-12)


def test_a_flow_that_fills_own_capacity_has_a_use_of_one():
    portfolio = research_portfolio()
    row = portfolio.network().loc["BER-MUC"]
    _, policy = portfolio.inputs("BER-MUC")
    assert row["last_volume"] / own_flow(policy) == pytest.approx(row["use"], rel=1e-12)


def test_dates_below_a_picture_do_not_overlap():
    days = np.arange("2026-08-01", "2026-12-27", dtype="datetime64[D]")
    numbers = {"demand_mean": 100.0}
    figure = history(days, np.full(len(days), 100.0), Policy(internal_capacity=150.0), numbers, None, days[:0], "D")
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels() if label.get_text()]
    assert len(boxes) > 4 and all(one.x1 < other.x0 for one, other in pairwise(boxes))
