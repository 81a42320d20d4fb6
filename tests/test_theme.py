"""The colours of the pages: the style sheet matches theme.py, and text has enough contrast."""

from pathlib import Path

import pytest

from twin.view import theme

ROOT = Path(__file__).parents[1]


def luminance(colour):
    """Return the relative luminance of a colour (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_style_sheet_is_up_to_date():
    assert (ROOT / theme.SHEET).read_text(encoding="utf-8") == theme.css(), "make notebooks puts it right"


def test_contrast_is_that_of_the_standard():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_has_enough_contrast_on_every_ground(colours):
    for ground in ("page", "card", "soft"):
        for text in ("ink", "muted", "accent", "good", "warn", "bad"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for text, ground in (("on-header", "header"), ("on-accent", "accent")):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["edge"], colours["card"]) >= 3


def test_both_schemes_have_the_same_roles():
    assert list(theme.LIGHT) == list(theme.DARK)
