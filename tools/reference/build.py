"""Build the API reference of the public modules from their docstrings: python tools/reference/build.py FOLDER."""

import shutil
import sys
from dataclasses import Field, fields, is_dataclass
from pathlib import Path

import pdoc
from docstring import summary, to_html
from pdoc.render import configure, env

import twin
from twin.view import theme

PACKAGE = Path(twin.__file__).parent
#: Folders without public modules: they run notebooks, pages, papers and commands.
INSIDE = {"analyst", "apps", "batch", "command", "compute", "view", "data.files", "data.ledger"}
#: Modules in these folders that are public nevertheless.
PUBLIC_INSIDE = {"data.ledger.store"}


def modules() -> list[str]:
    """Return the names of the public modules, formulas first."""
    names = [path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")]
    public = [parts for parts in names if is_public(parts)]
    return [".".join(("twin", *parts)) for parts in sorted(public, key=lambda parts: (len(parts), parts))]


def is_public(parts: tuple[str, ...]) -> bool:
    """Return whether the module with this path is public."""
    folders = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    private = any(part.startswith("_") for part in parts)
    return not private and (not folders & INSIDE or ".".join(parts) in PUBLIC_INSIDE)


def described_fields(thing: object) -> list[Field]:
    """Return the fields of a dataclass that have metadata, such as a meaning."""
    return [field for field in fields(thing) if field.metadata] if is_dataclass(thing) else []


def build(folder: Path) -> None:
    """Replace a folder by the pages of the reference."""
    shutil.rmtree(folder, ignore_errors=True)
    configure(
        template_directory=Path(__file__).parent / "templates",
        footer_text=f"Version {twin.__version__}",
        search=False,
    )
    env.filters |= {"to_markdown": to_html, "to_html": lambda html: html}
    env.filters |= {"summary": summary, "described_fields": described_fields}
    env.globals |= {"light": theme.LIGHT, "dark": theme.DARK}
    pdoc.pdoc(*modules(), output_directory=folder)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
