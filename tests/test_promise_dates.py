"""Promised delivery times: the rule of n + 1, promises on drawn deliveries, and those on a real record."""

import numpy as np
import pandas as pd
import pytest
from test_real_data import real_data

from twin.promise_dates import METHODS, judged, promised_days
from twin.simulate import generator


def test_a_conformal_promise_is_kept_whatever_the_law_and_a_normal_one_is_not():
    random = generator(1)
    days = random.pareto(1.5, (4000, 100)) * 10
    kept = {
        method: np.mean([each[-1] <= promised_days(each[:-1], 0.99, method=method) for each in days])
        for method in ("conformal", "normal")
    }
    assert abs(kept["conformal"] - 0.99) < 4 * np.sqrt(0.99 * 0.01 / 4000)
    assert kept["normal"] < 0.98
    assert np.isinf(promised_days(days[0, :98], 0.99)) and np.isfinite(promised_days(days[0, :99], 0.99))


def drawn(drift=0.0):
    """Return orders of two modes over 2,000 days, the lead times of which may grow."""
    random, day = generator(2), np.arange(2000)
    mode = np.where(random.random(2000) < 0.5, "air", "sea")
    mean = np.where(mode == "air", 10.0, 60.0) * (1 + drift * day / 2000)
    return day, random.gamma(16.0, mean / 16.0), mode


def test_a_promise_for_each_mode_is_kept_in_each_and_a_pooled_one_is_not():
    found = judged(*drawn(), service_level=0.9)
    by_mode, pooled = (found.promises[name].kept_by_group for name in ("conformal by group", "conformal"))
    assert all(abs(share - 0.9) < 4 * np.sqrt(0.09 / 300) + 0.02 for share in by_mode.values())
    assert pooled["air"] > 0.99 and pooled["sea"] < 0.86
    assert found.drift["air"] == pytest.approx(0.5, abs=0.12) and set(found.promises) == set(METHODS)


def test_drift_is_said_and_no_promise_from_the_past_is_kept():
    found = judged(*drawn(drift=0.8), service_level=0.95)
    assert all(share < 0.35 for share in found.drift.values())
    assert found.promises["conformal by group"].kept < 0.8 < found.promises["recent by group"].kept


def test_deliveries_under_way_are_not_known():
    day, days, mode = [0, 1, 2, 3], [10.0, 1.0, 1.0, 1.0], ["air"] * 4
    found = judged(day, days, mode, service_level=0.4, first=0.75)
    assert found.known == 2 and found.promises["conformal"].days.tolist() == [1.0]
    with pytest.raises(ValueError, match="ordered, durations and groups must be of one length"):
        judged(day, days[:3], mode, service_level=0.4)


def test_promise_dates_of_a_real_record_by_mode_of_transport():
    record = pd.read_csv(real_data() / "scms_lead_times.csv.gz").dropna(
        subset=["po_sent", "delivered", "shipment_mode"]
    )
    ordered, delivered = (pd.to_datetime(record[name]) for name in ("po_sent", "delivered"))
    days = (delivered - ordered).dt.days
    good = days >= 0
    columns = ordered[good].to_numpy(), days[good].to_numpy(), record["shipment_mode"][good].to_numpy()
    found = judged(*columns, service_level=0.99)
    assert found.promises["normal"].kept < 0.93  # far short of 99 %
    assert (
        found.promises["conformal"].kept_by_group["Air"]
        < 0.99
        < 0.995
        < found.promises["conformal"].kept_by_group["Ocean"]
    )
    assert max(abs(share - 0.5) for share in found.drift.values()) > 0.15  # so no method is right in every mode
    for promise in judged(*columns, service_level=0.95).promises.values():
        assert min(promise.kept_by_group.values()) < 0.95 - 4 * promise.standard_error
    refused = np.isinf(found.promises["conformal by group"].days)
    modes = columns[2][np.argsort(columns[0], kind="stable")][-len(refused) :]
    assert set(modes[refused]) == {"Air Charter"}  # 18 orders carry no promise of 99 %
