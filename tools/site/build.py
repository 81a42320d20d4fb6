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
    kept = str(folder.with_name(f"{folder.name}-doctrees"))
    return build_main(
        ["-q", "-T", "-W", "--keep-going", "-c", str(staging.ROOT / "docs"), "-d", kept, *options, str(source), str(folder)]
    )


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve(), options=tuple(sys.argv[2:])))
