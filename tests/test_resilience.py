"""The composite index, recovery and time to survive, on series that can be checked by hand."""

import numpy as np
import pytest

from twin import buffers, resilience, simulate

INF = float("inf")


def test_eq_4_1_index_by_hand():
    assert resilience.resilience_index(1.0, 0.1) == pytest.approx(100 * (0.5 * 0.5 + 0.5 * 0.9), rel=1e-14)
    index = resilience.resilience_index(1.5, 0.25, full_coverage=3.0, buffer_weight=0.2)
    assert index == pytest.approx(100 * (0.2 * 0.5 + 0.8 * 0.75), rel=1e-14)


def test_eq_4_1_index_is_monotone_and_bounded():
    coverage, dependency = np.linspace(-3, 5, 161), np.linspace(0, 1, 51)
    index = resilience.resilience_index(coverage[:, np.newaxis], dependency)
    assert np.all(np.diff(index, axis=0) >= 0)
    assert np.all(np.diff(index, axis=1) < 0)
    assert (index.min(), index.max()) == (0.0, 100.0)


def test_eq_4_1_weight_of_one_part_alone():
    assert resilience.resilience_index(1.0, 0.9, buffer_weight=1.0) == 50.0
    assert resilience.resilience_index(-7.0, 0.25, buffer_weight=0.0) == 75.0


@pytest.mark.parametrize("sd", [0.1, 25.0, 4000.0])
def test_the_index_of_a_buffer_set_by_formula_depends_on_the_service_level_alone(sd):
    covered = resilience.coverage(buffers.safety_stock(sd, 0.95), sd)
    assert covered == pytest.approx(1.6448536269514722, rel=1e-12)
    assert resilience.resilience_index(covered, 0.0) == pytest.approx(50 * covered / 2 + 50, rel=1e-12)


def test_coverage_has_no_unit():
    assert resilience.coverage(50.0, 25.0) == resilience.coverage(50e3, 25e3) == 2.0


# --- recovery -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "depth", "lost", "time"),
    [
        ([60, 20, 40, 100], 0.8, 0.4 + 0.8 + 0.6, 3.0),
        ([100, 80, 120, 90], 0.2, 0.2, 2.0),  # later dips and flow above the baseline do not count
        ([100, 110, 130], 0.0, 0.0, 0.0),
        ([50, 60, 99], 0.5, 0.5 + 0.4 + 0.01, INF),
        ([0], 1.0, 1.0, INF),
        ([99.9, 100], 0.001, 0.001, 1.0),
    ],
    ids=["dip", "late_dip", "no_dip", "not_recovered", "one_period", "just_below"],
)
def test_eq_4_2_recovery_by_hand(flow, depth, lost, time):
    assert tuple(resilience.recovery(flow, 100.0)) == pytest.approx((depth, lost, time), rel=1e-12)


def test_eq_4_2_recovery_of_a_canal_closed_for_six_days():
    """A shape as at Suez in March 2021: baseline 56.5 ships a day, lowest on day 2, back on day 7."""
    flow = np.array([30, 6, 2, 2, 3, 5, 38, 57, 80, 87])
    depth, lost, time = resilience.recovery(flow, 56.5)
    assert (depth, time) == (pytest.approx(1 - 2 / 56.5, rel=1e-14), 7.0)
    assert lost == pytest.approx((7 * 56.5 - flow[:7].sum()) / 56.5, rel=1e-14)


def test_eq_4_2_many_lanes_at_once_and_scalars_for_one():
    flows = np.array([[60.0, 20.0, 100.0], [90.0, 95.0, 99.0], [100.0, 100.0, 100.0]])
    baselines = np.array([100.0, 100.0, 50.0])
    together = resilience.recovery(flows, baselines)
    for i in range(3):
        one = resilience.recovery(flows[i], baselines[i])
        assert all(isinstance(part, float) for part in one)
        assert [part[i] for part in together] == list(one)
    assert together.time_to_recover.tolist() == [2.0, INF, 0.0]


def test_recovery_has_no_unit():
    flow = np.array([60.0, 20.0, 40.0, 100.0])
    np.testing.assert_allclose(resilience.recovery(1000 * flow, 1e5), resilience.recovery(flow, 100.0), rtol=1e-12)


# --- time to survive ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remaining", "survive", "lost"), [(70.0, 4.0, 90.0), (60.0, 3.0, 160.0)], ids=["A_out", "B_out"]
)
def test_eq_4_3_time_to_survive_by_hand_and_by_simulation(remaining, survive, lost):
    """Demand 100 a day, A carries 60 and B 70, stock 120; repair takes 7 days."""
    assert resilience.time_to_survive(120.0, 100.0, remaining) == survive
    served = simulate.disrupted_flow(np.full(8, 100.0), [remaining] * 7 + [130.0], 120.0)
    assert np.flatnonzero(served < 100)[0] == survive
    assert (100 - served).sum() == pytest.approx(lost, rel=1e-12)
    assert resilience.recovery(served, 100.0).service_lost == pytest.approx(lost / 100, rel=1e-12)
    assert resilience.recovery(served, 100.0).time_to_recover == 7.0


def test_eq_4_3_without_a_gap_it_lasts_for_ever_and_without_stock_not_at_all():
    np.testing.assert_array_equal(
        resilience.time_to_survive([0.0, 5.0, 0.0], 100.0, [100.0, 130.0, 99.0]), [INF, INF, 0.0]
    )
