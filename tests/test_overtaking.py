"""Order crossing: shares of orders overtaken, against enumeration and against a loop over orders."""

import numpy as np
import pytest
from scipy import stats

from twin.motion.laws import Gamma
from twin.motion.overtaking import overtaken_orders

TWO = stats.rv_discrete(values=([1, 4], [0.5, 0.5]))


def test_eq_9_5_two_lead_times_are_enumerated():
    """An order of four steps is overtaken if one of the next two takes one step: 1/2 (1 - 1/4) = 3/8."""
    found = overtaken_orders(TWO, orders=2000, paths=60, seed=1)
    assert abs(found.mean - 3 / 8) <= 4 * found.standard_error + 4 / 2000


@pytest.mark.parametrize("sd", [0.5, 1.5, 3.0])
def test_eq_9_5_gamma_lead_times_equal_a_loop_over_orders(sd):
    rng = np.random.default_rng(5)
    last = np.rint(rng.gamma((5 / sd) ** 2, sd**2 / 5, 20_000)).astype(int)
    arrival = np.arange(len(last)) + last
    overtaken = [any(arrival[i + 1 : i + 40] < arrival[i]) for i in range(len(last) - 40)]
    error = np.sqrt(np.mean(overtaken) * 10 / len(overtaken))  # neighbours depend on each other
    found = overtaken_orders(Gamma(5.0, sd), seed=2)
    assert abs(found.mean - np.mean(overtaken)) <= 4 * np.hypot(found.standard_error, error)


@pytest.mark.parametrize("law", ["waiting", "persistent"])
def test_orders_that_wait_never_cross(law):
    assert overtaken_orders(Gamma(5.0, 3.0), law).mean == 0


def test_refusals():
    with pytest.raises(ValueError, match="lead_times must be one of independent, waiting, persistent; got random"):
        overtaken_orders(5.0, "random")
    with pytest.raises(ValueError, match="paths must be"):
        overtaken_orders(5.0, paths=1)
