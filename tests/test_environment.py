"""One set of versions everywhere, and the files that describe the project agree with it."""

import ast
import os
import re
import subprocess
import tomllib
from pathlib import Path

import yaml
from test_layers import OUTSIDE

import twin
from twin.__main__ import EXTRAS

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TARGETS = [
    "paper",
    "test",
    "check",
    "notebooks",
    "lab",
    "apps",
    "site",
    "lint",
    "faults",
    "fuzz",
    "card",
    "mechanisms",
    "train",
    "bench",
]
#: The distribution of each package whose distribution has another name.
BROUGHT_BY = {
    "dotenv": "python-dotenv",
    "google": "google-genai",
    "jupyter_client": "papermill",
    "nbformat": "papermill",
    "python_calamine": "python-calamine",
    "traitlets": "papermill",
    "yaml": "pyyaml",
}


def locked():
    """Return {name: version} of the lock file."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", LOCK, re.M))


def pinned():
    """Return {name: version} of the packages of conda and pip in environment.yml."""
    conda = [item for item in ENVIRONMENT["dependencies"] if isinstance(item, str)]
    (pip,) = [item["pip"] for item in ENVIRONMENT["dependencies"] if isinstance(item, dict)]
    pins = dict(re.split("=+", item) for item in conda + pip if "=" in item)
    return {name.replace("_", "-"): version for name, version in pins.items()}  # conda keeps what pip changes


def required(*extras):
    """Return the names of the project's own dependencies, with those of extras."""
    wanted = [*PROJECT["dependencies"], *(r for e in extras for r in PROJECT["optional-dependencies"][e])]
    names = {re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower() for requirement in wanted}
    return names - {PROJECT["name"]}  # the extra all names the others


def test_binder_reads_what_the_root_says():
    assert (ROOT / "binder" / "environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_each_pin_is_the_locks():
    pins = pinned()
    assert PROJECT["requires-python"] == f">={pins.pop('python')}"
    lock = locked()
    assert pins == {name: lock[name] for name in pins}


def test_each_dependency_is_pinned():
    users = set(PROJECT["optional-dependencies"]) - {"dev", "docs", "all"}
    assert required(*users - {"cluster", "completion"}) <= set(pinned())  # a reviewer on Binder needs neither
    (all_of_them,) = PROJECT["optional-dependencies"]["all"]
    assert set(re.search(r"\[(.*)\]", all_of_them)[1].split(",")) == users
    assert required(*PROJECT["optional-dependencies"]) <= set(locked())


def test_commands_know_the_extra_of_whatever_they_import():
    package = ROOT / "twin"
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] in ("view", "apps"):  # no command uses them
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            ours = {"twin", "holidays", "pandas", "tqdm", *OUTSIDE, *EXTRAS}
            assert {name.split(".")[0] for name in names} <= ours, path
    for module, extra in EXTRAS.items():
        assert BROUGHT_BY.get(module, module) in required(extra), module


def test_the_lock_has_hashes_and_no_addresses():
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK)
    assert len(blocks) == len(re.findall(r"^\S+==", LOCK, re.M)) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|index-url|find-links| @ ", LOCK)


def test_no_file_of_the_environment_names_a_registry_or_a_place():
    files = ["Makefile", "environment.yml", "pyproject.toml", ".ci/run", "binder/postBuild", "binder/start"]
    files += [".github/workflows/check.yml", ".github/workflows/release.yml", ".pre-commit-config.yaml"]
    for name in [*files, "voila.json", "etc/jupyter/jupyter_server_config.json"]:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"pypi\.|pythonhosted|find-links|file:", text), name
        assert not [place for place in ("root", "home", "work", "tmp") if f"/{place}/" in text], name


def test_the_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert citation["version"] == twin.__version__ and citation["license"] == PROJECT["license"]
    assert citation["authors"] == PROJECT["authors"]
    (origin,) = citation["references"]
    assert origin["version"] == "3.0.0"
    assert origin["authors"] == [{"family-names": "Hegde", "given-names": "S. S."}]


def test_the_changelog_knows_this_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## [Unreleased]" in changelog and f"## [{twin.__version__}]" in changelog


def test_make_lists_its_targets_a_line_each():
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # without outer make
    listing = subprocess.run(["make"], cwd=ROOT, env=outside, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in listing.splitlines()] == TARGETS
