"""Files that GitHub and Zenodo read (workflows, forms, citation), and the script that CI runs."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from check_jsonschema import main as check
from test_environment import PROJECT, ROOT

import twin

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def read(name):
    """Return a YAML file below .github."""
    return yaml.safe_load((ROOT / ".github" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("citation-file-format", "CITATION.cff"),
        ("github-workflows", ".github/workflows/*.yml"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[0-9]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
    ],
)
def test_files_keep_to_the_schemas_of_their_readers(schema, pattern, capsys):
    files = [str(path) for path in ROOT.glob(pattern)]
    with pytest.raises(SystemExit) as end:
        check(["--builtin-schema", f"vendor.{schema}", *files])
    assert end.value.code == 0, capsys.readouterr().out


def test_the_archive_says_what_the_citation_says():
    archive = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert "version" not in archive  # the tag has it
    assert archive["upload_type"] == CITATION["type"] == "software"
    for theirs, ours in [("title", "title"), ("description", "abstract"), ("creators", "authors")]:
        assert archive[theirs] == CITATION[ours]
    assert archive["creators"] == PROJECT["authors"]
    assert archive["license"] == CITATION["license"] == PROJECT["license"]
    assert archive["keywords"] == CITATION["keywords"] == PROJECT["keywords"]
    assert CITATION["repository-code"] == PROJECT["urls"]["Repository"]
    assert [work["identifier"] for work in archive["related_identifiers"]] == [
        work["url"] for work in CITATION["references"]
    ]


def test_the_check_runs_with_every_python_that_is_supported():
    workflow = read("workflows/check.yml")
    assert set(workflow[True]) >= {"push", "pull_request", "schedule"}  # YAML reads the key on as true
    assert [day["cron"].split()[2] for day in workflow[True]["schedule"]] == ["1"]
    job, site = workflow["jobs"].values()
    assert site["steps"][2]["run"].startswith("make site\n")
    first, *_ = versions = job["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13"] and PROJECT["requires-python"] == f">={first}"
    assert job["env"]["PYTHON"] == "python${{ matrix.python }}"
    assert job["steps"][-1]["run"] == "bash .ci/run"


def test_the_wheel_is_tried_on_each_system_and_with_the_versions_at_both_ends():
    matrix = read("workflows/wheel.yml")["jobs"]["wheel"]["strategy"]["matrix"]
    told = {text.removeprefix("Programming Language :: Python :: ") for text in PROJECT["classifiers"]}
    assert set(matrix["python"]) == {version for version in told if version.startswith("3.")}
    tried = [{"os": "ubuntu-latest", "resolution": "highest"}, *matrix["include"]]
    assert {job["os"].partition("-")[0] for job in tried} == {"ubuntu", "windows", "macos"}
    assert {job["resolution"] for job in tried} == {"lowest-direct", "highest"}


def test_the_description_for_registries_says_what_the_citation_says():
    told = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    assert (told["name"], told["description"]) == (CITATION["title"], CITATION["abstract"])
    assert (told["version"], told["softwareRequirements"]) == (twin.__version__, f"Python {PROJECT['requires-python']}")
    assert told["codeRepository"] == CITATION["repository-code"] and told["keywords"] == CITATION["keywords"]
    assert told["license"].rpartition("/")[2] == CITATION["license"]
    assert [person["name"] for person in told["author"]] == [person["name"] for person in CITATION["authors"]]


def test_the_software_paper_cites_each_entry_of_its_bibliography_once():
    paper, works = (ROOT / "joss" / name for name in ("paper.md", "paper.bib"))
    cited = re.findall(r"@([a-z]+\d{4}\w*)", paper.read_text(encoding="utf-8"))
    keys = re.findall(r"^@\w+\{(\w+),", works.read_text(encoding="utf-8"), re.M)
    assert set(cited) == set(keys) and len(keys) == len(set(keys))
    head = yaml.safe_load(paper.read_text(encoding="utf-8").split("---")[1])
    assert head["bibliography"] == works.name
    assert [person["name"] for person in head["authors"]] == [person["name"] for person in CITATION["authors"]]
    assert [CITATION["repository-code"] in place["name"] for place in head["affiliations"]] == [True]
    assert {"Summary", "Statement of need", "State of the field"} <= set(
        re.findall(r"^# (.*)", paper.read_text(encoding="utf-8"), re.M)
    )


def test_workflows_have_limits_and_few_rights():
    for path in (ROOT / ".github/workflows").iterdir():
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}, path
        for job in workflow["jobs"].values():
            assert "uses" in job or job["timeout-minutes"] <= 60


def test_actions_are_named_by_commit_with_their_version_beside_it():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").iterdir()]
    used = [line for text in texts for line in re.findall(r"\buses: *(.+)", text) if not line.startswith("./")]
    assert used
    for line in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line
    assert len(set(used)) == len({line.split("@")[0] for line in used})  # the same commit everywhere
    updates = read("dependabot.yml")["updates"]
    assert [(update["package-ecosystem"], update["directory"]) for update in updates] == [("github-actions", "/")]


def test_a_vulnerability_can_be_reported_where_the_project_lives():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"({PROJECT['urls']['Repository']}/security/advisories/new)" in text
    first, *_, last = read("workflows/check.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert f"with Python {first} to {last}" in text


def test_a_release_is_of_the_version_its_tag_names():
    release = read("workflows/release.yml")
    assert release[True] == {"push": {"tags": ["v*"]}}
    (test,) = (
        step["run"] for step in release["jobs"]["build"]["steps"] if "the version" in step.get("name", "").lower()
    )
    command = test.replace(".venv/bin/python", sys.executable)
    for tag, code in [(f"v{twin.__version__}", 0), ("v999.0.0", 1)]:
        assert subprocess.run(["bash", "-c", command], env={**os.environ, "GITHUB_REF_NAME": tag}).returncode == code


@pytest.fixture
def machine(tmp_path):
    """Return a function that runs .ci/run as an ordinary user, with a few commands only."""
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    for name in ("bash", "env", "dirname", "cat"):
        (tmp_path / name).symlink_to(shutil.which(name))
    for path in tmp_path.iterdir():
        path.chmod(0o755)

    def machine(*arguments, **settings):
        command = [shutil.which("bash"), ROOT / ".ci/run", *arguments]
        run = subprocess.run(command, env={"PATH": str(tmp_path), **settings}, capture_output=True, text=True)
        return run.returncode, run.stdout if "--help" in arguments else run.stderr

    return machine


def test_the_check_explains_itself_and_does_not_start(machine):
    code, said = machine("--help")
    assert code == 0 and said.startswith("usage: bash .ci/run\n")
    assert all(word in said for word in ("make lint, make test and make paper", "PYTHON", "TWIN_REAL_DATA", "CI"))
    assert machine("fast") == (2, ".ci/run takes no arguments; got fast\n")


def test_the_check_says_what_is_missing_to_whoever_may_not_install_it(machine):
    code, error = machine(PYTHON=sys.executable)
    assert code == 1 and re.fullmatch(r"These are missing, and only root can install them, .*: make git .*\n", error)


def test_the_check_installs_what_is_missing_by_sudo(machine, tmp_path):
    (tmp_path / "sudo").write_text('#!/bin/sh\necho "sudo $*" >> "$LOG"\n')
    (tmp_path / "sudo").chmod(0o755)
    code, _ = machine(PYTHON=sys.executable, LOG=str(tmp_path / "log"))
    *_, update, install = (tmp_path / "log").read_text().splitlines()
    assert code != 0 and update == "sudo -n apt-get update -qq"  # it fails, as nothing was really installed
    assert re.match("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install .* make git ", install)


def test_the_check_takes_no_other_interpreter_than_the_one_named(machine):
    code, error = machine(PYTHON="python2.7")
    assert (code, error) == (1, "PYTHON must be a Python of 3.11 or newer that makes environments; got python2.7\n")
