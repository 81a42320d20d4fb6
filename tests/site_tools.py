"""The modules of tools/site, which are no package: they are scripts of the repository, and the site's extensions."""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tools/site"))
docstrings, lessons, math_elements, modules, reference, sources, staging, tested = (
    importlib.import_module(name)
    for name in ("docstrings", "lessons", "math_elements", "modules", "reference", "sources", "staging", "tested")
)
