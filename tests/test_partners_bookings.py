"""Bookings that partners make together: one number in hub and command line, and a split that no coalition leaves."""

import re

import numpy as np
import pytest

from twin.data.history import write_csv
from twin.data.load import load_history
from twin.data.scenarios import research_partners
from twin.plan.partners_bookings import bookings_of_partners
from twin.plan.policies import policy_of
from twin.plan.table_report import assess_history
from twin.view.hub.hub import Hub

GIVEN = {"partner_surcharge": 30.0, "internal_capacity": 40.0, "return_rate": 0.1, "service_level": 0.95}
NAMES = ["garden", "toys", "parcels"]
BLOCK = {"type": "hard block", "first": "2025-01-06", "last": "2025-01-19", "price": 6.0, "notice_days": 14.0}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    write_csv(research_partners(), path := tmp_path_factory.mktemp("partners") / "partners.csv")
    return path


@pytest.fixture(scope="module")
def report(file):
    return assess_history(load_history(str(file)), GIVEN, horizon=6, together=NAMES)


def test_the_hub_shows_the_numbers_of_assess(report, file):
    hub = Hub(str(file))
    for name in hub.session.policies.index:
        hub.session.pick(name)
        hub.session.change(**GIVEN, horizon=6)
    hub.session.pick("garden")
    hub.sheet.active = "partners"
    chosen = set(hub.session.partnership.names(hub.session))
    for name in sorted(chosen ^ set(NAMES)):
        hub._on_sheet({"do": "partner", "name": name, "subject": "garden"}, [])
    hub._on_sheet({"do": "partner-way", "way": "book", "subject": "garden"}, [])
    assert hub.sheet.said == ""
    shown = {
        name: float(value) for name, value in re.findall(r'data-name="(\w+)" data-value="([^"]+)"', hub.sheet.page)
    }
    both, _ = report.together
    assert float(shown["booking_saving"]) == pytest.approx(both.found.saving, rel=1e-9)
    assert float(shown["booked_together"]) == pytest.approx(both.found.costs[-1], rel=1e-9)
    assert "No coalition would pay less on its own" in hub.sheet.page


def test_no_coalition_pays_less_on_its_own_bookings(report):
    """The bill of each pair, and of each alone, is computed anew, with a contract that states prices for all."""
    policies = {lane: policy_of(row) for lane, row in report.table.loc[NAMES].iterrows()}
    dates = report.horizon.dates.astype("datetime64[D]")
    begins, ends, spot = str(dates[0]), str(dates[-1]), {"type": "spot", "first": str(dates[0]), "price": 25.0}
    plan = {"1": BLOCK | {"first": begins, "last": ends}, "2": spot}
    both, terms = bookings_of_partners(report.horizon, policies, report.history.calendar, plan)
    assert (terms.place_cost, terms.surcharge, terms.lead_time) == (6.0, 25.0, 2)
    assert len(both.dates) == 5 and both.found.saving > 0
    assert both.found.allocation.sum() == pytest.approx(both.found.costs[-1], rel=1e-7)
    for pair in ((0, 1), (0, 2), (1, 2)):
        some = {both.names[place]: policies[both.names[place]] for place in pair}
        alone, _ = bookings_of_partners(report.horizon, some, report.history.calendar, plan)
        assert both.found.allocation[list(pair)].sum() <= alone.found.costs[-1] * (1 + 1e-7)
        np.testing.assert_allclose(both.alone[list(pair)], alone.alone, rtol=1e-7)


def test_refusals(report):
    policies = {lane: policy_of(row) for lane, row in report.table.loc[NAMES].iterrows()}
    with pytest.raises(ValueError, match="partners must be 2 to 6 lanes"):
        bookings_of_partners(report.horizon, {"toys": policies["toys"]}, report.history.calendar)
    with pytest.raises(ValueError, match="together must be used with a horizon"):
        assess_history(report.history, GIVEN, together=())
    late = {"1": BLOCK | {"last": "2036-12-28", "notice_days": 70.0}}
    with pytest.raises(ValueError, match="so long that a booking made now begins within it"):
        bookings_of_partners(report.horizon, policies, report.history.calendar, late)
