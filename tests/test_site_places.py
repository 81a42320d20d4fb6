"""Own places of the sites of a plan: the numbers of the tab In motion for each site, or a reason."""

import numpy as np
import pytest
from test_site_ahead import NORTH, SOUTH, feed_of

from twin.plan import site_ahead
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.policy_table import policy_table
from twin.plan.site_lanes import site_of
from twin.plan.site_places import SITE_PLACES, SITES_SIMULATED, site_places


@pytest.fixture
def network(tmp_path):
    """Return a plan of four sites, the feed of its lanes and their policies; two lanes of Graz have different rules."""
    random = np.random.default_rng(3)
    means = {"north": 90.0, "south": 40.0, "east": 20.0, "west": 20.0}
    feed = feed_of(tmp_path, **{name: random.poisson(mean, 200) for name, mean in means.items()})
    plan = CapacityPlan(author="eva")
    plan.set("site", ["Kiel", "Ulm", "Graz", "Wien"], comment="by the water")
    plan.set("site", "Kiel", places=60.0)
    plan.set("site", "Graz", handling_per_period=90.0)
    for lane, site in (("north", "Kiel"), ("south", "Ulm"), ("east", "Graz"), ("west", "Graz"), ("no flows", "Wien")):
        plan.set("lane", lane, site=site)
    policies = {"north": NORTH, "south": SOUTH | {"internal_capacity": 300.0}, "east": NORTH | {"unmet": "lost"}}
    table, _ = policy_table(feed.statistics, policies=policies, period=feed.calendar.length)
    return plan, feed, table


def test_a_row_has_the_places_and_the_gain_of_the_site_in_motion(network):
    plan, feed, table = network
    found = site_places(plan, feed, table)
    assert found.index.tolist() == ["Graz", "Kiel", "Ulm"] and found.columns.tolist() == list(SITE_PLACES)
    site = site_ahead.site_ahead(site_of(plan, "Kiel", feed, table))
    gains = site.other.money[:, -1] - site.today.money[:, -1]
    assert found.loc["Kiel", ["places", "best_places", "gain"]].tolist() == pytest.approx(
        [60, site.places, gains.mean()]
    )
    assert found.loc["Kiel", "gain_error"] == pytest.approx(1.96 * gains.std(ddof=1) / len(gains) ** 0.5)
    assert (found.loc["Kiel", "overflow"], found.loc["Kiel", "best_overflow"]) == (
        site.today.overflow,
        site.other.overflow,
    )
    assert found.loc["Kiel", "best_places"] > 60 and found.loc["Ulm", "best_places"] < 300  # too small, and too large
    assert found.loc["Kiel", "gain"] > 0 < found.loc["Ulm", "gain"]
    assert np.isnan(found.loc["Graz", "gain"]) and "one and the same for the flow lanes" in found.loc["Graz", "remark"]


def test_without_a_plan_there_are_no_sites_and_of_many_the_first_ones(network, monkeypatch):
    plan, feed, table = network
    assert not len(site_places(None, feed, table))
    monkeypatch.setattr("twin.plan.site_places.SITES_SIMULATED", 1)
    assert site_places(plan, feed, table).index.tolist() == ["Graz"] and SITES_SIMULATED > 1
