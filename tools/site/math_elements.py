"""Sphinx extension: formulas become MathML when the site is built, so that pages need neither scripts nor a network."""

import re

import math_core
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

TAG = re.compile(r"\s*\\tag\{([^}]*)\}")
CONVERTER = math_core.LatexToMathML(fancy_error=False)


def mathml(latex: str, *, display: bool) -> str:
    """Return the MathML of a formula.

    >>> mathml("x^2", display=False)
    '<math><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return CONVERTER.convert_with_local_state(latex, displaystyle=display)


def numbered(latex: str) -> tuple[str, str]:
    r"""Return a formula without its tag, and the number in the tag; "" without one.

    >>> numbered(r"\\beta = 1 - x \\tag{2.5}")
    ('\\\\beta = 1 - x', '2.5')
    """
    found = TAG.search(latex)
    return TAG.sub("", latex).strip(), found[1] if found else ""


def anchor(number: str) -> str:
    """Return the id of an equation on its page: "eq-2-3" for "2.3"."""
    return f"eq-{number.replace('.', '-')}"


def displayed(latex: str, *, label: bool = True) -> str:
    """Return the HTML of a displayed formula with its number beside it; label makes it a target of links."""
    formula, number = numbered(latex)
    attribute = f' id="{anchor(number)}"' if number and label else ""
    shown = f'<span class="number">({number})</span>' if number else ""
    return f'<div class="math"{attribute}>{mathml(formula, display=True)}{shown}</div>\n'


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(mathml(node.astext(), display=False))
    raise nodes.SkipNode


def _display(self: HTML5Translator, node: nodes.math_block) -> None:
    lesson = self.builder.current_docname.startswith("notebooks/")
    self.body.append(displayed(node.astext(), label=lesson))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer "mathml"."""
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
