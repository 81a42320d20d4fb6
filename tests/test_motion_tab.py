"""The tab In motion: shares beside each other, and pictures that are drawn."""

import re

import numpy as np
import pytest

from twin import Policy
from twin.data.load import load_history
from twin.data.scenarios import POLICIES, research_lanes
from twin.plan.feed import feed_of_history
from twin.plan.wording import written
from twin.view.hub import capacity_tab, motion_tab
from twin.view.hub.hub import Hub
from twin.view.hub.reopening import query_of, restore
from twin.view.hub.session import Session
from twin.view.hub.tabs import TABS, charted, drawn
from twin.view.pictures import own_flow, own_flow_label


@pytest.fixture(scope="module")
def session():
    made = Session(feed_of_history(research_lanes(), "research"), POLICIES)
    made.pick("BER-MUC")
    made.change(kind=1.0)
    return made


def test_each_probability_stands_beside_its_share_on_the_record(session):
    numbers = session.numbers()
    page = re.sub(r"<[^>]+>", " ", motion_tab.page(session, numbers))
    (today, other), record = session.ahead(), session.on_record()
    for formula, part in ((numbers["lane_overflow_probability"], "overflow"), (1 - numbers["service_level"], "short")):
        shares = [formula, *(getattr(days, part) for days in (today, record, other))]
        assert " ".join(written(share, "-") for share in shares) in " ".join(page.split())


def test_a_change_of_a_control_changes_the_next_days(session):
    before = session.ahead()[0].overflow
    session.change(internal_capacity=100.0)
    assert session.ahead()[0].overflow > before
    session.change(internal_capacity=460.0)
    assert session.ahead()[0].overflow == before


@pytest.mark.parametrize("name", TABS["motion"][2])
def test_pictures_are_drawn(session, name):
    figure = drawn(name, session, session.numbers())
    (ax,) = figure.axes
    assert ax.get_title(loc="left") or ax.get_title()
    assert ax.lines


def with_site(session, **fields):
    """Return the session with the site Kiel of two lanes in its plan."""
    session.plan.set("site", "Kiel", **fields)
    session.plan.set("lane", ["BER-MUC", "HAM-ROT"], site="Kiel")
    return session


def test_a_site_is_chosen_and_shown_until_another_lane_is_picked():
    hub = Hub()
    hub.sheet.active = "motion"
    assert "in-motion" not in hub.sheet.page and "site" not in hub.lanes.table  # without sites nothing is offered
    session = with_site(hub.session, places=450.0)
    hub._show_lanes()
    hub._show_page()
    assert hub.lanes.columns[-1]["name"] == "site"
    assert dict(zip(hub.lanes.table["lane"], hub.lanes.table["site"], strict=True))["HAM-ROT"] == "Kiel"

    def watch(site):
        hub._on_sheet({"do": "in-motion", "site": site, "subject": session.lane}, [])
        return hub.sheet.said

    assert "Site must be one of the plan with a lane shown; got Hamm." in watch("Hamm")
    offered = re.findall(r'data-do="in-motion" [^>]*aria-pressed="(\w+)">([^<]+)<', hub.sheet.page)
    assert offered == [("true", f"lane {session.lane}"), ("false", "site Kiel")]
    assert watch("Kiel") == "" and hub.sheet.query.endswith("site=Kiel&tab=motion")
    _, found = session.site_ahead()
    page = " ".join(re.sub(r"<[^>]+>", " ", hub.sheet.page).split())
    shares = [found.promised_overflow, *(days.overflow for days in (found.today, found.record, found.other))]
    assert " ".join(["own places exceeded", *(written(share, "-") for share in shares)]) in page
    assert "Its 2 lanes (BER-MUC, HAM-ROT) share 450 places of the plan." in page
    chart = charted("space_ahead", session, {})
    assert chart["title"] == "Space, site Kiel" and chart["levels"] == [{"label": "own places", "value": 450.0}]
    assert drawn("money_ahead", session, {}).axes[0].lines
    session.plan.set("site", "Kiel", places=150.0)
    assert session.site_ahead()[1].today.overflow > found.today.overflow  # the cache knows the plan
    query = query_of(session)
    session.pick("FRA-PAR")
    assert session.site == "" and restore(session, query) == [] and session.site == "Kiel"


def test_a_site_that_cannot_run_gets_a_sentence_in_place_of_its_days(session):
    made = with_site(Session(session.feed, POLICIES), handling_per_period=100.0)
    made.change(unmet="lost")
    made.watch("Kiel")
    sentence = "Rule for unmet demand must be one and the same for the flow lanes of a site"
    assert sentence in motion_tab.page(made, {}) and drawn("space_ahead", made, {}) is None


def test_steps_of_a_record_with_closed_days_are_called_working_days(tmp_path):
    days = [day for day in np.arange("2025-01-06", "2025-12-20", dtype="datetime64[D]") if np.is_busday(day)]
    rows = "".join(f"{day},A,{90 + i % 20}\n" for i, day in enumerate(days))
    (tmp_path / "flows.csv").write_text("date,lane,volume\n" + rows)
    session = Session(feed_of_history(load_history(tmp_path / "flows.csv"), "flows"), {})
    assert "share of working days" in motion_tab.page(session, session.numbers())
    assert "% of working days" in capacity_tab.page(session, session.numbers())


@pytest.mark.parametrize(
    ("rate", "dwell", "said", "value"),
    [
        (0.0, 1.0, "own capacity", 420.0),
        (0.06, 1.0, "own capacity net of returns", 420 / 1.06),
        (0.5, 2.0, "own capacity net of returns, over the dwell time", 140.0),
    ],
)
def test_the_level_of_the_chart_says_what_it_leaves_out(session, rate, dwell, said, value):
    """A volume of 396.2 comes back to 6 %, which together fill 420 places."""
    policy = Policy(internal_capacity=420.0, return_rate=rate, dwell=dwell)
    assert own_flow_label(policy) == said and own_flow(policy) == pytest.approx(value)
