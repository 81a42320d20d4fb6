"""Overflow of the coming dates: path by path by hand, and one number for the actions and the plan by date."""

import numpy as np
import pandas as pd
import pytest

from twin.data.calendar import WorkingCalendar
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.settle import history_from
from twin.plan.actions import attention_of
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.coming_overflow import coming_overflow
from twin.plan.feed import feed_of_history
from twin.plan.horizon import lane_by_date, longest_of
from twin.plan.portfolio import portfolio_of
from twin.plan.table_report import assess_history

TIGHT = {lane: {**own, "internal_capacity": 0.6 * own["internal_capacity"]} for lane, own in POLICIES.items()}
IN_WEEKS = {"BER-MUC": 1050.0, "FRA-PAR": 135.0, "HAM-ROT": 1600.0}
TIGHT["HAM-ROT"] |= {"dwell": 1.5, "internal_capacity": 260.0}


def test_the_space_of_goods_that_stay_is_summed_along_each_past_forecast():
    """Every past forecast is laid on the coming one as a path; its goods take places while they stay."""
    random = np.random.default_rng(5)
    record, said = random.poisson(40.0, 60).astype(float), random.uniform(30.0, 50.0, (60, 5))
    errors = np.full((60, 5), np.nan)
    for origin in range(60):
        for step in range(5):
            if origin + 1 + step < 60:
                errors[origin + 1 + step, step] = record[origin + 1 + step] - said[origin, step]
    coming, stay, own = said[-1], 2.5, 105.0
    found = coming_overflow(coming, errors, record, own, stay, WorkingCalendar())
    for step in range(5):
        total = weight = likely = 0.0
        for origin in range(59 - step):
            path = [*record[-2:], *(coming[one] + errors[origin + 1 + one, one] for one in range(step + 1))]
            space = path[-1] + path[-2] + 0.5 * path[-3]
            counts = 0.5 ** ((59 - (origin + 1 + step)) / 28.0)
            weight += counts
            total, likely = total + counts * max(space - own, 0.0), likely + counts * (space > own)
        assert found.expected[step] == pytest.approx(total / weight, rel=1e-12)
        assert found.probability[step] == pytest.approx(likely / weight, rel=1e-12)


def in_weeks(history):
    """Return the research lanes as flows by week."""
    flows = history.flows.assign(date=history.flows["date"].dt.to_period("W").dt.start_time)
    flows = flows.groupby(["date", "lane"], observed=True, as_index=False)["volume"].sum()
    flows = flows[flows["date"].between("2023-01-02", "2025-12-15")]
    return history_from(flows.astype({"lane": "category"}), {"file": "weeks", "rows_read": len(flows), "notes": ()})


@pytest.mark.parametrize("period", ["D", "W"])
@pytest.mark.parametrize("overridden", [False, True])
def test_action_plan_by_date_and_lane_by_date_expect_the_same_overflow(period, overridden):
    history, block = (research_lanes(), 7) if period == "D" else (in_weeks(research_lanes()), 1)
    assert history.period == period
    own = {
        lane: {**one, **({"internal_capacity": IN_WEEKS[lane]} if block == 1 else {})} for lane, one in TIGHT.items()
    }
    plan = CapacityPlan(author="eva")
    plan.set("override", "fair", lane="HAM-ROT", first="2025-12-01", last="2026-02-01", factor=1.3 if overridden else 1)
    found = attention_of(history, policies=own, plan=plan)
    assert found.lanes["expected_overflow"].max() > 1.0
    for horizon in (block, 30):
        table = assess_history(
            history, policies=pd.DataFrame.from_dict(own, orient="index"), plan=plan, horizon=horizon
        )
        dated = table.horizon.table.groupby("lane").head(block).groupby("lane")
        for lane, row in found.lanes.iterrows():
            week = dated.get_group(lane)
            assert week["expected_overflow"].sum() == pytest.approx(row["expected_overflow"], rel=1e-9, abs=1e-9)
            assert week["overflow_probability"].mean() == pytest.approx(row["overflow_probability"], rel=1e-9, abs=1e-9)
    if not overridden:
        feed = feed_of_history(history)
        portfolio = portfolio_of(feed, own)
        longest = longest_of(portfolio.policies, feed.calendar.length)
        given = feed.forecasts, "HAM-ROT", feed.statistics, portfolio.inputs("HAM-ROT")[1]
        alone = lane_by_date(*given, block + 3, longest=longest).table["expected_overflow"][:block].sum()
        assert alone == pytest.approx(found.lanes.loc["HAM-ROT", "expected_overflow"], rel=1e-9)


def test_the_action_tells_this_overflow_and_its_money():
    found = attention_of(research_lanes(), policies=TIGHT)
    row = found.actions.set_index("kind").loc[["overflow"]].iloc[0]
    lane = found.lanes.loc[row["lane"]]
    assert row["money"] == pytest.approx(lane["expected_overflow"] * POLICIES[row["lane"]]["partner_surcharge"])
    assert f"by {lane['expected_overflow']:.0f} place" in row["reason"]
