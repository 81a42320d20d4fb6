"""The numbers behind the pictures of a lane."""

import pytest

from twin.policy import Policy
from twin.view.pictures import own_flow


@pytest.mark.parametrize("dwell", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("return_rate", [0.0, 0.18, 1.0])
def test_own_places_are_full_at_the_flow_that_the_picture_shows(dwell, return_rate):
    policy = Policy(internal_capacity=460.0, dwell=dwell, return_rate=return_rate)
    flow = own_flow(policy, {"safety_stock": 100.0})
    assert flow * (1 + return_rate) * dwell + 100.0 == pytest.approx(460.0, rel=1e-12)


def test_a_buffer_that_takes_all_own_places_leaves_no_room_for_flow():
    assert own_flow(Policy(internal_capacity=460.0), {"safety_stock": 500.0}) == 0.0
