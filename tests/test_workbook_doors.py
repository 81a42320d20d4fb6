"""A workbook is read alike as a file of policies and as a plan, whatever the decimal marks of its texts."""

import pytest

from twin.data.advice import said
from twin.plan.plan_file import read_plan_file
from twin.plan.policy_file import read_policies

xlsxwriter = pytest.importorskip("xlsxwriter")


def workbook(path, *rows):
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("lanes")
        for line, row in enumerate([("lane", "holding_cost", "internal_capacity"), *rows]):
            sheet.write_row(line, 0, row)
    return str(path)


def by_both_doors(path, **how):
    """Return (holding cost, capacity) of the lanes, which both doors read alike."""
    plan, table = read_plan_file(path, **how), read_policies(path, **how)
    assert not plan.refused
    pairs = {row.entry: (row.values["holding_cost"], row.values["internal_capacity"]) for row in plan.rows}
    assert pairs == {lane: (row["holding_cost"], row["internal_capacity"]) for lane, row in table.iterrows()}
    return pairs


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([("A", "2,48 €", "120"), ("B", "3,10 €", "80")], {"A": (2.48, 120), "B": (3.1, 80)}),
        ([("A", "2,48 €", 120), ("B", "1.250,5", 80)], {"A": (2.48, 120), "B": (1250.5, 80)}),  # whole numbers beside
        ([("A", "$2.48", 120), ("B", 3.1, "1,250.5")], {"A": (2.48, 120), "B": (3.1, 1250.5)}),
        ([("A", 2.125, 120), ("B", 3.1, 80.5)], {"A": (2.125, 120), "B": (3.1, 80.5)}),
    ],
)
def test_both_doors_read_the_same_numbers(tmp_path, rows, wanted):
    assert by_both_doors(workbook(tmp_path / "plan.xlsx", *rows)) == wanted


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("A", "2,480", 120), ("B", "3,100", 80)], {"A": (2.48, 120), "B": (3.1, 80)}),  # thousands, or decimals
        ([("A", "2,48 €", 120), ("B", 3.1, 80.5)], {"A": (2.48, 120), "B": (3.1, 80.5)}),  # a text beside numbers
    ],
)
def test_both_doors_ask_about_the_mark_and_take_the_answer(tmp_path, rows, found):
    path = workbook(tmp_path / "plan.xlsx", *rows)
    for read in (read_plan_file, read_policies):
        with pytest.raises(ValueError) as error:
            read(path)
        ways = []
        said(error.value, lambda those, ways=ways: ways.extend(those) or "")
        assert ways == [("decimal", "."), ("decimal", ",")]
    assert by_both_doors(path, decimal=",") == found
