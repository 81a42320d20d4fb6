"""Names of lanes never reach a model: keys stand for them, also for what is left of a name in a text."""

import itertools

import pytest

from twin.analyst.naming import Names


@pytest.mark.parametrize("order", list(itertools.permutations(["HAM", "HAM-ROT", "HAM-ROT 2"])))
def test_a_name_inside_another_name_hides_the_longer_one_whole(order):
    names = Names()
    names.look_at(order)
    keys = {lane: names.key(lane) for lane in order}
    text = "lane must be one of HAM-ROT 2, ham-rot, HAM"
    assert names.masked(text) == f"lane must be one of {keys['HAM-ROT 2']}, {keys['HAM-ROT']}, {keys['HAM']}"
