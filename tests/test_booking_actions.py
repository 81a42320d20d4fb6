"""Actions that book places ahead: the places of a contract are shared, at its price."""

import numpy as np
import pandas as pd
import pytest

from twin.data.settle import history_from
from twin.plan.actions import attention_of
from twin.plan.capacity_plan import CapacityPlan


def test_actions_share_the_places_of_a_contract_at_its_price():
    """Of three lanes that overflow alike, one takes what it wants, the next what is left, the last another contract."""
    random, names, need = np.random.default_rng(12), ["A", "B", "C"], 50.0
    dates = pd.date_range("2025-01-06", periods=300)
    rows = [(day, name, volume) for name in names for day, volume in zip(dates, random.poisson(need, 300), strict=True)]
    flows = pd.DataFrame(rows, columns=["date", "lane", "volume"]).astype({"lane": "category"})
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()})
    plan = CapacityPlan(author="eva")
    plan.set("lane", names, internal_capacity=20.0, holding_cost=2.0, partner_surcharge=28.0, lead_time_mean_days=1.0)
    block = {"type": "hard block", "first": "2025-01-01", "last": "2027-01-01"}
    plan.set("contract", "near", partner="Rhein", price=6.0, places=50, **block)
    plan.set("contract", "far", partner="Elbe", price=9.0, places=500, **block)
    table = attention_of(history, policies=plan.policies(), plan=plan).ranked()
    table = table[table["kind"] == "overflow"]
    first, second, third = table.to_dict("records")
    assert (first["partner"], second["partner"], third["partner"]) == ("Rhein", "Rhein", "Elbe")
    assert first["places"] + second["places"] == 50 and "leave" in second["reason"] and "leave" not in first["reason"]
    assert 0 < second["places"] < first["places"] and third["places"] > second["places"]
    for row, price in ((first, 6.0), (second, 6.0), (third, 9.0)):
        volumes = flows.loc[flows["lane"] == row["lane"], "volume"].to_numpy()
        saved = 30.0 * np.minimum(np.maximum(volumes - 20.0, 0.0), row["places"]).mean() - price * row["places"]
        assert row["gain"] == pytest.approx(28 * saved, rel=0.05)
