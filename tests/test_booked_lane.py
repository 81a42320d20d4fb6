"""Places to book ahead: one number in `assess` and the hub, the terms of the plan, and the spread of a site."""

import json

import numpy as np
import pandas as pd
import pytest
from jsonschema import validate

from twin.command import printing, report_file
from twin.command.schema import schema
from twin.data.calendar import WorkingCalendar
from twin.data.load import read_history
from twin.past_errors import LaneErrors
from twin.plan import lane_plan, network_forecasts
from twin.plan.booked_lane import places_to_book
from twin.plan.booking_terms import Booked, booking_terms
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.plan.needed_space import NeededSpace, space_of_site
from twin.plan.table_report import assess_history
from twin.view.hub.booking_section import booking_section
from twin.view.hub.session import Session

BLOCK = {"type": "hard block", "places": 6, "first": "2025-01-06", "last": "2026-12-31", "price": 7.0, "notice_days": 3}
WEEKS = WorkingCalendar("W").following(np.datetime64("2025-12-29"), 6)
PRICES = {"place_cost": 5.0, "surcharge": 20.0}


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """60 days of two lanes that share a site and one that does not."""
    random, days = np.random.default_rng(4), pd.date_range("2025-01-01", periods=60)
    together = random.normal(0, 8, 60)
    lanes = {"A": 40 + together + random.normal(0, 4, 60), "B": 90 - together + random.normal(0, 4, 60)}
    lanes["C"] = random.poisson(60.0, 60)
    path = tmp_path_factory.mktemp("booked") / "flows.csv"
    pd.DataFrame(lanes, index=days).round(1).rename_axis("date").melt(
        ignore_index=False, var_name="lane", value_name="volume"
    ).reset_index().to_csv(path, index=False)
    return read_history(path)


@pytest.fixture(scope="module")
def plan():
    made = CapacityPlan(author="eva")
    made.set("site", "Berlin", places=120)
    fields = {"service_level": 0.8, "partner_surcharge": 15, "lead_time_mean_days": 2, "return_rate": 0}
    made.set("lane", ["A", "B", "C"], internal_capacity=50, **fields)
    made.set("lane", ["A", "B"], site="Berlin")
    made.set("contract", "1", **BLOCK, lanes="C")
    made.set("contract", "2", type="hard block", places=4, first="2025-01-06", price=3.0, site="Berlin")
    return made


def test_a_change_of_the_horizon_walks_through_the_lanes_of_a_site_once(history, plan, monkeypatch):
    session = Session(feed_of_history(history), plan=plan)
    session.pick("A")
    walked, recalled = [], network_forecasts.recalled
    monkeypatch.setattr(
        network_forecasts,
        "recalled",
        lambda f, volumes, **how: walked.append((len(volumes), how["horizon"])) or recalled(f, volumes, **how),
    )
    monkeypatch.setattr(lane_plan, "past_levels", lambda *_, **__: pytest.fail("bookings need no promises"))
    session.change(horizon=9)
    assert session.places_to_book().found and session.site_places_to_book()
    longest = session._longest()
    assert walked == [(1, 9), (2, 9 + longest)]  # the forecast of the lane, and the plan by date of A and B
    monkeypatch.undo()
    session.by_date()
    session.pick("B")
    session.change(horizon=9)
    monkeypatch.setattr(network_forecasts, "recalled", lambda *_, **__: pytest.fail("walked before"))
    assert session.places_to_book().found and session.site_places_to_book()


def test_hub_and_assess_give_one_number_for_lanes_and_sites(history, plan):
    session = Session(feed_of_history(history), plan=plan)
    report = assess_history(history, policies=plan.policies(), horizon=session.horizon, plan=plan)
    for lane in "CA":
        session.pick(lane)
        found, wanted = session.places_to_book().numbers(), report.bookings[lane].numbers()
        assert found.keys() == wanted.keys() and found["bookings"] == wanted["bookings"]
        for name in ("cost", "fixed_cost", "newsvendor_cost", "unbooked_cost"):
            assert found[name] == pytest.approx(wanted[name], rel=1e-9)
        assert session.site_places_to_book().keys() == ({"Berlin"} if lane != "C" else set())
    found, wanted = session.site_places_to_book()["Berlin"].numbers(), report.site_bookings["Berlin"].numbers()
    assert found["bookings"] == wanted["bookings"] and found["cost"] == pytest.approx(wanted["cost"], rel=1e-9)
    assert wanted["booked_before"] == [4.0] * session.horizon and wanted["place_cost"] == 3.0
    # together, errors of A and B cancel, so that the site leans on its partner for less than its lanes would
    assert 0 < wanted["cost"] < sum(report.bookings[lane].found.cost for lane in "AB")
    session.change(internal_capacity=45)
    assert session.site_places_to_book()["Berlin"].numbers() == wanted  # the plan states the places of the site
    shown = booking_section(session)
    assert "Site Berlin, its lanes together" in shown and "Places to book ahead" in shown


def test_every_form_has_them(history, plan, tmp_path):
    report = assess_history(history, policies=plan.policies(), horizon=6, plan=plan)
    found = json.loads(printing.to_json(report))
    validate(found, schema())
    booking = found["horizon"]["lanes"]["C"]["booking"]
    assert booking["now"] == booking["bookings"][booking["lead_time"] - 1] and booking["lead_time"] == 3
    assert found["horizon"]["sites"].keys() == {"Berlin"}
    text = printing.to_text(report, width=400)
    assert f"book     Book {booking['now']} places now, in force from {booking['first']}" in text and booking["now"] > 0
    assert "A booked place costs $7.00 a day, used or not; the price is that of a contract of the plan." in text
    assert "PLACES TO BOOK  site Berlin, its lanes together" in text
    captions = [table["caption"] for table in report_file.content(report, 3)["tables"]]
    assert "Places to book ahead for site Berlin, its lanes together" in captions


def test_terms_of_a_contract():
    terms = booking_terms({"1": BLOCK}, Booked(("A",)), WEEKS, WorkingCalendar("W"), **PRICES)
    assert (terms.place_cost, terms.term, terms.lead_time) == (7.0, 104, 1)
    for contract, surcharge, price in (
        (BLOCK | {"lanes": ["B"]}, 20.0, 5.0),
        (BLOCK | {"site": "Berlin"}, 20.0, 5.0),
        (BLOCK | {"last": "2025-12-31"}, 20.0, 5.0),
        ({"type": "spot", "first": "2025-01-06", "price": 31.0}, 31.0, 5.0),
        ({"type": "own", "places": 3, "first": "2025-01-06", "price": 1.0}, 20.0, 5.0),
    ):
        found = booking_terms({"1": contract}, Booked(("A",)), WEEKS, WorkingCalendar("W"), **PRICES)
        assert (found.surcharge, found.place_cost) == (surcharge, price)


def test_places_that_cannot_be_booked_are_a_sentence():
    space = NeededSpace(np.full(6, 9.0), np.ones(6), 5.0, 5.0, 20.0)
    late = places_to_book(Booked(("A",)), space, WEEKS, WorkingCalendar("W"), {"1": BLOCK | {"notice_days": 60}})
    assert list(late.sentences("W")) == ["A booking made now begins after these dates, 9 weeks from now."]
    held = places_to_book(Booked(("A",)), space, WEEKS, WorkingCalendar("W"), {"1": BLOCK | {"lanes": ["A"]}})
    more = places_to_book(Booked(("A",)), space._replace(own_places=11.0), WEEKS, WorkingCalendar("W"), {"1": BLOCK})
    assert held.found.cost == pytest.approx(more.found.cost, rel=1e-12) and held.booked_before.tolist() == [6.0] * 6
    free = places_to_book(Booked(("A",)), space._replace(place_cost=0.0), WEEKS, WorkingCalendar("W"))
    assert "need a price of a place above 0" in free.remark and free.numbers()["now"] is None


def test_the_spread_of_a_site_is_that_of_the_summed_errors():
    """By the covariance matrix of the lanes' errors, scaled to their own spreads."""
    random = np.random.default_rng(3)
    volumes = 50 + random.multivariate_normal([0, 0, 0], [[9, -6, 2], [-6, 16, 1], [2, 1, 4]], 200).T
    errors = [LaneErrors(each, np.full((200, 2), 50.0), period="D") for each in volumes]
    sds = np.array([[3.0, 5.0], [2.0, 2.0], [1.0, 4.0]])
    spaces = [NeededSpace(np.array([10.0, 10.0]), sd, 0.0, 5.0, 20.0) for sd in sds]
    found = space_of_site(spaces, errors, np.array([0, 1]), 30.0)
    for step in range(2):
        scaled = [each.error[:, step] / np.where(each.unit > 0, each.unit, np.nan) for each in errors]
        kept = ~np.isnan(np.sum(scaled, axis=0))
        correlation = np.corrcoef([each[kept] for each in scaled])
        assert found.sd[step] == pytest.approx(np.sqrt(sds[:, step] @ correlation @ sds[:, step]), rel=1e-9)
    assert found.mean.tolist() == [30.0, 30.0] and (found.own_places, found.surcharge) == (30.0, 20.0)
    one = space_of_site(spaces[:1], errors[:1], np.array([0, 1]), 30.0)
    np.testing.assert_allclose(one.sd, sds[0], rtol=1e-12)
    few = [LaneErrors(each[:12], np.full((12, 2), 50.0), period="D") for each in volumes]
    assert "fewer than 8 past forecasts" in space_of_site(spaces, few, np.array([0, 1]), 30.0).remark
