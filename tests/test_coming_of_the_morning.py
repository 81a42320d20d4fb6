"""The analyst has the probability of overflow of the morning: same lane, same days, one number."""

import numpy as np
import pytest
from test_site_ahead import feed_of

from twin.analyst import facts
from twin.analyst.conversation import Conversation
from twin.analyst.evidence import Evidence
from twin.plan.actions import attention_of
from twin.plan.adjustments import planned_feed
from twin.plan.at_risk import bookings_of
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.portfolio import Portfolio, portfolio_of

OWN = {"kind": "flow", "internal_capacity": 120.0, "partner_surcharge": 30.0, "return_rate": 0.1, "dwell": 1.5}


def plan_of_lanes():
    made = CapacityPlan(author="eva")
    for name, kind in (("north", "flow"), ("south", "stock"), ("gone", "flow")):
        made.set("lane", name, **OWN | {"kind": kind})
    return made


def told(feed, plan):
    """Return the probability of overflow of each lane that the analyst has, None where it has none."""
    found = portfolio_of(feed, plan.policies())
    planned, policies, _ = planned_feed(found.feed, plan, found.policies)
    lanes = Portfolio(planned, policies, found.horizon, bookings=bookings_of(plan.of("decision")))
    said = {}
    for name in feed.statistics.index:
        evidence = Evidence("D")
        facts.lane_facts(evidence, lanes, name, "lane1")
        said[name] = evidence.value("lane1.coming_overflow_probability")
    return said, lanes


@pytest.fixture
def feed(tmp_path):
    random = np.random.default_rng(4)
    north, south = random.poisson([60.0] * 180 + [80.0] * 20), random.poisson(70.0, 200)
    return feed_of(tmp_path, north=north, south=south, gone=np.r_[random.poisson(70.0, 120), np.full(80, np.nan)])


@pytest.mark.parametrize("booked", [0.0, 15.0])
def test_the_analyst_and_the_morning_have_one_probability_of_overflow(feed, booked):
    plan = plan_of_lanes()
    if booked:
        dates = {"first": str(feed.forecasts.last), "last": "2099-01-01"}
        plan.set("decision", "1", lane="north", action="overflow", state="accepted", places=booked, **dates)
    morning = attention_of(feed.history(), policies=plan.policies(), plan=plan).lanes["overflow_probability"]
    said, _ = told(feed, plan)
    for name in ("north", "south"):
        assert said[name] == pytest.approx(morning[name], rel=1e-9) and 0.01 < said[name] < 0.99
    assert said["gone"] is None and np.isnan(morning["gone"])


def test_who_asks_how_often_a_lane_overflows_is_told_the_number_of_the_morning_first(feed):
    plan = plan_of_lanes()
    morning = attention_of(feed.history(), policies=plan.policies(), plan=plan).lanes["overflow_probability"]
    _, lanes = told(feed, plan)
    for question in ("how often do we overflow on north?", "what is the probability of overflow of north?"):
        answer = Conversation(None).ask(question, lanes, "north")
        expected = f"Coming overflow probability of north is {100 * morning['north']:.1f}%"
        assert answer.text().startswith(expected) and answer.remarks == ()
    for question in ("does the capacity of north suffice?", "how bad can it get on north?", "how is north doing?"):
        answer = Conversation(None).ask(question, lanes, "north")
        assert f"coming overflow probability of {100 * morning['north']:.1f}%" in answer.text(), question
