"""Paths of the dynamic model: estimates with standard errors that hold, labels, and the table."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin.motion import laws, rules, simulate
from twin.motion.state import FLOWS


def covered(estimate, truth, degrees):
    """Return the share of lanes whose interval at 95 % holds the truth."""
    return (np.abs(np.array(estimate.mean) - truth) <= stats.t.ppf(0.975, degrees) * estimate.standard_error).mean()


@pytest.mark.parametrize("keep", [("demand",), ()])
@pytest.mark.parametrize(("replications", "periods"), [(1, 6000), (20, 600), (40, 60)])
def test_standard_errors_hold_for_flows_that_depend_on_their_past(replications, periods, keep):
    """Each of 400 lanes is an experiment of its own; the demand of a step has a correlation of 0.8 with the next."""
    law = laws.Correlated(laws.Normal(100.0, 10.0), np.full(400, 0.8))
    paths = simulate(law, periods=periods, replications=replications, keep=keep, seed=3)
    estimate = paths.estimate("demand")
    values = max(30, replications) if replications != 20 else 40
    assert abs(covered(estimate, 100.0, values - 1) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)
    alone = type(estimate)(estimate.mean, np.full(400, 10 / np.sqrt(periods * replications)))
    assert covered(alone, 100.0, values) < 0.7  # the standard error of independent steps does not hold


def test_an_estimate_is_the_mean_of_the_path_and_of_its_batches():
    paths = simulate(laws.Poisson(5.0), periods=95, seed=2)
    estimate = paths.estimate("demand")
    first = [-(-95 * batch // 30) for batch in range(31)]
    means = [paths.demand[0, a:b].mean() for a, b in pairwise(first)]
    assert estimate.mean == pytest.approx(np.mean(means))
    assert estimate.standard_error == pytest.approx(np.std(means, ddof=1) / np.sqrt(30))
    many = simulate(laws.Poisson(5.0), periods=10, replications=50, seed=2)
    by_path = many.demand.mean(axis=1)
    assert many.estimate("demand") == pytest.approx((by_path.mean(), by_path.std(ddof=1) / np.sqrt(50)))


def test_the_share_beyond_a_value_is_that_of_the_steps():
    paths = simulate(laws.Poisson(5.0), periods=40, replications=30, seed=2)
    assert paths.share("demand", 6.0).mean == pytest.approx((paths.demand > 6).mean())
    assert paths.share("demand", 6.0).standard_error == pytest.approx(
        (paths.demand > 6).mean(axis=1).std(ddof=1) / np.sqrt(30)
    )
    assert paths.share("lost") == (0.0, 0.0)


def test_labels_in_labels_out():
    names = pd.Index(["BER-MUC", "HAM-ROT"], name="lane")
    mean = pd.Series([5.0, 7.0], index=names)
    by_law = simulate(laws.Poisson(mean), periods=30, replications=40)
    by_number = simulate(6.0, dwell=pd.Series([1.0, 2.0], index=names), kind="flow", periods=30, replications=2)
    for paths in (by_law, by_number):
        estimate = paths.estimate("space")
        assert estimate.mean.index.equals(names) and estimate.standard_error.index.equals(names)
        table = pd.DataFrame(paths.table())
        assert list(table["lane"].unique()) == list(names)
    assert by_number.estimate("space").mean["BER-MUC"] == 6.0
    one = simulate(laws.Poisson(mean.iloc[:1]), periods=30)
    assert one.demand.shape == (1, 1, 30) and one.estimate("demand").mean.index.tolist() == ["BER-MUC"]
    assert isinstance(simulate(laws.Poisson(5.0), periods=30).estimate("demand").mean, float)


def test_the_table_has_a_row_for_each_lane_replication_and_step():
    run = {"policy": rules.base_stock([9.0, 14.0]), "periods": 4, "replications": 3, "seed": 1}
    paths = simulate(laws.Poisson([5.0, 7.0]), 1.0, **run)
    table = pd.DataFrame(paths.table())
    assert list(table) == ["lane", "replication", "step", *FLOWS]
    assert len(table) == 2 * 3 * 4 and not table.duplicated(["lane", "replication", "step"]).any()
    for lane, replication, step in ((0, 0, 0), (1, 2, 3), (1, 0, 2)):
        row = table[(table.lane == lane) & (table.replication == replication) & (table.step == step)].squeeze()
        assert all(row[name] == getattr(paths, name)[lane, replication, step] for name in FLOWS)
    assert list(simulate(5.0, periods=2, keep=("space",)).table()) == ["lane", "replication", "step", "space"]


def test_an_array_that_was_not_kept_is_named_in_a_sentence():
    paths = simulate(laws.Poisson(5.0), periods=30, keep=("space", "money"))
    with pytest.raises(AttributeError, match=r"demand was not kept; kept: .*space.*\. Name it in `keep`, or ask"):
        paths.demand  # noqa: B018
    with pytest.raises(AttributeError, match="paths have no profit; they have on_hand"):
        paths.profit  # noqa: B018
    with pytest.raises(ValueError, match=r"name must be one of on_hand, .*; got profit"):
        paths.estimate("profit")
    with pytest.raises(ValueError, match="periods must be more than one for a standard error"):
        simulate(5.0, periods=1).estimate("space")
    with pytest.raises(AttributeError, match="demand was not kept"):
        paths.share("demand")
