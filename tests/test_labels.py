"""Formulas return pandas objects for pandas arguments, and treat all other arguments as before."""

import inspect
import subprocess
import sys
from doctest import DocTestFinder
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from twin._labels import labelled, labelled_by_row, labels_of, with_labels

LANES = pd.Index(["BER-MUC", "HAM-CGN", "FRA-STR"], name="lane")
MEAN = pd.Series([100.0, 50.0, 10.0], index=LANES, name="demand_mean")
SD = pd.Series([25.0, 20.0, 0.0], index=LANES, name="demand_sd")
TABLE = pd.DataFrame([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], index=LANES, columns=["May", "June"])


class Two(NamedTuple):
    total: np.ndarray
    product: np.ndarray


@labelled
def add(one, other, *, twice=0.0):
    """Return a sum.

    >>> float(add(1, 2))
    3.0
    """
    assert type(one) is not pd.Series and type(other) is not pd.Series  # a formula sees arrays alone
    return (np.asarray(one, float) + np.asarray(other, float) + 2 * np.asarray(twice, float))[()]


@labelled
def both(one, other):
    return Two(np.add(one, other), np.multiply(one, other))


@labelled_by_row
def total(series, weight=1.0):
    return np.sum(series, axis=-1) * weight


@labelled_by_row
def running(series):
    return np.cumsum(series, axis=-1)


def test_a_series_gives_a_series_on_its_index():
    pd.testing.assert_series_equal(add(MEAN, SD), pd.Series([125.0, 70.0, 10.0], index=LANES))
    pd.testing.assert_series_equal(add(1.0, 2.0, twice=MEAN), pd.Series([203.0, 103.0, 23.0], index=LANES))
    pd.testing.assert_series_equal(add(MEAN, [1.0, 2.0, 3.0]), pd.Series([101.0, 52.0, 13.0], index=LANES))


def test_a_frame_gives_a_frame_with_its_index_and_columns():
    pd.testing.assert_frame_equal(add(TABLE, 1.0), TABLE + 1)
    pd.testing.assert_frame_equal(add(1.0, TABLE), TABLE + 1)


def test_a_series_beside_a_frame_holds_one_value_a_row():
    square = pd.DataFrame(np.zeros((3, 3)), index=LANES, columns=["a", "b", "c"])  # NumPy alone would take columns
    expected = pd.DataFrame({name: MEAN for name in "abc"}).rename_axis(index="lane")
    pd.testing.assert_frame_equal(add(square, MEAN), expected)


def test_each_field_of_a_named_tuple_is_labelled():
    result = both(MEAN, SD)
    assert type(result) is Two
    pd.testing.assert_series_equal(result.total, pd.Series([125.0, 70.0, 10.0], index=LANES))
    pd.testing.assert_series_equal(result.product, pd.Series([2500.0, 1000.0, 0.0], index=LANES))


def test_a_formula_over_the_last_axis_keeps_one_value_or_one_series_a_row():
    pd.testing.assert_series_equal(total(TABLE), pd.Series([3.0, 7.0, 11.0], index=LANES))
    pd.testing.assert_series_equal(total(TABLE, SD), pd.Series([75.0, 140.0, 0.0], index=LANES))
    pd.testing.assert_frame_equal(running(TABLE), TABLE.cumsum(axis=1))
    pd.testing.assert_series_equal(running(MEAN), pd.Series([100.0, 150.0, 160.0], index=LANES))
    assert type(total(MEAN)) is np.float64


def test_results_that_have_other_rows_stay_arrays():
    assert type(add(MEAN, np.ones((3, 1)))) is np.ndarray  # the lanes are along columns here
    assert type(with_labels(np.ones(2), LANES)) is np.ndarray
    assert with_labels(2.0, LANES) == 2.0
    assert type(with_labels(np.ones((3, 1, 1)), LANES)) is np.ndarray
    assert list(with_labels(np.ones((3, 4)), LANES, TABLE.columns).columns) == [0, 1, 2, 3]


def test_integers_and_missing_values_of_pandas_are_numbers_and_nan():
    whole = pd.Series([1, 2, 3], index=LANES, dtype="Int64")
    assert add(whole, 1.0).tolist() == [2.0, 3.0, 4.0]
    missing = pd.Series([1.0, None, 3.0], index=LANES, dtype="Float64")
    np.testing.assert_array_equal(add(missing, 1.0).to_numpy(), [2.0, np.nan, 4.0])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (SD[::-1], "'FRA-STR' for 'BER-MUC', 'BER-MUC' for 'FRA-STR'"),
        (SD[:2], "nothing for 'FRA-STR'"),
        (SD.reset_index(drop=True), "0 for 'BER-MUC', 1 for 'HAM-CGN', 2 for 'FRA-STR'"),
    ],
)
def test_other_labels_or_another_order_are_refused(other, told):
    with pytest.raises(ValueError) as refusal:
        add(MEAN, other)
    assert str(refusal.value) == f"other must be labelled as one is, in the same order; got {told}"


def test_a_refusal_names_three_labels_and_counts_the_rest():
    many = pd.Series(np.zeros(100_000), index=[f"{i:06d}" + "x" * 1_000 for i in range(100_000)])
    with pytest.raises(ValueError, match=r"\(and 99,997 more\)$") as refusal:
        add(many, many[::-1])
    assert len(str(refusal.value)) < 400


def test_columns_must_agree_too():
    with pytest.raises(ValueError, match=r"^other must be labelled as one is, in the same order; got 'June' for 'May'"):
        add(TABLE, TABLE[["June", "May"]])


def test_equal_labels_of_another_type_agree():
    add(pd.Series([1.0], index=[1]), pd.Series([1.0], index=pd.Index([1], dtype=object)))


def test_labels_of_a_table_of_arguments():
    assert labels_of({"mean": 1.0, "sd": [1.0], "name": "BER"}) is None
    assert labels_of({"mean": 1.0, "sd": SD, "table": TABLE}) is SD.index
    with pytest.raises(ValueError, match=r"^demand_sd must be labelled as demand_mean is"):
        labels_of({"demand_mean": MEAN, "demand_sd": SD[::-1]})
    assert with_labels(np.ones(3), None).shape == (3,)


def test_everything_else_passes_untouched():
    given = []

    @labelled
    def look(*values, **named):
        given.extend([*values, *named.values()])
        return given[0]

    sent = [2.5, [1, 2], np.arange(3.0), (1, 2), None, "text"]
    assert look(*sent, last=sent[1]) is sent[0]
    assert all(a is b for a, b in zip(given, [*sent, sent[1]], strict=True))


def test_a_labelled_formula_looks_as_it_was_written():
    assert str(inspect.signature(add)) == "(one, other, *, twice=0.0)"
    assert (add.__name__, add.__module__, add.__doc__.split(".")[0]) == ("add", __name__, "Return a sum")
    names = {test.name.rpartition(".")[2] for test in DocTestFinder().find(sys.modules[__name__]) if test.examples}
    assert "add" in names


def test_looking_for_labels_does_not_import_pandas():
    code = "from twin._labels import labels_of, labelled; labels_of({'x': 1.0}); labelled(abs)(-1)\nimport sys"
    subprocess.run([sys.executable, "-c", f"{code}\nassert 'pandas' not in sys.modules"], check=True)
