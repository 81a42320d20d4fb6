"""Pages of the site that are made from other things: the reference, the equations, the gallery and the papers."""

import html
import importlib
import inspect
import io
import re
from pathlib import Path

import docstrings
import lessons
import modules
import tested
from PIL import Image

ROOT = Path(__file__).parents[2]
THUMBNAIL = (560, 420)
INTERNALS = ("Internals", "Modules that those of the other chapters are made of; they may change with any version.")


def pages() -> dict[str, bytes]:
    """Return the generated sources by their path in the site."""
    made = {**_reference(), "equations.md": _equations(), **_gallery(), **_papers()}
    return {name: page.encode() if isinstance(page, str) else page for name, page in made.items()}


def _heading(text, mark="="):
    return f"{text}\n{mark * len(text)}\n"


def _reference():
    """Return a page for each chapter and module of the reference."""
    made = {f"reference/{module}.rst": _module_page(module) for module in modules.public()}
    inside = [m for m in modules.public() if not modules.is_main(m)]
    parts = [_heading(INTERNALS[0]), INTERNALS[1], "", *_hidden(inside)]
    for name, (title, about) in modules.CHAPTERS.items():
        members = [m for m in modules.public() if modules.chapter(m) == name and modules.is_main(m)]
        overviews = [line for module in members for line in _overview(module)]
        made[f"reference/{name or 'formulas'}.rst"] = "\n".join(
            [_heading(title), about, "", *_hidden(members), *overviews]
        )
        if others := [m for m in inside if modules.chapter(m) == name]:
            parts += [_heading(title, "-"), *(f"* :doc:`{m} <{m}>`. {_about(m)}" for m in others), ""]
    made["reference/internals.rst"] = "\n".join(parts)
    pages = {**{name or "formulas": chapter for name, chapter in modules.CHAPTERS.items()}, "internals": INTERNALS}
    index = [
        _heading("Reference"),
        "Numbers in, numbers out: what ``import twin`` offers, with its equations, units, limits and sources.",
        "Names of quantities are those of :doc:`/NOTATION`; :doc:`/equations` lists the equations of the lessons.",
        "",
        *(f"* :doc:`{title} <{name}>`: {about}" for name, (title, about) in pages.items()),
        "* :ref:`genindex`: all names.",
        "",
        *_hidden(pages),
    ]
    return made | {"reference/index.rst": "\n".join(index) + "\n"}


def _hidden(pages):
    """Return a table of contents that is in the menu alone."""
    return [".. toctree::", "   :hidden:", "", *(f"   {page}" for page in pages), ""]


def _about(module):
    """Return the first sentence of a module's docstring."""
    return docstrings.summary(importlib.import_module(module).__doc__)


def _module_page(module):
    short = module.removeprefix("twin.")
    text = [_heading(short), f".. automodule:: {module}", "   :members:", "   :member-order: bysource", ""]
    return "\n".join(text)


def _overview(module):
    """Return a module with the first sentence of each of its functions and classes, as a list of definitions."""
    thing = importlib.import_module(module)
    lines = [
        _heading(module.removeprefix("twin."), "-"),
        f":doc:`{module} <{module}>`. {_about(module)}",
        "",
    ]
    for name, member in vars(thing).items():
        ours = getattr(member, "__module__", None) == module and name[0] != "_"
        if ours and (inspect.isfunction(member) or inspect.isclass(member)) and member.__doc__:
            lines += [f":py:obj:`~{module}.{name}`", f"    {docstrings.summary(member.__doc__)}"]
    return [*lines, ""]


def users_of_equations() -> dict[str, list[str]]:
    """Return the full names of the functions, classes and methods whose documentation cites each equation."""
    users = {number: [] for number in lessons.equations()}
    for module in modules.public():
        for name, member in vars(importlib.import_module(module)).items():
            if getattr(member, "__module__", None) == module and name[0] != "_":
                methods = vars(member).items() if inspect.isclass(member) else ()
                inner = [(f"{name}.{part}", thing) for part, thing in methods if inspect.isfunction(thing)]
                for full, thing in [(name, member), *inner]:
                    for number in docstrings.cited(inspect.getdoc(thing) or ""):
                        users[number].append(f"{module}.{full}")
    return users


def _equations():
    """Return the page of the numbered equations: where each is derived, what computes it, and what tests it."""
    users = users_of_equations()
    parts = [
        "# Equations\n",
        "Each numbered equation of the lessons, with the functions whose documentation cites it and the tests that",
        "bear its number. A test compares numbers; that formula and code are the same is checked by reading.\n",
    ]
    notebook = ""
    for number, equation in lessons.equations().items():
        if equation.notebook != notebook:
            notebook = equation.notebook
            title = lessons.title(ROOT / f"notebooks/{notebook}.ipynb")
            parts.append(f"## {title}\n\n[The lesson](/notebooks/{notebook}.ipynb)\n")
        latex = " ".join(equation.latex.split())
        parts.append(f"$$\n{latex} \\tag{{{number}}}\n$$\n")
        code = ", ".join(f"{{py:obj}}`{name.removeprefix('twin.')} <{name}>`" for name in users[number])
        tests = ", ".join(f"{{test}}`{stem} {name}`" for stem, name in tested.tests_of_equation().get(number, [])[:4])
        said = [f"{{equation}}`{number}`", *([code] if code else []), *([tests] if tests else [])]
        parts.append(f"{' · '.join(said)}\n")
    return "\n".join(parts)


def _gallery():
    """Return the pictures of the lessons, small, with their words; each leads to its place in the lesson."""
    made = {}
    parts = ["# Gallery\n", "The figures of the lessons, as executed. Each leads to its lesson, where its code is.\n"]
    notebook = ""
    for picture in lessons.pictures():
        if picture.notebook != notebook:
            parts += ["</div>\n"] * bool(notebook)
            notebook = picture.notebook
            parts.append(f'## {lessons.title(ROOT / f"notebooks/{notebook}.ipynb")}\n\n<div class="gallery">\n')
        image = Image.open(io.BytesIO(picture.png))
        image.thumbnail(THUMBNAIL)
        image.convert("P", palette=Image.Palette.ADAPTIVE).save(small := io.BytesIO(), "PNG", optimize=True)
        made[f"gallery/{picture.name}.png"] = small.getvalue()
        parts.append(_card(picture))
    return made | {"gallery.md": "\n".join([*parts, "</div>"])}


def _card(picture):
    """Return a picture as a link to its lesson, with its words below."""
    words = html.escape(picture.words)
    link = f"[![{words}](/gallery/{picture.name}.png)](/notebooks/{picture.notebook}.ipynb)"
    return f"<div>\n\n{link}\n\n{words}\n\n</div>\n"


def _papers():
    """Return a page with the text of each paper that has been built, and its PDF."""
    import typst

    made = {}
    papers = sorted((ROOT / "papers").glob("*/paper.typ"))
    built = [path for path in papers if (path.parent / "out/paper.pdf").exists()]
    parts = [
        "# Papers\n",
        "Each number and figure is read from the results of the jobs that the paper runs; `twin verify` checks them.",
        "*A first paper* is the small example that `twin new-paper` copies, to begin your own with.\n",
    ]
    for path in built:
        name = path.parent.name
        page = typst.compile(path, root=path.parent, format="html", ignore_system_fonts=True, timestamp=0).decode()
        title = html.unescape(re.search(r"<title>(.*?)</title>", page)[1])
        body = re.search(r"<body>(.*)</body>", page, re.S)[1]
        made[f"papers/{name}.pdf"] = (path.parent / "out/paper.pdf").read_bytes()
        made[f"papers/{name}.rst"] = _paper(title, name, body)
        parts.append(f"- [{title}](/papers/{name}.rst) ([PDF](/papers/{name}.pdf))")
    for path in (path for path in papers if path not in built):
        parts.append(f"- `papers/{path.parent.name}` had not been built when this site was; `make paper` builds it.")
    parts += ["\n```{toctree}\n:hidden:\n", *(f"/papers/{path.parent.name}" for path in built), "```\n"]
    return made | {"papers/index.md": "\n".join(parts)}


def _paper(title, name, body):
    lines = "\n".join(f"   {line}" for line in ['<div class="paper">', *body.split("\n"), "</div>"])
    return f"{_heading(title)}\n:download:`This paper as PDF <{name}.pdf>`\n\n.. raw:: html\n\n{lines}\n"
