"""Panels: controls redraw, explain errors and show their start value; a still picture stays without a kernel."""

import subprocess
import sys

import numpy as np
import pytest

from twin._check import require
from twin.view import output, plots
from twin.view.panel import Choice, Control, panel

PNG = b"\x89PNG\r\n"


def draw(height, tilt):
    """Return a figure of a line, which needs a positive height."""
    require(height > 0, "height", "> 0 & <b>bold</b>", height)
    figure, ax = plots.figure(width=2, height=1.5)
    ax.plot([0, 1], [height, height + tilt])
    return figure


CONTROLS = {"height": Control(3.0, -5, 10, "height [m]"), "tilt": Control(0.5, 0, 1, "tilt [-]")}


@pytest.fixture
def shown():
    return panel(draw, CONTROLS, "a tilted line")


def turn(shown, **values):
    """Set controls, as the page does."""
    for name, value in values.items():
        shown.dials._handle_custom_msg({"do": "turn", "subject": "", "name": name, "value": value}, [])


def redrawn(*values):
    """Return the picture that a page gets after a change: quick, because it waits."""
    return output.png(draw(*values), quick=True)


def field(control):
    """Return the field of a single control."""
    (made,) = panel(lambda x: draw(1, x), {"x": control}, "").dials.fields
    return made


def test_a_panel_opens_with_the_start_values(shown):
    assert shown.dials.values == {"height": 3.0, "tilt": 0.5}
    assert shown.picture.png == output.png(draw(3.0, 0.5)) and shown.dials.said == {}


def test_a_turned_control_redraws_what_draw_gives(shown):
    before = shown.picture.png
    turn(shown, height=7.0)
    assert shown.picture.png == redrawn(7.0, 0.5) != before
    turn(shown, tilt=0.0)
    assert shown.picture.png == redrawn(7.0, 0.0)


def test_an_error_is_a_sentence_at_its_control_and_the_last_picture_stays(shown):
    before = shown.picture.png
    turn(shown, height=-1.0)
    assert shown.picture.png == before and shown.dials.values["height"] == 3.0
    # The page shows the sentence as text, never as HTML.
    assert shown.dials.said == {"height": "Height must be > 0 & <b>bold</b>; got -1.0."}
    turn(shown, height=2.0)
    assert shown.dials.said == {} and shown.dials.values["height"] == 2.0 and shown.picture.png == redrawn(2.0, 0.5)


def test_a_mistake_of_the_author_is_a_sentence_too():
    def broken(size):
        if size > 1:
            raise RuntimeError("a mistake of the author")
        return draw(1, 0)

    shown = panel(broken, {"size": Control(1, 0, 5, "size")}, "")
    turn(shown, size=3.0)
    assert shown.dials.said["size"].startswith("Something went wrong here (RuntimeError)")


@pytest.mark.parametrize(("value", "bounds"), [(-7.0, (-7, 10)), (25.0, (-5, 25)), (0.0, (-5, 10))])
def test_a_start_value_outside_the_bounds_widens_them(value, bounds):
    made = field(Control(value, -5, 10, "x"))
    assert (made["low"], made["high"]) == bounds


@pytest.mark.parametrize(("low", "high"), [(0.1234, 9.8765), (-3.3333, 3.3333), (0.0, 181.0966), (1234.5, 98765.4)])
def test_bounds_that_were_computed_are_rounded_outwards_by_a_hundredth_of_their_range_at_most(low, high):
    made, hundredth = field(Control((low + high) / 2, low, high, "x")), (high - low) / 100
    assert low - hundredth <= made["low"] <= low
    assert high <= made["high"] <= high + hundredth


@pytest.mark.parametrize("high", [1.0, 60.0, 1000.0, 2e6])
@pytest.mark.parametrize("value", [0.001, 0.0025, 0.95, 1.5, 18.5, 57.8, 285.0, 12_300.0, 1e6])
def test_the_start_value_can_be_reached_by_steps(value, high):
    made = field(Control(value, 0, high, "x"))
    steps = (value - made["low"]) / made["step"]
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert (made["high"] - made["low"]) / made["step"] >= 100


@pytest.mark.parametrize("control", [Control(0.0, 0, 1e6, "x"), Control(0.0, 0, 0, "x"), Control(-4.5, -9, 0, "x")])
def test_zero_negative_and_single_valued_controls(control):
    made = field(control)
    assert made["step"] > 0 and (made["high"] - made["low"]) / made["step"] < 1e4  # the keyboard moves by one step


def test_every_control_has_its_label_and_unit(shown):
    assert [(made["label"], made["unit"]) for made in shown.dials.fields] == [("height", "m"), ("tilt", "")]
    assert field(Control(1, 0, 2, "no unit"))["label"] == "no unit"


@pytest.fixture
def with_list():
    heights = {"low": 1.0, "high": 4.0}
    choice = Choice("low", (*heights, "broken"), "height")
    return panel(lambda height, tilt: draw(heights[height], tilt), {"height": choice, "tilt": CONTROLS["tilt"]}, "")


def test_a_chosen_option_redraws_what_draw_gives(with_list):
    """The page sends the number of an option, and the drawing gets its word."""
    assert with_list.dials.values == {"height": 0.0, "tilt": 0.5}
    made = with_list.dials.fields[0]
    assert (made["label"], made["choices"]) == ("height", ["low", "high", "broken"])
    turn(with_list, height=1.0)
    assert with_list.dials.values["height"] == 1.0 and with_list.picture.png == redrawn(4.0, 0.5)
    turn(with_list, tilt=0.0)
    assert with_list.picture.png == redrawn(4.0, 0.0)


@pytest.mark.parametrize("number", [-1.0, 3.0, 0.5, np.nan])
def test_a_number_without_an_option_is_a_sentence(with_list, number):
    before = with_list.picture.png
    turn(with_list, height=number)
    assert with_list.dials.said["height"] == f"Height must be one of low, high, broken; got {number}."
    assert with_list.dials.values["height"] == 0.0 and with_list.picture.png == before


def test_a_list_that_does_not_hold_its_start_value_is_an_error():
    with pytest.raises(ValueError, match="side must be one of left, right; got up"):
        panel(lambda side: draw(1.0, 0.0), {"side": Choice("up", ("left", "right"), "side")}, "")


def test_a_panel_displays_live_and_still(shown):
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.widget.model_id
    assert bundle["image/png"].startswith(PNG) and bundle["image/png"] == output.png(draw(3.0, 0.5))
    assert bundle["text/plain"] == "<figure: a tilted line>"
    assert metadata["image/png"]["alt"] == shown.picture.words == "a tilted line"


def test_the_still_form_is_the_picture_of_the_start_values():
    still = panel(draw, CONTROLS, "a tilted line", live=False)
    assert isinstance(still, output.Picture)
    bundle, _ = still._repr_mimebundle_()
    assert set(bundle) == {"image/png", "text/plain"} and bundle["image/png"] == output.png(draw(3.0, 0.5))


@pytest.mark.parametrize("live", [True, False])
def test_a_drawing_that_fails_at_the_start_is_an_error(live):
    with pytest.raises(ValueError, match="height must be"):
        panel(draw, {**CONTROLS, "height": Control(-1.0, -5, 10, "height")}, "", live=live)


def test_a_still_picture_needs_no_widgets():
    code = """
import sys
from twin.view import panel, plots
panel.panel(lambda x: plots.figure()[0], {"x": panel.Control(1, 0, 2, "x")}, "", live=False)
assert not [name for name in sys.modules if name.startswith(("ipywidgets", "anywidget", "IPython"))]
panel.panel(lambda x: plots.figure()[0], {"x": panel.Control(1, 0, 2, "x")}, "", live=True)
assert "anywidget" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numpy_numbers_are_controls_too():
    shown = panel(lambda x: draw(1, x), {"x": Control(np.float64(31.5), 0, np.float64(100), "x")}, "")
    assert shown.dials.values["x"] == 31.5 and shown.dials.fields[0]["high"] == 100.0
