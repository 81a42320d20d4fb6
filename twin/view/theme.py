"""The colours of pictures, pages and reports.

python -m twin.view.theme writes the style sheet of the pages.
"""

from collections.abc import Mapping
from pathlib import Path

#: Colours of roles in pictures, from Okabe and Ito (2008): colour-blind readers can tell them apart.
NAIVE, BETTER, WITNESS, ACCENT, MUTED = "#D55E00", "#0072B2", "#333333", "#009E73", "#888888"
LANES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")

#: Colours of roles on pages, light and dark; text on `page`, `card` and `soft` has a contrast of at least 4.5 : 1 (AA).
LIGHT = {
    "page": "#F3F5F8",
    "card": "#FFFFFF",
    "soft": "#EDF2F7",
    "ink": "#17222E",
    "muted": "#51606F",
    "line": "#D5DDE6",
    "edge": "#7A8794",  # borders of fields and buttons: contrast of at least 3 : 1 on `card`
    "header": "#10243E",
    "on-header": "#FFFFFF",
    "accent": BETTER,
    "on-accent": "#FFFFFF",
    "good": "#00694B",
    "warn": "#855000",
    "bad": "#B00020",
}
DARK = {
    "page": "#0E141C",
    "card": "#171F2A",
    "soft": "#1F2936",
    "ink": "#E7EDF3",
    "muted": "#A5B3C1",
    "line": "#2D3946",
    "edge": "#76879A",
    "header": "#0A111B",
    "on-header": "#E7EDF3",
    "accent": "#62B6E8",
    "on-accent": "#07121B",
    "good": "#54CFA3",
    "warn": "#F2B84B",
    "bad": "#FF8F86",
}
NIGHT = ':root[data-twin-scheme="dark"], body[data-jp-theme-light="false"]'  # CSS selector of dark pages
SHEET = Path("share/jupyter/voila/templates/twin/colours.css")  # style sheet, relative to the project's folder


def css() -> str:
    """Return a style sheet with the colours as custom properties: --twin-ink, --twin-card and so on.

    >>> "--twin-accent: #0072B2" in css()
    True
    """
    return "\n".join((_rule(":root", LIGHT, "light"), _rule(NIGHT, DARK, "dark"), ""))


def _rule(selector: str, colours: Mapping[str, str], scheme: str) -> str:
    """Return the CSS rule that sets the colours for a selector."""
    lines = [f"  --twin-{role}: {colour};" for role, colour in colours.items()]
    return "\n".join([f"{selector} {{", f"  color-scheme: {scheme};", *lines, "}"])


if __name__ == "__main__":
    SHEET.write_text(css(), encoding="utf-8")
