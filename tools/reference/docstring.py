"""Convert docstrings to HTML: equations set apart, arguments as lists, examples as code.

An equation follows the colon of a first sentence, or is a paragraph without a full stop.
"""

import re
from functools import cache
from html import escape
from importlib.util import find_spec
from inspect import cleandoc

import pygments
from markupsafe import Markup
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer

SECTION = re.compile(r"(\w+)\n-+(?:\n|$)")
ITEM = re.compile(r"(\*{0,2}\w[\w, *]*) : (.*)")
UNIT = re.compile(r"\[([^\[\]]+)\]$")
EQUATION = re.compile(r"(Return .*?:) ((?!shape).*(?:[=/^]|\w\(|\[\().*)")


def to_html(docstring: str) -> Markup:
    """Return the HTML of a docstring; empty for the default docstrings of NamedTuple fields."""
    if docstring.startswith("Alias for field number"):
        return Markup("")
    first, *blocks = re.split(r"\n\s*\n", cleandoc(docstring))
    equation = EQUATION.fullmatch(first)
    parts = [f"<p>{_inline(equation[1])}</p>", _equation(equation[2])] if equation else [_block(first)]
    section = ""
    for block in blocks:
        if heading := SECTION.match(block):
            section, block = heading[1], block[heading.end() :]
            parts.append(f"<h5>{section}</h5>")
        parts.append(_block(block, section))
    return Markup("\n".join(parts))


def summary(docstring: str) -> Markup:
    """Return the HTML of a docstring's first paragraph."""
    return Markup(_inline(cleandoc(docstring).split("\n\n")[0]))


def _block(text, section=None):
    """Return the HTML of a paragraph; section is its heading, "" before the first one, None for the first paragraph."""
    if text.startswith(">>>"):
        code = pygments.highlight(text, PythonConsoleLexer(), HtmlFormatter(nowrap=True))
        return f'<pre class="pdoc-code">{code}</pre>'
    if ITEM.match(text):
        items = [_item(item, section) for item in re.split(r"\n(?! )", text)]
        return f"<dl>{''.join(items)}</dl>"
    if "    " in (text[:4], *re.findall(r"\n(    )", text)):
        return f"<pre>{escape(text)}</pre>"
    if section == "" and not re.search(r"[.:\]]$", text):
        return _equation(text)
    return f"<p>{_inline(text)}</p>"


def _equation(text):
    text = re.sub(r"\.(?= \[|$)", "", text)  # without the full stop of the sentence
    return f'<pre class="equation">{escape(text)}</pre>'


def _item(text, section):
    """Return the HTML of an argument: its name, its kind (only in a section), and its meaning."""
    said, _, below = text.partition("\n")
    name, said = ITEM.match(said).groups() if ITEM.match(said) else ("", said)
    if section and below:
        return f'<dt>{name} <span class="kind">{_inline(said)}</span></dt><dd>{_inline(below)}</dd>'
    return f"<dt>{name}</dt><dd>{_inline(f'{said} {below}')}</dd>"


def _inline(text):
    """Return the HTML of a sentence, with code and a final unit marked up, and names of the twin qualified."""
    text = escape(" ".join(text.split()), quote=False)
    text = UNIT.sub(r'<span class="unit">[\1]</span>', text)
    return re.sub(r"`((\w+)(?:\.[\w.]+)?)`", _code, text)


def _code(found):
    whole = f"twin.{found[1]}" if "." in found[1] and _is_ours(found[2]) else found[1]
    return f"<code>{whole}</code>"


@cache
def _is_ours(name):
    return find_spec(f"twin.{name}") is not None
