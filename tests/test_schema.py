"""The published JSON schema is that of the registry, and what `assess --json` prints keeps it."""

import json

import pytest
from jsonschema import Draft202012Validator

from twin.__main__ import main
from twin.command.printing import SCHEMA_FILE, SCHEMA_VERSION
from twin.command.schema import schema, written
from twin.plan.table_report import COLUMNS


def printed(capsys, *arguments):
    assert main(["assess", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_file_is_that_of_the_registry():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == written(), "python -m twin.command.schema writes it anew"
    Draft202012Validator.check_schema(schema())


def test_the_command_prints_it(capsys):
    assert printed(capsys, "--json-schema") == schema()


def test_answers_keep_the_schema(capsys, tmp_path):
    flows = tmp_path / "flows.csv"
    days = [f"2026-01-{day:02d}" for day in range(1, 31)]
    rows = [f"{day},A,{day[-2:]}" for day in days] + [f"{day},idle,0" for day in days] + ["2026-01-05,A,many"]
    flows.write_text("date,lane,volume\n" + "\n".join(rows) + "\n")
    for arguments in ((), (str(flows),)):
        found = printed(capsys, *arguments, "--json")
        Draft202012Validator(schema()).validate(found)
        assert found["schema_version"] == SCHEMA_VERSION
    assert found["refused_lanes"].keys() == {"idle"}


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("units"),
        lambda content: content["lanes"]["HAM-ROT"].pop(COLUMNS[-1]),
        lambda content: content["lanes"]["HAM-ROT"].update(profit="a lot"),
        lambda content: content.update(schema_version=0),
    ],
)
def test_the_schema_refuses_other_content(capsys, change):
    content = printed(capsys, "--json")
    change(content)
    assert not Draft202012Validator(schema()).is_valid(content)
