"""A planner's day in the browser, on both engines: from the first file to a link that a colleague opens."""

import numpy as np
import pandas as pd
import pytest
from apps import new_page, opened, standalone
from pypdf import PdfReader
from spreadsheets import xlsx
from test_hub_browser import HUB, answer, dial, form, submit, tab, turn, until

from twin.plan.capacity_plan import CapacityPlan

DAYS, LANES, SITES = 120, 224, ("North", "South")
NEW, REVISED = 171, 30  # rows of tomorrow's file


@pytest.fixture
def files(tmp_path):
    """Return a folder with the flows of all lanes, their capacities and sites, and the flows of the next day."""
    random, days = np.random.default_rng(20), pd.date_range("2026-01-05", periods=DAYS + 1).date
    lanes = [f"LANE-{number:03d}" for number in range(1, LANES + 1)]
    means = random.uniform(40, 200, LANES)
    volumes = random.poisson(means * np.where(np.arange(DAYS + 1) % 7 < 5, 1.1, 0.75)[:, None])
    held = pd.DataFrame(volumes[:-1], index=days[:-1], columns=lanes)
    _flows(held).to_csv(tmp_path / "flows.csv", index=False)
    last = held.iloc[-1:].copy()
    last.iloc[0, :REVISED] += 1
    tomorrow = pd.DataFrame(volumes[-1:, -NEW:], index=days[-1:], columns=lanes[-NEW:])
    pd.concat([_flows(last), _flows(tomorrow)]).to_csv(tmp_path / "tomorrow.csv", index=False)
    capacities = [[lane, SITES[place % 2], round(means[place] * 1.1)] for place, lane in enumerate(lanes)]
    sheets = {
        "lanes": [["lane", "site", "internal capacity"], *capacities],
        "sites": [["site", "places", "handling_per_period"], *([site, 13_000, 14_000] for site in SITES)],
    }
    (tmp_path / "plan.xlsx").write_bytes(xlsx(sheets))
    return tmp_path


def _flows(table):
    """Return a table of days and lanes as rows of a file."""
    return table.rename_axis("date").reset_index().melt("date", var_name="lane", value_name="volume")


def given(page, name, path):
    """Send a file by a form of the data feed."""
    form(page, name).locator("input[type=file]").set_input_files(path)
    submit(page, name)


def cards(page):
    """Return the counts in the preview of a file."""
    return page.locator(".twin-feed .twin-card b").all_inner_texts()


def state(page):
    """Return what a link must show again, once the morning is there."""
    page.get_by_text(f"{LANES} lanes after").wait_for()
    return {
        "lane": page.locator(".twin-head h2").inner_text(),
        "tab": page.locator("[role=tab][aria-selected=true]").inner_text(),
        "capacity": dial(page, "internal_capacity").input_value(),
        "penalty": dial(page, "sla_penalty").input_value(),
        "actions": page.locator(".twin-actions tbody th").all_inner_texts(),
        "decided": page.locator("#twin-decided > summary").inner_text(),
        "table": page.locator("tr[data-lane] td").all_inner_texts(),
    }


def test_a_planners_day(ledger, url, page, browser, files):
    with standalone(env={"DATABASE_URL": url, "TWIN_AUTHOR": "eva"}) as apps:
        seen = opened(page, apps.app(HUB))
        page.wait_for_selector("#twin-log", state="attached")
        flows_and_plan(page, ledger, files)
        morning(page, ledger)
        lane = page.locator("tr[aria-selected=true]").get_attribute("data-lane")
        of_colleague = edited_by_two(page, ledger, lane)
        tomorrow(page, ledger, files)
        report(page)
        undone(page, ledger, lane, of_colleague)
        turn(page, "sla_penalty", 90.0)
        tab(page, "Profit and risk")
        page.wait_for_function("['tab=risk', 'sla_penalty=90'].every((part) => location.search.includes(part))")
        shown = state(page)
        other = new_page(browser)
        seen_there = opened(other, page.evaluate("location.href"))
        other.get_by_role("heading", name=lane, exact=True).wait_for()
        until(lambda: state(other), shown)
        seen.nothing_wrong()
        seen_there.nothing_wrong()
        other.context.close()


def flows_and_plan(page, ledger, files):
    """Import the flows of all lanes by file, and their capacities and sites by workbook."""
    given(page, "import", files / "flows.csv")
    page.get_by_role("button", name=f"Import {LANES * DAYS:,} flows").click()
    answer(page, f"{LANES * DAYS:,} flows added as import 1")
    page.get_by_label("ledger (").check()
    answer(page, f"{LANES} lanes of")
    given(page, "plan-import", files / "plan.xlsx")
    answer(page, f"Preview of plan.xlsx: {LANES} lanes and {len(SITES)} sites")
    values = 2 * LANES + 2 * len(SITES)
    assert cards(page) == [str(values), "0", "0", "0"]
    page.get_by_role("button", name=f"Write {values} values").click()
    answer(page, f"{values} values of {LANES} lanes and {len(SITES)} sites written")
    plan = CapacityPlan(ledger.plan)
    assert len(plan.of("lane")) == LANES and list(plan.of("site")) == list(SITES)


def morning(page, ledger):
    """Accept, snooze and decline the first three actions."""
    actions = page.locator(".twin-actions tbody tr")
    page.locator(".twin-totals", has_text=SITES[1]).wait_for()
    actions.nth(9).wait_for()
    for number, word in enumerate(("Accept", "Snooze", "Decline"), 1):
        row = actions.first
        if word == "Accept":
            row.get_by_role("button", name="Accept").click()
        else:
            row.get_by_text("Change", exact=True).click()
            row.get_by_label("snooze until").fill("2099-01-01" if word == "Snooze" else "")
            row.locator("form").get_by_role("button", name=word).click()
        page.locator("#twin-decided > summary", has_text=f"Decided: {number}").wait_for()
    taken = CapacityPlan(ledger.plan).of("decision").values()
    assert [one["state"] for one in taken] == ["accepted", "snoozed", "declined"]


def edited_by_two(page, ledger, lane):
    """Keep a capacity that a colleague has changed since: both values are named, and the planner decides.

    Returns the value of the colleague.
    """
    plan = CapacityPlan(ledger.plan, author="tom")
    before = plan.of("lane")[lane]["internal_capacity"]
    turn(page, "internal_capacity", before + 7)
    plan.set("lane", lane, internal_capacity=before + 3)
    page.get_by_role("button", name="Keep for this lane").click()
    told = page.locator(".twin-board [role=alert]", has_text="since tom changed it at")
    told.wait_for()
    assert f"internal capacity of lane {lane} is {before + 3:g} pallets" in told.inner_text()
    assert f"{before + 7:g} pallets" in told.inner_text()
    plan.refresh()
    assert plan.of("lane")[lane]["internal_capacity"] == before + 3
    assert plan.changes("lane", lane)[0].author == "tom"
    page.get_by_role("button", name="Keep for this lane").click()
    page.locator(".twin-board", has_text="Kept in the plan").wait_for()
    plan.refresh()
    assert plan.of("lane")[lane]["internal_capacity"] == before + 7
    return before + 3


def tomorrow(page, ledger, files):
    """Import the flows of the next day, of which some revise those of the last."""
    given(page, "import", files / "tomorrow.csv")
    answer(page, f"Preview of tomorrow.csv: {LANES + NEW} flows, of which nothing is written yet")
    assert cards(page)[:3] == [str(NEW), str(LANES - REVISED), str(REVISED)]
    assert ledger.count() == LANES * DAYS
    page.get_by_role("button", name=f"New, and replace what differs ({NEW + REVISED})").click()
    answer(page, f"{NEW + REVISED} flows added as import 2")
    assert ledger.count() == LANES * DAYS + NEW


def report(page):
    """Download the report on the network, which says who decided what."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Network report").click()
    text = " ".join(" ".join(one.extract_text().split()) for one in PdfReader(download.value.path()).pages)
    assert all(word in text for word in ("eva", "accepted", "snoozed until 2099-01-01", "declined", *SITES))


def undone(page, ledger, lane, before):
    """Undo the own change of the lane: the colleague's value is back, here and in the plan."""
    page.get_by_role("button", name="Undo last change").click()
    until(lambda: dial(page, "internal_capacity").input_value(), f"{before:g}")
    assert CapacityPlan(ledger.plan).of("lane")[lane]["internal_capacity"] == before
