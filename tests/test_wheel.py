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
from apps import running
from house import formulas
from test_layers import HEAVY

import twin

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASSETS = {".gz", ".json", ".npz", ".py", ".typed", ".toml", ".mplstyle", ".js", ".css", ".html", ".typ"}


def uv(*arguments):
    """Run the environment's uv without the environment's variables."""
    outside = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    outside.setdefault("UV_SYSTEM_CERTS", "1")  # as in the Makefile
    subprocess.run([sys.executable, "-m", "uv", "-q", *map(str, arguments)], env=outside, check=True)


def files_in(folder):
    """Return the paths of the files in a folder of the repository, without caches."""
    unwanted = {"__pycache__", ".ipynb_checkpoints", "out"}
    return [path for path in (ROOT / folder).rglob("*") if path.is_file() and not unwanted & set(path.parts)]


def named(folder):
    """Return the names of the files in a folder, from the top of the repository."""
    return {path.relative_to(ROOT).as_posix() for path in files_in(folder)}


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
    files = files_in("twin")
    assert {path.suffix for path in files} == ASSETS  # a new kind of file must be listed here
    folders = ("notebooks", "papers", "share", "etc")
    shipped = {f"twin/shipped/{name}" for name in set().union({"voila.json"}, *map(named, folders))}
    assert names == {path.relative_to(ROOT).as_posix() for path in files} | shipped


def test_its_metadata_are_those_of_the_project(metadata):
    assert (metadata["Name"], metadata["Version"]) == (PROJECT["name"], twin.__version__)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("MIT", ">=3.11")
    assert metadata.get_all("License-File") == ["LICENSE"]
    assert metadata.get_all("Project-URL") == [f"{name}, {url}" for name, url in PROJECT["urls"].items()]
    assert set(metadata.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"])
    readme, repository = metadata.get_payload(), PROJECT["urls"]["Repository"]
    assert readme.startswith("# The LSP Digital Capacity Twin")
    links = re.findall(r"\]\(([^)\s]+)\)", readme)  # the package index has none of the files
    assert len(links) > 20 and all(link.startswith(("https://", "#")) for link in links)
    assert all(url.startswith(repository) for url in PROJECT["urls"].values())
    assert f"{repository}/blob/v{twin.__version__}/NOTATION.md" in links


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
        ("apps", ["hub"], {}),
        ("apps", ["lab"], {}),
        ("ledger", ["ledger", "lanes"], {}),
        ("ledger", ["assess", "ledger:"], {"DATABASE_URL": "postgresql://host/flows"}),
        ("ledger", ["ask", "--file", "ledger:", "Which lanes need attention?"], {}),
    ],
)
def test_a_command_says_which_extra_it_needs(installed, extra, arguments, settings):
    run = installed("-m", "twin", *arguments, **settings)
    assert (run.returncode, run.stdout) == (2, "")
    assert re.fullmatch(rf"twin: \w+ is not installed; the extra '{extra}' brings it\n", run.stderr)


def test_the_notebooks_are_copied_from_the_wheel(installed, tmp_path):
    run = installed("-m", "twin", "notebooks", str(tmp_path / "mine"))
    assert (run.returncode, run.stderr) == (0, "")
    copied = {
        f"notebooks/{path.relative_to(tmp_path / 'mine').as_posix()}" for path in (tmp_path / "mine").rglob("*.*")
    }
    assert copied == named("notebooks")
    run = installed("-m", "twin", "notebooks", str(tmp_path / "mine"))
    assert run.returncode == 2 and "folder must be new or empty" in run.stderr


def test_the_hub_is_served_from_the_wheel(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:  # this environment has its dependencies
        archive.extractall(tmp_path / "installed")
    notebook = tmp_path / "installed/twin/shipped/notebooks/06_operations_hub.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("06 · Operations hub", "06 · Hub of the wheel"), encoding="utf-8")
    (tmp_path / "flows.csv").write_text(
        "date,lane,volume\n" + "".join(f"2024-01-{n + 10},LEJ,{n}\n" for n in range(20))
    )
    command = [sys.executable, "-m", "twin", "hub", "flows.csv", "--no-browser"]
    settings = {"PYTHONPATH": tmp_path / "installed", "JUPYTER_PATH": ""}
    with running(command, "--port={}", cwd=tmp_path, env=settings) as server:
        with server.open("voila/render/06_operations_hub.ipynb") as answer:
            page = answer.read().decode()
    assert "Hub of the wheel" in page and "LEJ" in page and "data-twin" in page


def test_the_analyst_answers_offline_where_no_client_is_installed(installed):
    run = installed("-m", "twin", "ask", "which lanes need attention?", GEMINI_API_KEY="none")
    assert run.returncode == 0 and "(offline analyst)" in run.stdout
    assert run.stderr == (
        "twin: the offline analyst answers, because google-genai is not installed: "
        "install it by python -m pip install google-genai\n"
    )
