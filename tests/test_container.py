"""Dockerfile and compose.yaml: what they name exists, and their commands are commands of the Twin."""

import json
import re
import subprocess

import pytest
import yaml
from check_jsonschema import main as check
from test_environment import PROJECT, ROOT

from twin.__main__ import program

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
IGNORED = [
    line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
]


def instructions(name):
    """Return the arguments of each instruction of the Dockerfile with a name."""
    return re.findall(rf"^{name} (.*)", DOCKERFILE, re.M)


def test_compose_keeps_to_the_schema_of_its_readers(capsys):
    with pytest.raises(SystemExit) as end:
        check(["--builtin-schema", "vendor.compose-spec", str(ROOT / "compose.yaml")])
    assert end.value.code == 0, capsys.readouterr().out


def test_the_image_installs_extras_of_the_project_in_the_versions_of_the_lock():
    (extras,) = re.findall(r"^ARG EXTRAS=(.*)", DOCKERFILE, re.M)
    assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"]) - {"dev"}
    (python,) = re.findall(r"^FROM python:(\S+)-slim", DOCKERFILE, re.M)
    assert f"Programming Language :: Python :: {python}" in PROJECT["classifiers"]
    (install,) = [step for step in instructions("RUN") if "uv pip install" in step]
    assert "--constraint requirements.lock" in install and '".[$EXTRAS]"' in install
    assert instructions("USER") == ["twin"] and re.search(r"useradd .*\btwin\b", DOCKERFILE)


def test_the_commands_of_both_are_commands_of_the_twin():
    (start,), (given,) = (map(json.loads, instructions(name)) for name in ("ENTRYPOINT", "CMD"))
    hub = COMPOSE["services"]["hub"]
    for arguments in (given, hub["command"]):
        options = program().parse_args(arguments)
        assert (options.ip, options.no_browser, options.run.__name__) == ("0.0.0.0", True, "_hub")
    assert start == ["twin"] and options.file == "ledger:"
    assert hub["ports"] == [f"127.0.0.1:{options.port}:{options.port}"] and instructions("EXPOSE") == [
        str(options.port)
    ]


def test_each_setting_of_the_hub_is_documented():
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "SECURITY.md"))
    assert all(f"`{name}" in told for name in COMPOSE["services"]["hub"]["environment"])


def test_what_the_wheel_is_built_from_reaches_the_image():
    command = ["git", "-c", "safe.directory=*", "ls-files"]
    tracked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    needed = [name for name in tracked if name.split("/")[0] in ("twin", "notebooks", "papers", "share", "etc")]
    needed += ["pyproject.toml", "README.md", "LICENSE", "voila.json", "requirements.lock"]
    for pattern in IGNORED:
        rule = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        assert not [name for name in needed if re.fullmatch(f"{rule}(/.*)?", name)], pattern
