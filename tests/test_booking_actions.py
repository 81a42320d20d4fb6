"""Actions that book places ahead: places of a contract are shared, at the price that still has to be decided."""

import numpy as np
import pandas as pd
import pytest

from twin.data.settle import history_from
from twin.plan.actions import attention_of
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.decision import decision
from twin.plan.morning import Morning, morning_of

BLOCK = {"type": "hard block", "first": "2025-01-01", "partner": "Rhein", "price": 3.10, "take_or_pay": 0.8}
FIRST, LAST = "2025-11-02", "2025-11-29"  # of the coming four weeks


@pytest.fixture
def network():
    """Return the flows of lanes A and B over 300 days, and a plan in which both overflow each day."""
    random, means = np.random.default_rng(12), {"A": 500.0, "B": 600.0}
    dates = pd.date_range("2025-01-06", periods=300)
    rows = [
        (day, name, each)
        for name, mean in means.items()
        for day, each in zip(dates, random.poisson(mean, 300), strict=True)
    ]
    flows = pd.DataFrame(rows, columns=["date", "lane", "volume"]).astype({"lane": "category"})
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()})
    plan = CapacityPlan(author="eva")
    own = {"holding_cost": 2.0, "partner_surcharge": 8.0, "lead_time_mean_days": 1.0}
    plan.set("lane", "A", internal_capacity=200.0, **own)
    plan.set("lane", "B", internal_capacity=150.0, **own)
    return history, plan


def actions(history, plan):
    """Return the actions of the morning by lane."""
    return morning_of(history, plan, plan.policies()).actions.set_index("lane")


def test_actions_share_the_places_of_a_contract_at_its_price():
    """Of three lanes that overflow alike, one takes what it wants, the next what is left, the last another contract."""
    random, names, need = np.random.default_rng(12), ["A", "B", "C"], 50.0
    dates = pd.date_range("2025-01-06", periods=300)
    rows = [(day, name, volume) for name in names for day, volume in zip(dates, random.poisson(need, 300), strict=True)]
    flows = pd.DataFrame(rows, columns=["date", "lane", "volume"]).astype({"lane": "category"})
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()})
    plan = CapacityPlan(author="eva")
    plan.set("lane", names, internal_capacity=20.0, holding_cost=2.0, partner_surcharge=28.0, lead_time_mean_days=1.0)
    block = {"type": "hard block", "first": "2025-01-01", "last": "2027-01-01", "take_or_pay": 0.0}
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
        assert row["gain"] == pytest.approx(28 * saved, rel=0.05) and row["price"] == price
        assert row["rent"] == 28 * price * row["places"] and "as an own place" not in row["decision"]


def test_a_place_that_is_paid_in_any_case_costs_only_what_still_has_to_be_decided(network):
    """Of $3.10 a place, 80% are owed: $0.62 are left, at which the record itself says how many places pay best."""
    history, plan = network
    beyond = np.maximum(history.flows.loc[history.flows["lane"] == "A", "volume"].to_numpy() - 200.0, 0.0)

    def best(price):
        """Return the best number of places on the record, and its gain in four weeks."""
        gains = [10.0 * np.minimum(beyond, places).mean() - price * places for places in range(450)]
        return int(np.argmax(gains)), 28 * max(gains)

    found = {}
    for share, further in ((0.0, 3.10), (0.8, 0.62), (1.0, 0.0)):
        plan.set("contract", "1", places=1000, lanes=["A"], **{**BLOCK, "take_or_pay": share})
        found[share] = row = actions(history, plan).loc["A"]
        assert row["price"] == pytest.approx(further, abs=1e-9)
        assert row["gain"] == pytest.approx(best(further)[1], rel=0.01)
    assert [found[share]["places"] for share in (0.0, 0.8)] == pytest.approx([best(3.10)[0], best(0.62)[0]], abs=6)
    assert 0 < found[0.0]["places"] < found[0.8]["places"] < found[1.0]["places"] <= beyond.max() + 40
    assert "80% of it is paid in any case, so that a place costs $0.62 more, not $3.10" in found[0.8]["reason"]
    assert "it is paid in any case, so that a place costs nothing more" in found[1.0]["reason"]
    plan.set("contract", "1", take_or_pay=0.8)
    plan.set("contract", "2", type="spot", first="2025-01-01", partner="Elbe", price=2.0)
    assert actions(history, plan).loc["A", "partner"] == "Rhein"  # $0.62 of what is left, although it is 3.10 in all


def test_decisions_count_down_the_places_of_a_contract_on_their_days(network):
    """Of 400 places, 300 are taken for one day: 100 are left for the other lane on it, and 400 on the next."""
    history, plan = network
    taken = {"action": "overflow", "state": "accepted", "partner": "Rhein", "places": 300.0}
    plan.add("decision", lane="A", first="2025-11-04", last="2025-11-04", **taken)
    for day, left in (("2025-11-03", 400.0), ("2025-11-04", 100.0), ("2025-11-05", 400.0)):
        plan.set("contract", "1", places=400, lanes=["A", "B"], **{**BLOCK, "first": day, "last": day})
        row = actions(history, plan).loc["B"]
        assert (row["first_date"], row["last_date"], row["places"]) == (day, day, left)
    plan.set("contract", "1", first=FIRST, last=LAST)
    row = actions(history, plan).loc["B"]
    assert (row["first_date"], row["last_date"], row["places"]) == ("2025-11-05", LAST, 400.0)
    plan.set("decision", "1", first=FIRST, last=LAST)
    row = actions(history, plan).loc["B"]
    assert (row["first_date"], row["last_date"], row["places"]) == (FIRST, LAST, 100.0)
    assert "other bookings leave 100 places of it" in row["reason"]


def test_no_day_has_more_bookings_than_places_however_many_are_accepted(network):
    """All that is proposed is accepted in turn, until nothing is: a contract is never booked beyond its places."""
    history, plan = network
    plan.set("contract", "1", places=400, **BLOCK)
    plan.set("contract", "2", places=150, **{**BLOCK, "partner": "Elbe", "price": 5.0, "first": "2025-11-10"})
    plan.add("decision", lane="A", state="accepted", first="2025-11-04", last="2025-11-06", partner="Rhein", places=250)
    for _ in range(12):
        morning = morning_of(history, plan, plan.policies())
        booking = morning.actions.query("partner in ('Rhein', 'Elbe') and places > 0")
        if booking.empty:
            break
        lane = booking["lane"].iloc[0]
        plan.add("decision", **decision(morning, lane, "overflow", "accepted"))
    days = pd.date_range(FIRST, LAST).strftime("%Y-%m-%d")
    for partner, most in (("Rhein", 400), ("Elbe", 150)):
        taken = [one for one in plan.of("decision").values() if one["partner"] == partner]
        sums = [sum(one["places"] for one in taken if one["first"] <= day <= one["last"]) for day in days]
        assert max(sums) == most


def test_need_that_grows_after_a_decision_returns_as_the_places_that_are_further_to_book(network):
    """The rest and what is booked are together what is best without any booking; a need that stays calls for none."""
    history, plan = network
    plan.set("contract", "1", type="spot", first="2025-01-01", partner="Rhein", price=3.0)

    def proposed():
        return actions(history, plan).loc["A"]

    booked = proposed()["places"]
    plan.add("decision", **decision(morning_of(history, plan, plan.policies()), "A", "overflow", "accepted"))
    assert "A" not in actions(history, plan).index
    plan.set("override", "1", lane="A", factor=1.02, first=FIRST, last=LAST)
    assert "A" not in actions(history, plan).index  # a few places more, as any new forecast may have
    plan.set("override", "1", factor=1.5)
    rest = proposed()
    assert f"book {rest['places']:.0f} more places at Rhein" in rest["decision"]
    assert f"and up to {booked:.0f} places booked" in rest["reason"]
    morning = morning_of(history, plan, plan.policies())
    assert rest["money"] == pytest.approx(morning.attention.lanes.loc["A", "money"])
    told = morning.with_decisions.query("lane == 'A'").set_index("state")
    assert told.loc["accepted", "decision"].startswith(
        f"accepted: {booked:.0f} places booked at Rhein for $3.00 a place"
    )
    assert told.loc["", "places"] == rest["places"] and told.loc["accepted", "gain"] > 0
    plan.add("decision", **decision(morning, "A", "overflow", "accepted"))
    assert "A" not in actions(history, plan).index and len(plan.of("decision")) == 2
    assert len(morning_of(history, plan, plan.policies()).decided) == 2
    plan.remove("decision", "2")
    plan.add("decision", **decision(morning_of(history, plan, plan.policies()), "A", "overflow", "declined"))
    assert "A" not in actions(history, plan).index
    assert morning_of(history, plan, plan.policies()).attention.bookings["A"][0]["places"] == booked
    plan.remove("decision", *plan.of("decision"))
    assert proposed()["places"] == booked + rest["places"]


def test_an_action_that_saves_less_than_a_dollar_is_none_and_is_not_counted(network):
    """A saving of $0.5 for a booked place: at this price of the contract the best booking saves cents."""
    history, plan = network
    plan.set("lane", "A", internal_capacity=530.0)
    found = []
    for price in np.linspace(0.6, 1.6, 41):
        plan.set("contract", "1", type="spot", first="2025-01-01", partner="Rhein", price=float(price), lanes=["A"])
        morning = morning_of(history, plan, plan.policies())
        gain, places = float("nan"), 0.0
        for one in morning.attention.candidates:
            if (one.lane, one.kind) == ("A", "overflow"):
                row = morning.attention.row(one, morning.attention.taken())
                gain, places = row["gain"], row["places"]
        shown = ("A", "overflow") in set(morning.actions[["lane", "kind"]].itertuples(index=False, name=None))
        assert shown == (gain >= 1 or places == 0)
        assert "overflow" not in morning.others
        found.append((shown, places > 0))
    assert {(True, True), (False, True)} <= set(found)


def certain(places=None, **fields):
    """Return the actions for a lane that needs 100 places on each day, with 80 own ones."""
    days = pd.date_range("2025-01-06", periods=120)
    flows = pd.DataFrame({"date": days, "lane": "A", "volume": 100.0}).astype({"lane": "category"})
    history, plan = (
        history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()}),
        CapacityPlan(author="eva"),
    )
    policy = {"internal_capacity": 80.0, "partner_surcharge": 28.0, "holding_cost": 2.0, "lead_time_mean_days": 1.0}
    plan.set("lane", "A", **policy | fields)
    if places:
        block = {"type": "hard block", "first": "2025-01-01", "last": "2027-01-01", "partner": "Rhein"}
        plan.set("contract", "near", places=places, **block)
    return attention_of(history, policies=plan.policies(), plan=plan)


@pytest.mark.parametrize(
    ("fields", "price", "saved"),
    [
        ({}, 2.0, 30.0),  # holding is the rent of a place: a partner's place costs 2 + 28
        ({"own_place_cost": 5.0}, 5.0, 28.0),  # holding is paid at both
        ({"places": 50}, 2.0, 30.0),  # a contract that states no price
    ],
)
def test_what_a_booking_saves_is_net_of_the_price_that_it_names(fields, price, saved):
    """By own arithmetic: 20 pallets on each of 28 days go beyond, and 20 places are paid on each of them."""
    (row,) = certain(**fields).ranked().query("kind == 'overflow'").to_dict("records")
    rent, gain = 20 * 28 * price, 20 * 28 * (saved - price)
    assert (row["places"], row["price"], row["rent"]) == (20.0, price, rent) and row["gain"] == pytest.approx(gain)
    assert f"for ${price:.2f} a place and day, as an own place" in row["decision"]
    assert row["decision"].endswith(f"saves ${gain:,.0f} after ${rent:,.0f} for the places")


def test_a_decision_has_the_price_of_its_booking_and_json_of_nothing_booked_has_none():
    found = certain()
    assert decision(Morning(found, found.lanes), "A", "overflow", "accepted")["price"] == 2.0
    dear = certain(own_place_cost=40.0).ranked().query("kind == 'overflow'").iloc[0]
    assert dear["places"] == 0 and pd.isna(dear["price"])
    assert dear["rent"] == 0.0 and "buy from the partner on the day" in dear["decision"]


def test_the_need_of_a_stock_lane_says_that_its_stock_is_not_in_it():
    (stock,), (flow,) = (
        certain(kind=kind).ranked().query("kind == 'overflow'")["reason"] for kind in ("stock", "flow")
    )
    passing = (
        "100 places are expected a day for goods that pass, without those in stock, which the plan by date counts,"
    )
    assert stock.startswith(passing) and "in stock" not in flow
