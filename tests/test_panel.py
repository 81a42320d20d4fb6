"""Sliders: they redraw, say what went wrong, show their start value, and leave a still picture behind."""

import subprocess
import sys

import numpy as np
import pytest

from twin._check import require
from twin.view import output, plots
from twin.view.panel import Control, panel

PNG = b"\x89PNG\r\n"


def draw(height, tilt):
    """A line that needs a positive height."""
    require(height > 0, "height", "> 0 & <b>bold</b>", height)
    figure, ax = plots.figure(width=2, height=1.5)
    ax.plot([0, 1], [height, height + tilt])
    return figure


CONTROLS = {"height": Control(3.0, -5, 10, "height [m]"), "tilt": Control(0.5, 0, 1, "tilt [-]")}


@pytest.fixture
def shown():
    return panel(draw, CONTROLS, "a tilted line")


def test_it_opens_with_the_start_values(shown):
    assert {name: slider.value for name, slider in shown.sliders.items()} == {"height": 3.0, "tilt": 0.5}
    assert shown.picture.value == output.png(draw(3.0, 0.5)) and shown.message.value == ""


def test_a_moved_slider_redraws_what_draw_gives(shown):
    before = shown.picture.value
    shown.sliders["height"].value = 7.0
    assert shown.picture.value == output.png(draw(7.0, 0.5)) != before
    shown.sliders["tilt"].value = 0.0
    assert shown.picture.value == output.png(draw(7.0, 0.0))


def test_it_waits_for_the_release(shown):
    assert not any(slider.continuous_update for slider in shown.sliders.values())


def test_an_error_is_a_sentence_beside_the_last_good_picture(shown):
    before = shown.picture.value
    shown.sliders["height"].value = -1.0
    assert shown.picture.value == before
    assert 'role="alert"' in shown.message.value
    assert "height must be &gt; 0 &amp; &lt;b&gt;bold&lt;/b&gt;; got -1.0" in shown.message.value
    shown.sliders["height"].value = 2.0
    assert shown.message.value == "" and shown.picture.value == output.png(draw(2.0, 0.5))


def test_other_errors_are_not_hidden():
    def broken(size):
        if size > 1:
            raise RuntimeError("a mistake of the author")
        return draw(1, 0)

    shown = panel(broken, {"size": Control(1, 0, 5, "size")}, "")
    with pytest.raises(RuntimeError, match="mistake"):
        shown.sliders["size"].value = 3.0


@pytest.mark.parametrize(("value", "bounds"), [(-7.0, (-7, 10)), (25.0, (-5, 25)), (0.0, (-5, 10))])
def test_a_start_value_outside_the_bounds_widens_them(value, bounds):
    shown = panel(lambda x: draw(1, x), {"x": Control(value, -5, 10, "x")}, "")
    slider = shown.sliders["x"]
    assert (slider.value, slider.min, slider.max) == (value, *bounds)


@pytest.mark.parametrize("high", [1.0, 60.0, 1000.0, 2e6])
@pytest.mark.parametrize("value", [0.001, 0.0025, 0.95, 1.5, 18.5, 57.8, 285.0, 12_300.0, 1e6])
def test_the_start_value_can_be_read_and_reached(value, high):
    shown = panel(lambda x: draw(1, x), {"x": Control(value, 0, high, "x")}, "")
    slider = shown.sliders["x"]
    assert slider.value == value
    assert float(format(value, slider.readout_format)) == value
    steps = (value - slider.min) / slider.step
    assert steps == pytest.approx(round(steps), abs=1e-6)
    assert (slider.max - slider.min) / slider.step >= 100


def test_three_digits_of_a_computed_start_value_are_shown_and_all_are_used():
    value = 31.234567
    slider = panel(lambda x: draw(1, x), {"x": Control(value, 0, 100, "x")}, "").sliders["x"]
    assert slider.value == value and format(value, slider.readout_format) == "31.2"


@pytest.mark.parametrize("control", [Control(0.0, 0, 1e6, "x"), Control(0.0, 0, 0, "x"), Control(-4.5, -9, 0, "x")])
def test_zero_negative_and_single_valued_controls(control):
    slider = panel(lambda x: draw(1, x), {"x": control}, "").sliders["x"]
    assert slider.value == control.value and slider.step > 0
    assert (slider.max - slider.min) / slider.step < 1e4  # the keyboard moves by one step
    assert float(format(control.value, slider.readout_format)) == control.value


def test_every_slider_has_its_label_for_eyes_and_screen_readers(shown):
    assert [slider.description for slider in shown.sliders.values()] == ["height [m]", "tilt [-]"]


def test_it_can_be_shown_live_and_still(shown):
    bundle, metadata = shown._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.box.model_id
    assert bundle["image/png"].startswith(PNG) and bundle["image/png"] == output.png(draw(3.0, 0.5))
    assert bundle["text/plain"] == "<figure: a tilted line>"
    assert metadata["image/png"]["alt"] == "a tilted line"


def test_still_is_the_picture_of_the_start_values():
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
assert not [name for name in sys.modules if name.startswith(("ipywidgets", "IPython"))]
panel.panel(lambda x: plots.figure()[0], {"x": panel.Control(1, 0, 2, "x")}, "", live=True)
assert "ipywidgets" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_numpy_numbers_are_controls_too():
    shown = panel(lambda x: draw(1, x), {"x": Control(np.float64(31.5), 0, np.float64(100), "x")}, "")
    assert shown.sliders["x"].value == 31.5
