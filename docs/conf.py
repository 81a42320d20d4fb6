"""The settings of the site; `make site` builds it from sources that tools/site gathers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tools/site"))

import twin
from twin.view import theme

project = "LSP Digital Capacity Twin"
author = "The LSP Digital Capacity Twin contributors"
project_copyright = author
version = release = twin.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "sphinxcontrib.bibtex",
    "math_elements",
    "reference",
]
root_doc = "index"
highlight_language = "none"

# Lessons are shown as they are stored; nothing is executed, and no script of widgets is loaded.
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "html_image", "deflist", "colon_fence", "attrs_inline"]
myst_dmath_allow_space = False
myst_dmath_allow_digits = False
myst_update_mathjax = False
myst_heading_anchors = 4
# A section of a lesson may follow its title at any depth, and pages of the repository begin as they do there.
suppress_warnings = ["myst.header"]

autodoc_typehints = "none"
viewcode_follow_imported_members = False
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"
default_role = "code"

bibtex_bibfiles = ["references.bib"]
bibtex_cite_id = "work-{key}"

html_theme = "furo"
html_title = f"{project} {version}"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/icon.svg"
html_copy_source = False
html_last_updated_fmt = None
html_permalinks_icon = "#"


def _colours(of):
    """Return the colours of a scheme as variables of the theme."""
    return {
        "color-brand-primary": of["accent"],
        "color-brand-content": of["accent"],
        "color-brand-visited": of["accent"],
        "color-foreground-primary": of["ink"],
        "color-foreground-secondary": of["muted"],
        "color-foreground-muted": of["muted"],
        "color-foreground-border": of["edge"],
        "color-background-primary": of["card"],
        "color-background-secondary": of["page"],
        "color-background-hover": of["soft"],
        "color-background-border": of["line"],
        "color-code-background": of["soft"],
        "color-code-foreground": of["ink"],
        "twin-good": of["good"],
    }


html_theme_options = {
    "light_css_variables": _colours(theme.LIGHT),
    "dark_css_variables": _colours(theme.DARK),
    "navigation_with_keys": True,
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"
