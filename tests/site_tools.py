"""The modules of tools/site, which are no package: they are scripts of the repository, and the site's extensions."""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tools/site"))
NAMES = "docstrings generated lessons math_elements modules reference sources staging tested".split()
docstrings, generated, lessons, math_elements, modules, reference, sources, staging, tested = map(
    importlib.import_module, NAMES
)
