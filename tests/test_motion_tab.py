"""The tab In motion: shares beside each other, and pictures that are drawn."""

import re

import pytest

from twin.data.scenarios import POLICIES, research_lanes
from twin.plan.feed import feed_of_history
from twin.plan.wording import written
from twin.view.hub import motion_tab
from twin.view.hub.session import Session
from twin.view.hub.tabs import TABS, drawn


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
        shares = [formula, *(getattr(days, part) for days in (today, other, record))]
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
