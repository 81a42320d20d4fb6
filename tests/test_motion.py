"""The dynamic model against ten-day paths worked by hand; columns that a path does not name are zero."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from twin.motion import rules, simulate
from twin.motion.state import FLOWS

BY_HAND = json.loads((Path(__file__).parent / "motion_by_hand.json").read_text(encoding="utf-8"))


def simulated(path):
    """Return the paths that the model makes of the settings of a path by hand."""
    name, *levels = path.get("policy", ["fixed_booking", 0])
    ahead = {"ahead": path["ahead"]} if "ahead" in path else {}
    demand = np.array(path["columns"]["demand"], float)
    if demand.ndim > 1:
        demand = demand[:, None, :]
    return simulate(
        demand,
        path["lead_time"],
        getattr(rules, name)(*levels, **ahead),
        costs=path["costs"],
        periods=10,
        **path["settings"],
    )


@pytest.mark.parametrize("name", BY_HAND)
def test_eq_9_1_and_9_4_a_path_is_that_worked_by_hand(name):
    path, paths = BY_HAND[name], simulated(BY_HAND[name])
    for flow in FLOWS:
        expected = np.array(path["columns"].get(flow, 0.0), float)
        got = getattr(paths, flow)[..., 0, :]
        np.testing.assert_allclose(got, np.broadcast_to(expected, got.shape), atol=1e-9, err_msg=flow)


def test_the_example_of_the_readme_gives_what_it_says():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    code, mean, error = re.search(
        r"```python\n(from twin.motion .*?)# ([\d.]+) [^\n]*error ([\d.]+)\n```", readme, re.S
    ).groups()
    world = {}
    exec(code, world)
    assert world["paths"].estimate("overflow") == pytest.approx((float(mean), float(error)), abs=0.05)
