"""The docstrings of the package as numpydoc reads them: reStructuredText, with equations and sources marked up.

A docstring of the package is plain text. An equation follows the colon of its first sentence, or is a paragraph without
a full stop before the first section. Limits, Source and Errors are sections; examples end the text without a heading.
"""

import importlib
import re
from functools import cache
from importlib.util import find_spec
from inspect import cleandoc
from textwrap import indent

import lessons
import sources

SECTION = re.compile(r"(\w+)\n-+(?:\n|$)")
ITEM = re.compile(r"(\*{0,2}\w[\w, *]*) : (.*)")
NEXT_ITEM = re.compile(r"\n(?=\*{0,2}\w[\w, *]* : )")
UNIT = re.compile(r"\[([^\[\]]+)\]$")
EQUATION = re.compile(r"(Return .*?:) ((?!shape).*(?:[=/^]|\w\(|\[\().*)")
NUMBER = re.compile(r"\((\d{1,2}\.\d{1,2})\)")
LESSON = re.compile(r"\bnotebook (\d\d)\b")
LISTS = ("Parameters", "Returns", "Raises", "Attributes")  # sections that numpydoc reads as lists
#: Headings below which numpydoc finds the rest: `restored` takes the first away again, for the sections have their own.
NOTES = "Notes"
REMARKS = "Remarks"


def to_numpydoc(docstring: str, equations: dict[str, str] = {}) -> str:  # noqa: B006  # never changed
    """Return a docstring in the form that numpydoc reads; equations are LaTeX by number, shown where they are cited.

    >>> print(to_numpydoc("Return the whole: a + b = c.\\n\\n>>> 1 + 1\\n2"))
    Return the whole:
    <BLANKLINE>
    .. code-block:: none
       :class: equation
    <BLANKLINE>
       a + b = c
    <BLANKLINE>
    Examples
    --------
    >>> 1 + 1
    2
    """
    text = cleandoc(docstring)
    first, *blocks = re.split(r"\n\s*\n", text)
    equation = EQUATION.fullmatch(re.sub(r"\s*\n\s*", " ", first))
    head = [inline(equation[1]), _equation(equation[2])] if equation else [_block(first)]
    head += [_typeset(number, equations[number]) for number in cited(text) if number in equations]
    parts: dict[str, list[str]] = {"": head}
    section = ""
    for block in blocks:
        if heading := SECTION.match(block):
            section, block = heading[1], block[heading.end() :]
        if block.startswith(">>>"):
            parts.setdefault("Examples", []).append(block)
        elif block and section in parts and section in LISTS and not ITEM.match(block):
            parts.setdefault(REMARKS, []).append(_block(block, REMARKS))  # prose after a list is none of its items
        elif block:
            parts.setdefault(section, []).append(_block(block, section))
    lists = {name: body for name, body in parts.items() if name in LISTS}
    others = {name: body for name, body in parts.items() if name not in (*LISTS, "", "Examples")}
    notes = [f".. rubric:: {name}\n\n" + "\n\n".join(body) for name, body in others.items()]
    ordered = lists | ({NOTES: notes} if notes else {}) | {n: b for n, b in parts.items() if n == "Examples"}
    sections = [f"{name}\n{'-' * len(name)}\n" + "\n\n".join(body) for name, body in ordered.items()]
    return "\n\n".join(["\n\n".join(parts[""]), *sections])


def restored(lines: list[str]) -> list[str]:
    """Return what numpydoc has made, without the heading over the sections that have headings of their own."""
    return [line for line in lines if line.strip() != f".. rubric:: {NOTES}"]


def cited(docstring: str) -> list[str]:
    """Return the numbers of the equations that a docstring cites, such as "2.3", in order.

    >>> cited("Source: notebook 09, eq. (9.2) and (9.5).")
    ['9.2', '9.5']
    """
    said = re.findall(r"\beqs?\.((?:[\s,]|and|to|\(\d+\.\d+\))+)", docstring)
    return list(dict.fromkeys(number for part in said for number in NUMBER.findall(part)))


def summary(docstring: str) -> str:
    """Return the first paragraph of a docstring as reStructuredText."""
    return inline(cleandoc(docstring or "").split("\n\n")[0])


def _block(text, section=None):
    """Return a paragraph; section is its heading, "" before the first one, None for the first paragraph."""
    if section in ("Parameters", "Attributes"):
        return "\n".join(_item(item) for item in re.split(r"\n(?! )", text))
    if section == "Raises" and re.search(r"^    ", text, re.M):
        return "\n".join(_item(item) for item in re.split(r"\n(?! )", text))
    if section == "Returns":
        return _returns(text)
    if ITEM.match(text):
        return "\n".join(_definition(item) for item in NEXT_ITEM.split(text))
    if re.match(r"- ", text):
        return "\n".join(f"- {inline(item)}" for item in re.split(r"(?:\A|\n)- ", text)[1:])
    if "    " in (text[:4], *re.findall(r"\n(    )", text)):
        return _literal(text)
    if section == "" and not re.search(r"[.:\]]$", text):
        return _equation(text)
    return inline(text)


def _literal(text, options=""):
    lines = "\n".join(f"   {line}" for line in text.split("\n"))
    return f".. code-block:: none\n{options}\n{lines}"


def _equation(text):
    """Return an equation set apart as it is written, without the full stop of its sentence."""
    return _literal(re.sub(r"\.(?= \[|$)", "", text), "   :class: equation\n")


def _typeset(number, latex):
    """Return an equation of a lesson as a formula, with a link to it."""
    lines = " ".join(latex.split())
    return f".. math::\n\n   {lines} \\tag{{{number}}}\n\n:equation:`{number}`"


def _returns(text):
    """Return what is returned: named items as numpydoc has them, one text, or a text with named parts below it."""
    parts = re.split(r"\n(?! )", text)
    if all(ITEM.match(part) for part in parts):
        return "\n".join(_item(part) for part in parts)
    said, _, below = text.partition("\n    ")
    named = NEXT_ITEM.split(cleandoc(f"\n    {below}"))
    if below and all(ITEM.match(part) for part in named):
        return f"{inline(said)}\n" + indent("\n".join(_definition(part) for part in named), "    ")
    return inline(text)


def _item(text):
    """Return an argument: its name, its kind, and its meaning below."""
    said, _, below = text.partition("\n")
    name, kind = ITEM.match(said).groups() if ITEM.match(said) else (said, "")
    head = f"{name} : {inline(kind)}" if kind else inline(name)
    return f"{head}\n    {inline(below)}" if below.strip() else head


def _definition(text):
    """Return a name and its meaning, outside the sections."""
    name, meaning = text.split(" : ", 1)
    return f"``{name}``\n    {inline(meaning)}"


def inline(text):
    """Return a sentence in one line, with code, sources and a final unit marked up and everything else as it is."""
    text = " ".join(text.split())
    parts = re.split(r"(`[^`]+`)", UNIT.sub("\0\\1\1", text))
    marked = (_code(part[1:-1]) if part.startswith("`") else _plain(part) for part in parts)
    return re.sub("\0(.*)\1$", r":unit:`[\1]`", "".join(marked))


def _plain(text):
    """Return text with what reStructuredText would read escaped, and names of sources as links to the bibliography."""
    text = sources.linked(re.sub(r"([\\*_|`])", r"\\\1", text))
    return LESSON.sub(lambda found: f":doc:`{found[0]} </notebooks/{lessons.named(found[1])}>`", text)


def _code(text):
    """Return a name as a link, if the package has it, else as code."""
    target = _target(text)
    return f":py:obj:`{text} <{target}>`" if target else f"``{text}``"


@cache
def _target(name):
    """Return the full name of what a docstring calls MODULE.NAME, if it is in the package."""
    if not re.fullmatch(r"[a-z_]\w*(\.\w+)+", name):
        return ""
    for depth in range(name.count("."), 0, -1):
        parts = name.removeprefix("twin.").split(".")
        module = ".".join(("twin", *parts[:depth]))
        if not _is_module(module):
            continue
        thing = importlib.import_module(module)
        for part in parts[depth:]:
            thing = getattr(thing, part, None)
        return f"twin.{'.'.join(parts)}" if thing is not None and parts[depth:] else ""
    return ""


def _is_module(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
