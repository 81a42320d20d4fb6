"""Build the site: python tools/site/build.py FOLDER. Its sources are gathered beside it, in FOLDER-source."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import generated
import staging
from sphinx.cmd.build import build_main


def build(folder: Path, *, options: tuple[str, ...] = ()) -> int:
    """Build the site into a folder, and return Sphinx's exit code; a warning is an error."""
    source = folder.with_name(f"{folder.name}-source")
    staging.write(staging.stage() | generated.pages(), source)
    settings, kept = staging.ROOT / "docs", folder.with_name(f"{folder.name}-doctrees")
    strict = ["--quiet", "--show-traceback", "--fail-on-warning", "--keep-going", "--write-all"]
    return build_main([*strict, *options, "-c", str(settings), "-d", str(kept), str(source), str(folder)])


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve(), options=tuple(sys.argv[2:])))
