"""The hub's tab on partners: its numbers are those of the formulas, and refusals are explained."""

import re
from dataclasses import replace

import numpy as np
import pytest

from twin.data.history import write_csv
from twin.data.load import read_history
from twin.data.scenarios import network, research_partners
from twin.games import alliance
from twin.plan.feed import feed_of_history
from twin.plan.partners import needs_together
from twin.view.hub import partners_tab
from twin.view.hub.hub import Hub
from twin.view.hub.session import Session


@pytest.fixture
def partners(tmp_path):
    """Return the hub on five partners, with the tab open."""
    write_csv(research_partners(), path := tmp_path / "partners.csv")
    return opened(Hub(str(path)))


def opened(hub):
    hub.sheet.active = "partners"
    return hub


def press(hub, **message):
    """Send a message as the page does; return the error sentence."""
    hub._on_sheet({**message, "subject": hub.session.lane}, [])
    return hub.sheet.said


def shown(hub):
    """Return the numbers on the page, by name."""
    return {name: float(value) for name, value in re.findall(r'data-name="(\w+)" data-value="([^"]+)"', hub.sheet.page)}


def picked(hub):
    return re.findall(r'data-do="partner" [^>]*aria-pressed="true">([^<]+)<', hub.sheet.page)


def pool(hub, names, **how):
    """Return the pool of lanes, built here from the tables of the session."""
    table = hub.session.portfolio.network(names)
    scale = (1 + table["return_rate"]).to_numpy()
    together = needs_together(hub.session.feed, names)
    needs = np.maximum(together.needs * scale + table["safety_stock"].to_numpy(), 0.0)
    how = how or {"internal_capacity": table["internal_capacity"].to_numpy()}
    return alliance.Pool(needs, hub.session.policy.partner_surcharge, **how)


def test_the_tab_opens_with_the_lane_and_the_largest_others(partners):
    assert picked(partners) == ["grocery", "parcels", "fashion", "garden"]
    expected = alliance.assess(pool(partners, picked(partners)))
    numbers = shown(partners)
    assert numbers["cost_alone"] == pytest.approx(expected.alone.sum(), rel=1e-12)
    assert numbers["pooling_saving"] == pytest.approx(expected.saving, rel=1e-9)
    for place in range(4):
        assert numbers[f"pays_{place}"] == pytest.approx(expected.shares["Shapley value"][place], rel=1e-9)


def test_partners_are_added_and_removed(partners):
    assert press(partners, do="partner", name="toys") == "" and "toys" in picked(partners)
    names = ["grocery", "parcels", "fashion", "garden", "toys"]
    assert shown(partners)["pooling_saving"] == pytest.approx(alliance.assess(pool(partners, names)).saving, rel=1e-9)
    for name in names[1:]:
        press(partners, do="partner", name=name)
    assert picked(partners) == ["grocery"] and "Pick two partners or more" in partners.sheet.page


def test_places_reserved_together_at_the_cost_stated(partners):
    press(partners, do="partner-way", way="reserve")
    assert "assumed: a quarter of the surcharge" in partners.sheet.page
    assert press(partners, do="partner-cost", reservation_cost="1,5") == "" and "assumed: a" not in partners.sheet.page
    press(partners, do="partner-cost", reservation_cost="")
    assert "assumed: a quarter of the surcharge" in partners.sheet.page
    press(partners, do="partner-cost", reservation_cost="1,5")
    press(partners, do="partner-rule", rule="by volume")
    expected = alliance.assess(pool(partners, picked(partners), reservation_cost=1.5))
    numbers = shown(partners)
    assert numbers["pays_0"] == pytest.approx(expected.shares["by volume"][0], rel=1e-9)
    gain = max(expected.leaving["by volume"].gain, 0.0)
    assert numbers["exit_fee"] == pytest.approx(gain, rel=1e-9) and gain > 0
    assert numbers["gain_by_volume"] == numbers["exit_fee"]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ({"do": "partner", "name": "nobody"}, "Partner must be one of the lanes; got nobody."),
        ({"do": "partner-way", "way": "steal"}, "Way must be one of help, reserve, book; got steal."),
        ({"do": "partner-rule", "rule": "by luck"}, "Rule must be one of those listed; got by luck."),
        ({"do": "partner-way", "way": []}, "Way must be one of help, reserve, book; got []."),
        (
            {"do": "partner-cost", "reservation_cost": "1,000"},
            "Cost of a place 1,000 may be 1000 or 1; write it without a mark, or as 1.0000.",
        ),
        ({"do": "partner-cost", "reservation_cost": "-1"}, "Cost of a place must be a number above 0; got -1."),
    ],
)
def test_a_refused_choice_is_explained_and_changes_nothing(partners, message, sentence):
    before = partners.sheet.page
    assert press(partners, **message) == sentence
    assert partners.sheet.page == before


def test_a_place_dearer_than_the_surcharge_is_refused_on_the_page(partners):
    press(partners, do="partner-way", way="reserve")
    press(partners, do="partner-cost", reservation_cost="1000")
    assert "Cost of a place must be below the surcharge" in partners.sheet.page
    press(partners, do="partner-cost", reservation_cost="1")
    assert "cost_alone" in shown(partners)


def test_the_controls_of_the_lane_apply_to_the_tab(partners):
    before = shown(partners)
    partners._on_dials({"do": "turn", "name": "partner_surcharge", "value": 10.0, "subject": "grocery"}, [])
    assert shown(partners)["cost_alone"] == pytest.approx(2 * before["cost_alone"], rel=1e-9)  # from 5 to 10


def test_another_buffer_of_the_lane_is_another_need_for_space(partners):
    before = shown(partners)["cost_alone"]
    partners._on_dials({"do": "turn", "name": "sla_penalty", "value": 200.0, "subject": "grocery"}, [])
    now = alliance.assess(pool(partners, picked(partners))).alone.sum()
    assert now > 1.01 * before and shown(partners)["cost_alone"] == pytest.approx(now, rel=1e-12)


def test_lanes_without_common_periods_are_refused(tmp_path):
    path = tmp_path / "apart.csv"
    rows = [f"2024-01-{day:02d},early,{day}\n2024-03-{day:02d},late,{day}\n" for day in range(1, 20)]
    path.write_text("date,lane,volume\n" + "".join(rows), encoding="utf-8")
    feed = feed_of_history(read_history(path, gaps="unknown"))
    with pytest.raises(ValueError, match="partners must be ones with two periods or more in common on record"):
        needs_together(feed, ["early", "late"])


def test_one_lane_alone_has_nobody_to_share_with(tmp_path):
    write_csv(network(lanes=1, periods=30), path := tmp_path / "one.csv")
    assert "There is only one lane, so it has no partner" in opened(Hub(str(path))).sheet.page


def test_at_most_fifteen_partners_are_allowed(tmp_path):
    write_csv(network(lanes=16, periods=60), path := tmp_path / "many.csv")
    hub = Hub(str(path))
    names = hub.session.policies.index.tolist()
    for name in names:  # another tab is open, so that nothing is drawn
        if name not in hub.session.partnership.names(hub.session) and name != names[-1]:
            press(hub, do="partner", name=name)
    missing = [name for name in names if name not in hub.session.partnership.names(hub.session)]
    assert len(missing) == 1
    opened(hub)
    assert len(picked(hub)) == 15 and "is computed for up to 10 partners" in hub.sheet.page
    assert press(hub, do="partner", name=missing[0]) == "Partners must be at most 15; got 16."


def test_new_flows_of_the_same_lanes_change_the_outcome():
    feed = feed_of_history(research_partners())
    first = Session(feed)
    before = first.partnership.outcome(first)
    turned = replace(
        feed, series=lambda lane: (feed.series(lane)[0], feed.series(lane)[1][:: -1 if lane == "toys" else 1])
    )
    first.partnership.do({"do": "partner", "name": "toys"}, first)
    after = Session(turned, None, first)
    assert after.partnership.outcome(after).contract.saving != first.partnership.outcome(first).contract.saving
    assert before.together.names == ("grocery", "parcels", "fashion", "garden")


def test_names_with_dollars_are_drawn_as_they_stand(tmp_path):
    path = tmp_path / "dollars.csv"
    rows = [f"2024-01-{day:02d},$\\bad{{$,{day}\n2024-01-{day:02d},$\\q$,{30 - day}\n" for day in range(1, 28)]
    path.write_text("date,lane,volume\n" + "".join(rows), encoding="utf-8")
    hub = opened(Hub(str(path)))
    assert hub.sheet.savings and hub.sheet.leaving and not hub.sheet.said


def test_names_are_escaped_in_html(tmp_path):
    path = tmp_path / "odd.csv"
    rows = [f'2024-01-{day:02d},"<b>a</b> & ""b""",{day}\n2024-01-{day:02d},plain,{30 - day}\n' for day in range(1, 28)]
    path.write_text("date,lane,volume\n" + "".join(rows), encoding="utf-8")
    hub = opened(Hub(str(path)))
    assert "<b>a</b>" not in hub.sheet.page and "cost_alone" in shown(hub)
    assert press(hub, do="partner", name='<b>a</b> & "b"') == "" and "Pick two" in hub.sheet.page


def test_a_lane_that_has_ended_is_refused_as_a_partner(tmp_path):
    path = tmp_path / "ended.csv"
    rows = [f"2024-01-{day:02d},ended,{day}\n2024-03-{day:02d},goes on,{day}\n" for day in range(1, 20)]
    path.write_text("date,lane,volume\n" + "".join(rows), encoding="utf-8")
    assert "two periods or more in common on record" in opened(Hub(str(path))).sheet.page


def test_needs_together_are_those_of_the_common_periods():
    feed = feed_of_history(research_partners())
    both = needs_together(feed, ["toys", "garden"], [1.0, 2.0])
    dates, toys = feed.series("toys")
    np.testing.assert_array_equal(both.dates, dates)
    np.testing.assert_array_equal(both.needs[:, 0], toys)
    np.testing.assert_array_equal(both.needs[:, 1], 2 * feed.series("garden")[1])
    for names, words in ((["toys"], "2 to 15 different lanes"), (["toys", "coal"], "lanes on record; got coal")):
        with pytest.raises(ValueError, match=f"partners must be .*{words}"):
            needs_together(feed, names)


def test_pictures_name_the_unit_of_money_and_the_period_of_the_record(partners):
    (ax,) = partners_tab.drawn(partners.session, "savings").axes
    assert re.fullmatch(r"saving \[\$ a (day|week)\]", ax.get_xlabel())
