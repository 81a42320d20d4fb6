"""The diary tells what a path has, in the order of events."""

import numpy as np
import pytest

from twin.motion import simulate
from twin.motion.diary import clock, diary
from twin.motion.rules import base_stock


def path(**changes):
    """Return a path of four days: 8 pallets to start with, one day of lead time."""
    demand = [3.0, 9.0, 0.0, 6.0]
    return simulate(demand, 1.0, base_stock(8.0), capacity=5.0, periods=4, **changes)


def test_every_event_of_a_day_is_told():
    told = diary(path(), [1, 2, 3])
    assert told[0] == "step 1: 9 demanded, 5 shipped, 4 backordered; 0 left; 5 places in use; 9 ordered"
    assert told[1].startswith("step 2: 3 arrive; 0 demanded, 3 shipped, 1 backordered; 0 left")
    assert told[2].startswith("step 3: 9 arrive; 6 demanded, 7 shipped; 2 left; 9 places in use, 4 at the partner")


@pytest.mark.parametrize(("unmet", "word"), [("lost", "4 lost"), ("partner", "4 served by the partner")])
def test_unmet_demand_has_its_word(unmet, word):
    assert word in diary(path(unmet=unmet), [1])[0]


def test_returns_and_names_are_told():
    told = diary(path(return_rate=1.0), [1], names=["mon", "tue", "wed", "thu"])
    assert told[0].startswith("tue: 9 demanded") and "9 come back" in told[0]


@pytest.mark.parametrize("step", [0, 4, -1])
def test_a_step_must_lie_on_the_path(step):
    with pytest.raises(ValueError, match="step must be from 1 to 3"):
        diary(path(), [step])


def test_a_period_begins_on_its_date_and_ends_when_the_next_one_begins():
    assert clock(["2025-12-21", "2025-12-28"], 1, 7.0).astype(str).tolist() == ["2025-12-21T00", "2025-12-28T00"]
    february = clock(["2025-02-01", "2025-03-01"], 30, 30.4375)
    assert np.all(np.diff(february) > np.timedelta64(0)) and str(february[29]) == "2025-02-28T01"  # 28 * 29 / 30 days


@pytest.mark.parametrize("dates", [["2025-12-28", "2025-12-21"], ["2025-12-28"] * 2])
def test_dates_of_a_clock_are_in_time_order(dates):
    with pytest.raises(ValueError, match="dates must be one series of dates in time order"):
        clock(dates, 1, 7.0)
