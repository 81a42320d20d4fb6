"""The tab In motion: shares beside each other, and pictures that are drawn."""

import re

import pytest

from twin.data.scenarios import POLICIES, research_lanes
from twin.plan.feed import feed_of_history
from twin.plan.wording import written
from twin.view.hub import motion_tab
from twin.view.hub.hub import Hub
from twin.view.hub.reopening import query_of, restore
from twin.view.hub.session import Session
from twin.view.hub.tabs import TABS, charted, drawn


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
