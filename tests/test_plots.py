"""What the drawings of paths and estimates show is what they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from twin.motion import simulate
from twin.motion.rules import base_stock
from twin.simulate import Estimate
from twin.view import plots

PATHS = simulate(
    [3.0, 9.0, 0.0, 6.0],
    1.0,
    base_stock(8.0),
    capacity=5.0,
    periods=4,
    replications=2,
    costs={"service_revenue": 9.0, "sla_penalty": 20.0},
)


def drawn(parts, **options):
    """Return the axes of a path of four days."""
    _, axes = plots.figure(rows=len(parts))
    axes = np.atleast_1d(axes)
    plots.sample_path(axes, PATHS, parts=parts, **options)
    return axes


def named(ax):
    """Return the names in the legend of an Axes."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_path_shows_goods_space_and_money():
    goods, space, money = drawn(["goods", "space", "money"], places=5.0)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in (goods, space, money)] == ["Goods", "Space", "Money"]
    lines = {line.get_label(): np.asarray(line.get_ydata()).tolist() for line in goods.lines}
    assert lines["on hand"] == PATHS.on_hand[0].tolist() == [5, 0, 0, 2]
    assert lines["on order"] == PATHS.on_order[0].tolist()
    assert named(space) == ["in use", "at the partner", "own places: 5"] and named(money) == ["profit", "loss"]


def test_the_backlog_hangs_below_zero_and_the_overflow_stands_on_the_own_places():
    goods, space = drawn(["goods", "space"], places=5.0)
    low, high = (area.get_paths()[0].get_extents() for area in (goods.collections[1], space.collections[0]))
    assert low.y0 == -PATHS.backlog[0].max() == -4 and high.y1 == PATHS.space[0].max() and high.y0 == 5.0


def test_only_the_last_steps_are_drawn_if_there_are_fewer_times():
    dates = np.array(["2025-12-27", "2025-12-28"], "datetime64[D]")
    (goods,) = drawn(["goods"], time=dates)
    assert goods.lines[1].get_ydata().tolist() == [0, 2] and len(goods.lines[1].get_xdata()) == 2


def test_a_fan_has_the_median_its_bands_and_one_path():
    values = np.random.default_rng(1).normal(size=(400, 5))
    _, ax = plots.figure()
    plots.fan(ax, values, path=3, places=1.5)
    middle, path, places = (line.get_ydata() for line in ax.lines)
    assert np.allclose(middle, np.median(values, axis=0)) and np.allclose(path, values[3]) and set(places) == {1.5}
    wide, half = (area.get_paths()[0].get_extents() for area in ax.collections)
    assert wide.y0 == pytest.approx(np.quantile(values, 0.05, axis=0).min()) and wide.y0 < half.y0 < half.y1 < wide.y1
    _, bare = plots.figure()
    plots.fan(bare, values, path=None)
    assert len(bare.lines) == 1


def test_compared_cases_have_bars_with_four_standard_errors():
    told = {"told": {"service": Estimate(95.0, 0.0)}, "kept": {"service": Estimate(90.0, 0.5)}}
    _, ax = plots.figure()
    plots.compared([ax], told, ["service"], naive="told")
    assert [bar.get_width() for bar in ax.patches] == [95.0, 90.0]
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [plots.NAIVE, plots.BETTER]
    (error,) = ax.containers[1].get_children()
    assert np.ptp(error.get_segments()[1][:, 0]) == pytest.approx(8 * 0.5)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["told", "kept"]


def test_effects_have_their_own_intervals():
    rows = [{"answer": "cost", "switch": "lots", "share": 0.4, "low": 0.3, "high": 0.7}]
    _, ax = plots.figure()
    plots.effects([ax], rows)
    (error,) = ax.containers[1].get_children()
    assert error.get_segments()[0][:, 0].tolist() == pytest.approx([0.3, 0.7]) and ax.patches[0].get_width() == 0.4
