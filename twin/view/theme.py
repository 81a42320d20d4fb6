"""The colours of everything, from one source: pictures, pages and reports.

python -m twin.view.theme writes the style sheet that the pages include.
"""

from pathlib import Path

#: Colours of roles in pictures; Okabe and Ito (2008), safe for colour-blind readers.
NAIVE, BETTER, WITNESS, ACCENT, MUTED = "#D55E00", "#0072B2", "#333333", "#009E73", "#888888"
LANES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")

#: Colours of roles on pages, for eyes in daylight and at night; text on `page`, `card` and `soft` reaches AA (4.5 : 1).
LIGHT = {
    "page": "#F3F5F8",
    "card": "#FFFFFF",
    "soft": "#EDF2F7",
    "ink": "#17222E",
    "muted": "#51606F",
    "line": "#D5DDE6",
    "edge": "#7A8794",  # of fields and buttons: 3 : 1 on card
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
NIGHT = ':root[data-twin-scheme="dark"], body[data-jp-theme-light="false"]'
SHEET = Path("share/jupyter/voila/templates/twin/colours.css")


def css():
    """Return the colours as custom properties: --twin-ink, --twin-card and so on.

    >>> "--twin-accent: #0072B2" in css()
    True
    """
    return "\n".join((_rule(":root", LIGHT, "light"), _rule(NIGHT, DARK, "dark"), ""))


def _rule(selector, colours, scheme):
    lines = [f"  --twin-{role}: {colour};" for role, colour in colours.items()]
    return "\n".join([f"{selector} {{", f"  color-scheme: {scheme};", *lines, "}"])


if __name__ == "__main__":
    SHEET.write_text(css(), encoding="utf-8")
