"""The wheel as users install it: the package alone, few dependencies, and every command that needs no extra."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from email import message_from_bytes
from pathlib import Path

import pytest
from house import formulas
from test_layers import HEAVY

import twin

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASSETS = {".gz", ".json", ".py", ".typed", ".toml", ".mplstyle", ".js", ".css", ".typ"}


def uv(*arguments):
    """Run the environment's uv without the environment's variables."""
    outside = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    outside.setdefault("UV_SYSTEM_CERTS", "1")  # as in the Makefile
    subprocess.run([sys.executable, "-m", "uv", "-q", *map(str, arguments)], env=outside, check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the path of the wheel, built from the checkout without access to a registry."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel):
    """Return the metadata of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Return a function that runs Python in an environment with only the wheel, in an empty folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv("venv", "--python", sys.executable, folder / "env")
    uv("pip", "install", "--python", python, "--constraint", ROOT / "requirements.lock", wheel)
    (folder / "empty").mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}

    def installed(*arguments, **settings):
        return subprocess.run(
            [python, *arguments],
            cwd=folder / "empty",
            env={**kept, "HOME": str(folder), **settings},
            capture_output=True,
            encoding="utf-8",
        )

    return installed


def test_it_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        entries = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        read = ConfigParser()
        read.read_string(archive.read(entries).decode())
        points = {"console_scripts": PROJECT["scripts"], **PROJECT.get("entry-points", {})}
        assert {group: dict(read[group]) for group in read.sections()} == points
    files = [path for path in (ROOT / "twin").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {path.suffix for path in files} == ASSETS  # a new kind of file must be listed here
    assert names == {path.relative_to(ROOT).as_posix() for path in files}


def test_its_metadata_are_those_of_the_project(metadata):
    assert (metadata["Name"], metadata["Version"]) == (PROJECT["name"], twin.__version__)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("MIT", ">=3.11")
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert metadata.get_all("Project-URL") == [f"{name}, {url}" for name, url in PROJECT["urls"].items()]
    assert set(metadata.get_all("Provides-Extra")) == {"apps", "ledger", "excel", "ai", "papers", "cluster", "dev"}
    assert metadata.get_payload().startswith("# The LSP Digital Capacity Twin")


def test_its_dependencies_are_few(metadata):
    core = [text for text in metadata.get_all("Requires-Dist") if "extra ==" not in text]
    assert {re.match(r"[\w.-]+", text)[0] for text in core} == {"numpy", "scipy", "pandas", "tqdm", "holidays"}


def test_the_example_of_the_readme_runs(installed):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"## Use the formulas\n.*?```python\n(.*?)```", readme, re.S)
    run = installed("-c", f"{example}\nprint(answers['profit'].shape)")
    assert (run.returncode, run.stdout, run.stderr) == (0, "(2,)\n", "")


def test_formulas_load_nothing_heavy_and_their_examples_hold(installed):
    code = f"""
import doctest, importlib, sys
modules = [importlib.import_module(f"twin.{{name}}") for name in {formulas()}]
assert "site-packages" in modules[0].__file__, modules[0].__file__
assert not {HEAVY} & set(sys.modules), sys.modules
results = [doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE) for module in modules]
print(sum(result.failed for result in results), sum(result.attempted for result in results) > 100)
"""
    run = installed("-c", code)
    assert (run.returncode, run.stdout, run.stderr) == (0, "0 True\n", "")


def test_the_research_lanes_are_assessed(installed):
    assert installed("-m", "twin", "--version").stdout.strip() == twin.__version__
    run = installed("-m", "twin", "assess")
    assert (run.returncode, run.stderr) == (0, "") and "BER-MUC" in run.stdout
    run = installed("-m", "twin", "assess", "record:sfo-air-cargo")
    assert (run.returncode, run.stderr) == (0, "") and "SFO-Asia" in run.stdout


@pytest.mark.parametrize(
    ("extra", "arguments", "settings"),
    [
        ("papers", ["paper", "."], {}),
        ("ledger", ["ledger", "lanes"], {}),
        ("ledger", ["assess", "ledger:"], {"DATABASE_URL": "postgresql://host/flows"}),
        ("ledger", ["ask", "--file", "ledger:", "Which lanes need attention?"], {}),
    ],
)
def test_a_command_says_which_extra_it_needs(installed, extra, arguments, settings):
    run = installed("-m", "twin", *arguments, **settings)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch(rf"twin: \w+ is not installed; the extra '{extra}' brings it\n", run.stderr)


def test_the_analyst_answers_offline_where_no_client_is_installed(installed):
    run = installed("-m", "twin", "ask", "which lanes need attention?", GEMINI_API_KEY="none")
    assert run.returncode == 0 and "(offline analyst)" in run.stdout
    assert run.stderr == (
        "twin: the offline analyst answers, because google-genai is not installed: "
        "install it by python -m pip install google-genai\n"
    )
