"""The hub's page as a cockpit, in a browser: WCAG by axe-core, charts that answer to pointer and keys, and layout."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from apps import ROOT, new_page, opened, standalone

from twin.data.scenarios import research_lanes
from twin.plan.feed import feed_of_history
from twin.view.hub import tabs
from twin.view.hub.session import Session

HUB = "06_operations_hub.ipynb"
AXE = Path(__file__).with_name("axe") / "axe.min.js"
STATIC = ROOT / "share/jupyter/voila/templates/twin/static"
#: Files of others that are kept here as published on npm: axe-core 4.14.1 and uPlot 1.6.32.
DIGESTS = {
    AXE: "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
    STATIC / "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    STATIC / "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
}
JUDGED = """async () => (await axe.run({
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target}`))"""
READING = ".twin-chart:has(> [aria-label^='Mean volume']) .twin-reading"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Yield a server of the apps on an empty ledger."""
    url = f"sqlite:///{tmp_path_factory.mktemp('cockpit') / 'ledger.sqlite'}"
    with standalone(env={"DATABASE_URL": url}) as apps:
        yield apps


@pytest.fixture(scope="module")
def cockpit(suite, browser):
    """Yield the hub's page with its chart, and the record of its errors."""
    page = new_page(browser)
    seen = opened(page, f"{suite.app(HUB)}?lane=BER-MUC")
    page.get_by_role("heading", name="BER-MUC", exact=True).wait_for()
    page.locator(READING).wait_for()
    yield page
    seen.nothing_wrong()
    page.context.close()


def violations(page):
    """Return the violations that axe finds at 1440 and at 390 pixels, by rule and element; none scrolls sideways."""
    page.evaluate(f"{AXE.read_text(encoding='utf-8')};0")
    found = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)  # the page measures what scrolls
        assert page.evaluate(SIDEWAYS) <= 0, width
        found += [(width, each) for each in page.evaluate(JUDGED)]
    page.set_viewport_size({"width": 1440, "height": 900})
    return found


def below_the_first_screen(page, *parts):
    """Return the parts of a page that end below its first screen, and where."""
    boxes = {part: page.locator(part).bounding_box() for part in parts}
    return [(part, box) for part, box in boxes.items() if box["y"] <= 0 or box["y"] + box["height"] >= 900]


def test_files_of_others_are_as_published():
    for path, digest in DIGESTS.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path.name
    assert all("MIT" in path.read_text(encoding="utf-8") for path in STATIC.glob("*LICENSE"))
    assert "Mozilla Public License" in AXE.with_name("LICENSE").read_text(encoding="utf-8")


def test_charts_have_the_numbers_of_the_lane():
    session = Session(feed_of_history(research_lanes(), "research"))
    numbers = session.numbers()
    chart = tabs.charted("history", session, numbers)
    volumes, forecast = (np.array(line["values"], float) for line in chart["lines"])
    _, record = session.series()
    assert np.allclose(volumes[: len(record)], record, rtol=1e-5, equal_nan=True)
    assert np.isnan(volumes[len(record) :]).all() and np.isnan(forecast[: len(record)]).all()
    assert forecast[len(record) :].mean() == pytest.approx(numbers["horizon_mean"], rel=1e-5)
    said, coming = session.outlook()
    assert np.allclose(forecast[len(record) :], said.mean, rtol=1e-5)
    assert chart["days"][len(record) :] == coming.astype("datetime64[D]").astype(int).tolist()
    assert (np.diff(chart["days"]) == 1).all() and chart["events"][0]["day"] == chart["days"][len(record) - 1]
    today, _ = session.ahead()
    fan = tabs.charted("space_ahead", session, numbers)
    assert np.allclose(fan["lines"][0]["values"], np.median(today.space, axis=0), rtol=1e-5)
    for band, tail in zip(fan["bands"], (0.05, 0.25), strict=True):
        inside = (today.space >= np.array(band["low"]) - 1e-3) & (today.space <= np.array(band["high"]) + 1e-3)
        assert inside.mean() >= 1 - 2 * tail - 0.01
    assert tabs.charted("costs", session, numbers) is None


def test_the_hub_has_no_violation_by_day_and_night(cockpit):
    for scheme in ("light", "dark"):
        cockpit.emulate_media(color_scheme=scheme)
        assert violations(cockpit) == []
    cockpit.emulate_media(color_scheme="light")
    cockpit.get_by_role("tab", name="Partners").click()
    cockpit.locator("[data-picture=leaving][data-drawn]").wait_for()
    assert violations(cockpit) == []
    cockpit.get_by_role("tab", name="Capacity and cooperation").click()
    cockpit.locator(READING).wait_for()


def test_the_morning_is_the_first_screen_and_table_and_lane_are_side_by_side_on_the_next(cockpit):
    cockpit.evaluate("window.scrollTo(0, 0)")
    assert below_the_first_screen(cockpit, ".twin-morning-status", ".twin-totals") == []
    assert "Nothing to do" in cockpit.inner_text(".twin-morning")
    cockpit.locator(".twin-board").evaluate("board => board.scrollIntoView({ behavior: 'instant' })")
    boxes = [cockpit.locator(part).bounding_box() for part in (".twin-rows", ".twin-panel", ".twin-dials")]
    assert all(0 <= box["y"] < 300 for box in boxes), boxes
    assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
    cockpit.evaluate("window.scrollTo(0, 0)")


def test_the_lesson_on_the_lane_in_view_is_a_page_of_its_own(cockpit):
    told = cockpit.locator(".twin-told", has_text="are its own")
    assert not told.is_visible()
    cockpit.get_by_role("link", name="How these numbers are made").click()
    told.scroll_into_view_if_needed()
    cockpit.locator(".twin-told", has_text="BER-MUC needs").wait_for()
    assert not cockpit.locator(".twin-rows").is_visible()
    assert violations(cockpit) == []
    cockpit.go_back()
    cockpit.locator("tr[data-lane=FRA-PAR]").click()
    cockpit.get_by_role("heading", name="FRA-PAR", exact=True).wait_for()
    cockpit.wait_for_function("location.search.includes('lane=FRA-PAR')")
    cockpit.go_forward()  # to an address of before, which has another lane
    told.scroll_into_view_if_needed()
    cockpit.locator(".twin-told", has_text="FRA-PAR needs").wait_for()
    assert not cockpit.locator(".twin-rows").is_visible()
    cockpit.wait_for_function("location.search.includes('lane=FRA-PAR') && location.hash === '#twin-lesson'")
    cockpit.get_by_role("link", name="Lanes", exact=True).click()
    cockpit.locator("tr[data-lane=BER-MUC]").click()
    cockpit.get_by_role("heading", name="BER-MUC", exact=True).wait_for()


def test_a_chart_answers_to_keys_pointer_and_ranges(cockpit):
    chart, reading = cockpit.locator("[data-picture=history]"), cockpit.locator(READING)
    dates, volumes = feed_of_history(research_lanes(), "research").series("BER-MUC")
    first, last = dates.astype("datetime64[D]").astype(str)[[0, -1]]
    assert reading.inner_text() == f"{last}: volume {volumes[-1]:.1f}, end of the record"
    slider = chart.get_by_role("slider")
    slider.focus()
    cockpit.keyboard.press("ArrowRight")
    assert "forecast" in reading.inner_text() and "95% interval" in reading.inner_text()
    cockpit.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext") == reading.inner_text()
    assert reading.inner_text() == f"{first}: volume {volumes[0]:.1f}"
    chart.get_by_role("button", name="1 yr").click()
    assert chart.get_by_role("button", name="1 yr").get_attribute("aria-pressed") == "true"
    box = slider.bounding_box()
    cockpit.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    before = f"{first}: volume {volumes[0]:.1f}"
    cockpit.wait_for_function(
        "([part, old]) => document.querySelector(part).textContent !== old", arg=[READING, before]
    )
    assert "volume" in reading.inner_text()
    cockpit.mouse.down()
    cockpit.mouse.move(box["x"] + box["width"] / 2 + 120, box["y"] + 80, steps=4)
    cockpit.mouse.up()
    cockpit.wait_for_function("!document.querySelector('[data-picture=history] [aria-pressed=true]')")  # zoomed


def test_a_planner_names_units_in_all_labels_and_the_numbers_stay(cockpit):
    values = "found => found.map(e => [e.dataset.name, e.dataset.value])"
    before = cockpit.eval_on_selector_all(".twin-panel [data-name]", values)
    cockpit.get_by_text("View", exact=True).click()
    cockpit.get_by_label("Goods are counted in").fill("tonne")
    cockpit.get_by_label("Goods are counted in").press("Enter")
    cockpit.locator(".twin-chart-title", has_text="[tonnes a day]").wait_for()
    cockpit.get_by_label("Currency").fill("€")
    cockpit.get_by_label("Currency").press("Enter")
    cockpit.locator(".twin-dials", has_text="€/tonne/day").wait_for()
    cockpit.locator(".twin-panel", has_text="€").wait_for()
    assert cockpit.eval_on_selector_all(".twin-panel [data-name]", values) == before
    for name in ("Capacity and cooperation", "Profit and risk", "In motion", "Partners", "What-if"):
        cockpit.get_by_role("tab", name=name).click()
        cockpit.locator(".twin-panel:not([aria-busy])").wait_for()
        text = cockpit.locator(".twin-panel").inner_text()
        assert "pallet" not in text and "$" not in text, name
    assert "goods=tonne" in cockpit.url and "currency=%E2%82%AC" in cockpit.url
    cockpit.get_by_text("View", exact=True).click()
    cockpit.get_by_label("Currency").fill("<b>")
    cockpit.get_by_label("Currency").press("Enter")
    cockpit.locator(".twin-lanes .twin-alert", has_text="Currency must be one sign").wait_for()
