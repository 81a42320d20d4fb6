"""A site's next days: the sum of its lanes' days, the model's own account of shared places, and its best places."""

from dataclasses import replace

import numpy as np
import pytest

from twin import lane
from twin.data.load import read_history
from twin.motion.laws import Given
from twin.motion.run import simulate
from twin.plan import ahead, site_ahead
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.site_lanes import site_of

NORTH = {"kind": "flow", "internal_capacity": 120.0, "own_place_cost": 2.0, "partner_surcharge": 9.0}
SOUTH = {"kind": "flow", "internal_capacity": 60.0, "holding_cost": 3.0, "dwell": 1.5, "partner_surcharge": 6.0}


def feed_of(tmp_path, **lanes):
    """Return a feed of lanes, each with its volumes a day, all from one day on."""
    rows = [
        f"{np.datetime64('2024-01-01') + day},{name},{volume}"
        for name, volumes in lanes.items()
        for day, volume in enumerate(volumes)
        if not np.isnan(volume)
    ]
    (path := tmp_path / "flows.csv").write_text("\n".join(["date,lane,volume", *rows]), encoding="utf-8")
    return feed_of_history(read_history(path))


def site_in(feed, plan=None, places=200.0, **policies):
    """Return the site Kiel of the lanes with these policies, and the table of policies."""
    plan = plan or CapacityPlan(author="eva")
    plan.set("site", "Kiel", places=places, comment="by the canal")
    plan.set("lane", list(policies), site="Kiel")
    table, _ = policy_table(feed.statistics, policies=policies, period=feed.calendar.length)
    return site_of(plan, "Kiel", feed, table), table


@pytest.fixture
def pair(tmp_path):
    random = np.random.default_rng(3)
    return feed_of(tmp_path, north=random.poisson(90.0, 200), south=random.poisson(40.0, 200))


def test_space_and_money_of_a_site_are_those_of_its_lanes_together(pair):
    """Each lane alone draws the blocks that the site draws for both; nothing is short of places here."""
    site, table = site_in(pair, places=None, north=NORTH | {"internal_capacity": 500.0}, south=SOUTH | {"dwell": 2.0})
    site = replace(site, places=1000.0)
    found = site_ahead.site_ahead(site).today
    alone = [
        ahead.ahead(pair.statistics.loc[one], policy_of(table.loc[one]), pair.series(one)[1], forecast=said)
        for one, said in zip(site.lanes, site.forecast, strict=True)
    ]
    assert found.space == pytest.approx(sum(one.space for one in alone))
    rent = 1000.0 * (2.0 + 3.0) / 2 - 500.0 * 2.0 - 60.0 * 3.0  # of the site's places less those of the lanes alone
    over = np.maximum(alone[1].space - 60.0, 0.0).cumsum(axis=1) * (3.0 + 6.0)  # what the lane alone pays its partner
    expected = sum(one.money for one in alone) - rent * np.arange(1, ahead.DAYS_AHEAD + 1) + over
    assert found.money == pytest.approx(expected) and found.overflow == 0.0


@pytest.mark.parametrize("kinds", [("flow", "flow"), ("stock", "stock")])
def test_shared_places_cost_what_the_model_counts(pair, kinds):
    """The dynamic model with `sites` has its own account of shared places; lanes of one kind are one run of it."""
    own = {"north": NORTH | {"kind": kinds[0]}, "south": SOUTH | {"kind": kinds[1]}}
    site, table = site_in(pair, places=140.0, **own)
    one = replace(policy_of(table.loc[list(site.lanes)]), kind=kinds[0], unmet="backordered", basis="peak")
    one = replace(one, lead_times="persistent", review_period_days=0.0)
    found = site_ahead.site_ahead(site).record
    run = {"sites": [0, 0], "capacity": [140.0], "periods": 200, "replications": ahead.REPLAYS, "seed": 9}
    run["keep"] = ("space", "money", "overflow")
    paths = ahead.paths_of(site.statistics, one, Given(site.volumes[:, np.newaxis]), "D", **run)
    assert found.space == pytest.approx(paths.space.sum(axis=0)[:, 14:])
    assert found.overflow == pytest.approx((paths.overflow.sum(axis=0)[:, 14:] > 0).mean()) and found.overflow > 0.1
    assert found.money == pytest.approx(paths.money.sum(axis=0)[:, 14:].cumsum(axis=1))


def test_a_mixed_site_is_its_stock_lane_and_its_flow_lane(pair):
    own = {"north": NORTH | {"kind": "stock"}, "south": SOUTH}
    site, table = site_in(pair, **own)
    found = site_ahead.site_ahead(site)
    alone = [ahead.on_record(pair.statistics.loc[n], policy_of(table.loc[n]), pair.series(n)[1]) for n in site.lanes]
    assert found.record.space == pytest.approx(alone[0].space + alone[1].space)
    assert found.record.short == pytest.approx((alone[0].short + alone[1].short) / 2)
    assert found.promised_overflow is None
    level = float(policy_of(table.loc["north"]).service_level)
    assert found.promised_short == pytest.approx((1 - level) / 2)


def test_dependence_between_lanes_stays(tmp_path):
    """At the level of the record: forecasts of two lanes alone do not keep their sum."""
    north = np.random.default_rng(5).integers(60, 120, 120).astype(float)
    feed = feed_of(tmp_path, north=north, south=200.0 - north)
    site, _ = site_in(feed, places=190.0, north=NORTH, south=SOUTH | {"dwell": 1.0})
    found = site_ahead.site_ahead(replace(site, forecast=np.empty((2, 0))))
    assert found.today.space == pytest.approx(np.full_like(found.today.space, 200.0))
    assert (found.today.overflow, found.record.overflow, found.promised_overflow) == (1.0, 1.0, 1.0)
    assert found.places == pytest.approx(200.0) and found.other.overflow == 0.0


def test_the_share_on_record_is_that_counted_by_hand(tmp_path):
    """Of the 20 days, the first 14 are left out, at most half of them: 10; of the other ten, four exceed 25."""
    volumes = {"north": [10.0] * 10 + [10, 12, 20, 9, 20, 8, 10, 20, 20, 10], "south": [11.0] * 20}
    site, _ = site_in(feed_of(tmp_path, **volumes), places=25.0, north=NORTH, south=SOUTH | {"dwell": 1.0})
    assert site_ahead.site_ahead(site).record.overflow == pytest.approx(4 / 10)


def test_no_other_number_of_places_costs_less(pair):
    site, _ = site_in(pair, north=NORTH, south=SOUTH)
    answers = lane.assess(site.statistics, site.policy)
    best = ahead.alternative(site.policy, answers)
    random = np.random.default_rng(1)
    spaces, always, beyond = random.gamma(4.0, 20.0, (2, 30, 8)), np.array([2.0, 3.0]), np.array([9.0, 6.0])
    places = site_ahead.best_shared_places(spaces, always, beyond)
    total = spaces.sum(axis=0)

    def cost(number):
        return always.mean() * number + np.mean(
            (beyond[:, None, None] * spaces).sum(axis=0) / total * np.maximum(total - number, 0.0)
        )

    assert cost(places) == pytest.approx(min(map(cost, np.append(total.ravel(), 0.0))), rel=1e-12)
    assert site_ahead.best_shared_places(spaces, always, always / 2) == 0.0
    found = site_ahead.site_ahead(site)
    earned = [found.other.money[:, -1].mean()]
    for other in (found.places - 15.0, found.places + 15.0):
        run = site_ahead._placed(site, best, site_ahead._ahead(site, best, 9), other)
        earned.append(run.money[:, -1].mean())
    assert max(earned) == earned[0]


def test_handling_is_shared_by_flow_lanes_of_one_rule(pair):
    site, _ = site_in(pair, north=NORTH, south=SOUTH)
    limited = replace(site, handling=125.0)
    record = site_ahead.site_ahead(limited)
    paths = simulate(
        Given(site.volumes[:, np.newaxis]),
        kind="flow",
        dwell=[1.0, 1.5],
        handling=[125.0],
        sites=[0, 0],
        periods=200,
        replications=ahead.REPLAYS,
    )
    assert record.record.short == pytest.approx((paths.backlog[..., 14:] > 0).mean()) and record.record.short > 0.05
    assert record.promised_short is None
    mixed = replace(limited, policy=replace(limited.policy, unmet=np.array([0.0, 1.0])))
    with pytest.raises(ValueError, match="rule for unmet demand must be one and the same for the flow lanes"):
        site_ahead.site_ahead(mixed)


def test_one_lane_alone_is_that_lane(pair):
    site, table = site_in(pair, places=None, north=NORTH | {"kind": "stock"})
    assert not site.stated and site.places == 120.0
    found = site_ahead.site_ahead(site)
    lane_alone = pair.statistics.loc["north"], policy_of(table.loc["north"]), pair.series("north")[1]
    alone = ahead.ahead(*lane_alone, forecast=site.forecast[0])
    assert found.today.money == pytest.approx(alone.money) and found.today.overflow == alone.overflow
    answers = lane.assess(pair.statistics.loc["north"], policy_of(table.loc["north"]))
    assert found.promised_overflow == pytest.approx(answers["lane_overflow_probability"])


def test_ended_and_unknown_lanes_are_left_out_and_records_overlap(tmp_path):
    steady = np.full(60, 5.0)
    late, gone = steady.copy(), steady.copy()
    late[:40] = gone[40:] = np.nan
    feed = feed_of(tmp_path, north=steady, late=late, gone=gone)
    plan = CapacityPlan(author="eva")
    plan.set("site", "Kiel", places=100.0), plan.set("lane", "never", site="Kiel")
    site, _ = site_in(feed, plan, north=NORTH, late=SOUTH, gone=SOUTH)
    assert site.lanes == ("late", "north") and len(site.dates) == 20 and site.volumes.shape == (2, 20)
    assert site.left_out == {"never": "no flows that can be assessed", "gone": "its record ends on 2024-02-09"}
    with pytest.raises(ValueError, match="Hamm"):
        site_of(plan, "Hamm", feed, policy_table(feed.statistics)[0])
