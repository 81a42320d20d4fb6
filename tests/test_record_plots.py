"""What the pictures of records show is what pandas and SciPy compute from the same numbers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from twin.data.history import dense
from twin.data.load import load_history
from twin.view import plots, record_plots
from twin.view.theme import DARK


@pytest.fixture(scope="module")
def lane():
    """Return dates and volumes of a research lane, two of them unknown."""
    lanes, dates, volumes = dense(load_history())
    (row,) = volumes[lanes == "BER-MUC"].copy()
    row[[3, 700]] = np.nan
    return dates, row


@pytest.mark.parametrize("monthly", [False, True])
def test_a_calendar_has_the_means_of_its_cells(lane, monthly):
    dates, volumes = lane
    if monthly:
        dates, volumes = np.arange("2020-11", "2023-03", dtype="datetime64[M]").astype("datetime64[D]"), volumes[:28]
    frame = pd.DataFrame({"day": pd.to_datetime(dates), "volume": volumes})
    rows = frame["day"].dt.year if monthly else frame["day"].dt.day_of_week
    theirs = frame.pivot_table(index=rows.rename("row"), columns=frame["day"].dt.month.rename("month"), values="volume")
    ours, names = record_plots.by_calendar(dates, volumes)
    assert names == [str(row) for row in theirs.index] if monthly else names[0] == "Mon" and len(names) == 7
    np.testing.assert_allclose(ours, theirs.to_numpy() / frame["volume"].mean(), rtol=1e-12)
    _, ax = plots.figure()
    record_plots.calendar_heat(ax, dates, volumes, "a lane", dark=True)
    assert [text.get_text() for text in ax.texts] == [f"{cell:.1f}" for cell in ours.ravel() if not np.isnan(cell)]


def test_laws_have_the_moments_of_the_record_and_stand_as_far_off_as_kolmogorov_says(lane):
    volumes = lane[1][~np.isnan(lane[1])]
    laws = record_plots.laws_like(volumes)
    for law in laws.values():
        assert (law.mean(), law.std()) == pytest.approx((volumes.mean(), volumes.std(ddof=1)), rel=1e-9)
    _, ax = plots.figure()
    far = record_plots.against_laws(ax, volumes, laws, "a lane")
    for name in ("normal", "gamma"):
        assert far[name] == pytest.approx(stats.kstest(volumes, laws[name].cdf).statistic, rel=1e-9)
    jumps = np.arange(int(volumes.max()) + 1)  # of a law on whole numbers, both functions are constant between them
    ours = np.searchsorted(np.sort(volumes), jumps, side="right") / len(volumes)
    assert far["negative binomial"] == pytest.approx(
        np.abs(laws["negative binomial"].cdf(jumps) - ours).max(), rel=1e-9
    )
    assert [text.get_text() for text in ax.get_legend().get_texts()][
        1
    ] == f"normal, {100 * far['normal']:.0f} points off"
    assert set(record_plots.laws_like([2.0, 2.0])) == set() and set(record_plots.laws_like([-1.0, 1.0])) == {"normal"}
    assert set(record_plots.laws_like([5.0, 6.0])) == {"normal", "gamma"}  # less variance than mean


def test_lanes_that_peak_together_stand_side_by_side():
    rng = np.random.default_rng(5)
    summer, winter = rng.normal(size=(2, 200))
    needs = np.array([summer, winter, 2 * summer, 3 * winter, -summer]) + 0.3 * rng.normal(size=(5, 200))
    needs[0, 0] = 1e6  # one strange period changes no rank by more than one place
    names = ["summer", "winter", "garden", "toys", "off season"]
    figure = record_plots.clusters(needs.T, names, "lanes", dark=True)
    _, ax = figure.axes
    order = [text.get_text() for text in ax.get_yticklabels()]
    assert {frozenset(order[i : i + 2]) for i in range(4)} >= {
        frozenset(["summer", "garden"]),
        frozenset(["winter", "toys"]),
    }
    place = [names.index(name) for name in order]
    theirs = stats.spearmanr(needs.T).statistic[np.ix_(place, place)]
    shown = [float(text.get_text().replace("−", "-")) for text in ax.texts]
    assert shown == pytest.approx(theirs[~np.eye(5, dtype=bool)].tolist(), abs=0.0501)
    assert ax.get_facecolor() == figure.get_facecolor() and figure.get_facecolor()[0] * 255 == pytest.approx(
        int(DARK["card"][1:3], 16)
    )


def test_a_sweep_has_the_medians_of_its_groups():
    table = pd.DataFrame(
        {"x": [1, 1, 1, 2, 2, 2] * 2, "y": [1.0, 2, 9, 3, 5, 4, 7, 8, 6, 0, 2, 1], "lane": list("AAAAAABBBBBB")}
    )
    _, ax = plots.figure()
    record_plots.sweep(ax, table, "x", "y", "lane", "two lanes")
    drawn = [line.get_ydata().tolist() for line in ax.lines[:2]]
    assert drawn == [[2.0, 4.0], [7.0, 1.0]] and ax.get_xlabel() == "x"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["A", "B"]
