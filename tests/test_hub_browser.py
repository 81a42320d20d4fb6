"""The operations hub in a browser: every control, every form, and several planners at a time."""

import csv
import io
import time

import pandas as pd
import pytest
from apps import PATIENCE, new_page, opened, standalone
from pypdf import PdfReader
from test_cockpit import below_the_first_screen, violations

from twin import lane
from twin.data.history import write_csv
from twin.data.ledger.store import Ledger
from twin.data.scenarios import POLICIES, network, research_lanes
from twin.plan import lane_report
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import written

HUB = "06_operations_hub.ipynb"
FEED = feed_of_history(research_lanes(), "research")
MOVES = {
    "holding_cost": 7.0,
    "sla_penalty": 90.0,
    "handling_cost": 20.0,
    "service_revenue": 120.0,
    "partner_surcharge": 30.0,
    "lead_time_mean_days": 9.0,
    "lead_time_sd_days": 3.3,
    "return_rate": 0.4,
    "internal_capacity": 300.0,
    "service_level": 0.8,
    "horizon": 60.0,
    "own_place_cost": 4.0,
    "kind": "stock",
    "unmet": "lost",
}
WIDTHS = (360, 800, 1440)  # [pixel]
SMALL = """() => [...document.querySelectorAll(".twin :is(button, select, summary, tr[data-lane]), .twin-why summary")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 36).map((one) => one.outerHTML)"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engines(request, tmp_path_factory):
    """Yield a server of the apps and its new ledger of the research lanes, for each engine in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('hub') / 'ledger.sqlite'}"
    else:
        server = request.getfixturevalue("server")
        url = server.url(server.new_database())
    with Ledger(url) as ledger:
        ledger.import_history(research_lanes())
        with standalone(env={"DATABASE_URL": url}) as apps:
            yield apps, ledger


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Yield a server of the apps on an empty ledger."""
    url = f"sqlite:///{tmp_path_factory.mktemp('hub') / 'ledger.sqlite'}"
    with standalone(env={"DATABASE_URL": url}) as apps:
        yield apps


@pytest.fixture(scope="module")
def shared(suite, browser):
    """Yield a page of the hub that tests share, and the record of its errors."""
    page = new_page(browser)
    seen = opened(page, address(suite))
    ready(page)
    yield page, seen
    page.context.close()


@pytest.fixture
def hub(shared):
    """Yield the shared page, reset to the hub on BER-MUC; at the end, assert that it reported no errors."""
    page, seen = shared
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("Find a lane").fill("")
    page.get_by_label("synthetic research lanes").check()
    page.locator('tr[data-lane="BER-MUC"]').click()
    page.get_by_role("heading", name="BER-MUC", exact=True).wait_for()
    page.get_by_role("button", name="Reset", exact=True).click()
    tab(page, "Capacity and cooperation")
    shows(page, directly())
    yield page
    seen.nothing_wrong()


@pytest.fixture(scope="module")
def table(suite, browser):
    """Yield a page for the tests of the table, whose view the hub keeps; at the end, assert that it had no errors."""
    page = new_page(browser)
    seen = opened(page, address(suite))
    ready(page)
    yield page
    seen.nothing_wrong()
    page.context.close()


def address(apps):
    """Return the address of the hub on BER-MUC."""
    return f"{apps.app(HUB)}?lane=BER-MUC"


def ready(page):
    """Wait until pictures and forms are loaded and the link has been applied."""
    page.wait_for_selector("[data-picture][data-drawn]")
    page.wait_for_selector("#twin-log", state="attached")
    page.get_by_role("heading", name="BER-MUC").wait_for()


def figures(page):
    """Return the exact values on the open tab, by name."""
    read = "found => Object.fromEntries(found.map(e => [e.dataset.name, Number(e.dataset.value)]))"
    return page.eval_on_selector_all(".twin-panel [data-name]", read)


def told(page):
    """Return the exact values of the facts in the analyst's latest answer, by id."""
    read = "found => Object.fromEntries(found.map(e => [e.dataset.fact, Number(e.dataset.value)]))"
    return page.eval_on_selector_all(".twin-answers .twin-answer:first-child [data-fact]", read)


def until(found, wanted):
    """Wait until found() returns the wanted value; fail with both values after a timeout."""
    limit = time.monotonic() + PATIENCE
    while (now := found()) != wanted:
        assert time.monotonic() < limit, f"{now!r} is not {wanted!r}"
        time.sleep(0.03)


def edges(part):
    """Return (lower edge, width) of a part of a page, or None while it is not drawn [pixel]."""
    box = part.bounding_box() if part.count() else None
    return box and (round(box["y"] + box["height"]), round(box["width"]))


def shows(page, numbers):
    """Wait until every number on the open tab equals the given one."""

    def others():
        shown = figures(page)
        wrong = {name: (value, numbers.get(name)) for name, value in shown.items() if value != numbers.get(name)}
        return wrong or len(shown) < 9

    until(others, False)


def directly(name="BER-MUC", horizon=14, **changed):
    """Return the numbers of a research lane by the formulas."""
    facts = FEED.statistics.loc[name]
    policy = lane.Policy(**{**POLICIES[name], "return_rate": facts["return_rate"], **changed})
    return lane_report.evaluate(facts, policy, FEED.series(name)[1], horizon=int(horizon))


def dial(page, name):
    """Return the number field of a control."""
    return page.locator(f'[data-field="{name}"] input[type=number]')


def turn(page, name, value):
    """Type a value into a control and leave the field, or pick its word."""
    if isinstance(value, str):
        page.locator(f'[data-field="{name}"] select').select_option(label=value)
        return
    share = name in ("return_rate", "service_level")
    dial(page, name).fill(f"{100 * value if share else value:.10g}")
    dial(page, name).press("Tab")


def tab(page, label):
    """Open a tab, and wait for its page."""
    page.get_by_role("tab", name=label).click()
    page.locator(".twin-panel:not([aria-busy])").wait_for()


def form(page, name):
    """Unfold a form of the data feed, and return it."""
    for part in ("forms", name):
        if not page.locator(f"#twin-{part}").evaluate("part => part.open"):
            page.locator(f"#twin-{part} > summary").click()
    return page.locator(f"form[data-form={name}]")


def submit(page, name):
    """Send a form of the data feed."""
    form(page, name).locator("button[type=submit]").click()


def answer(page, text):
    """Wait for an answer of the data feed."""
    page.locator(".twin-feed .twin-status", has_text=text).wait_for()


# ------------------------------------------------------------ the morning


def test_a_planner_decides_actions_of_the_morning_and_the_next_move_up(hub, tmp_path):
    path = tmp_path / "flows.csv"
    history = network(14, periods=120)
    late = history.flows["date"] >= history.flows["date"].max() - pd.Timedelta(days=20)
    history.flows.loc[late, "volume"] *= 4  # beyond the places that are assumed
    write_csv(history, path)
    form(hub, "upload").locator("input[type=file]").set_input_files(path)
    submit(hub, "upload")
    hub.locator(".twin-morning", has_text="14 lanes after").wait_for()

    def listed():
        return hub.locator(".twin-actions tbody th").all_inner_texts()

    first, second, *others = listed()
    assert len(others) == 8
    hub.get_by_role("button", name=f"Accept {first}, overflow").click()
    hub.locator(".twin-morning", has_text=f"{first}: accepted.").wait_for()
    hub.get_by_text("Comment", exact=True).first.click()
    hub.get_by_text("Change", exact=True).first.click()
    assert hub.locator(".twin-change[open]").count() == 1  # one form hides no other one
    hub.get_by_label("price of a place [$ a day]").first.focus()
    hub.keyboard.press("Escape")
    assert hub.locator(".twin-change[open]").count() == 0
    assert hub.evaluate("document.activeElement.ariaLabel") == f"Change {second}, overflow"
    hub.get_by_text("Change", exact=True).first.click()
    hub.get_by_label("snooze until").first.fill("2099-01-01")
    hub.locator(f"form:has([value='{second}'])").get_by_role("button", name="Snooze").click()
    hub.locator(".twin-morning", has_text="Decided: 2").wait_for()
    now = listed()
    assert now[:8] == others and len(set(now)) == 10 and not {first, second} & set(now)
    hub.get_by_text("Change", exact=True).first.click()
    decided = hub.locator(f"form[data-form=change]:has([value='{now[0]}'])")
    decided.get_by_label("places").fill("7")
    decided.get_by_role("button", name="Decide").click()
    hub.locator(".twin-morning", has_text="Decided: 3").wait_for()
    hub.get_by_text("Decided: 3").click()
    hub.get_by_text(f"{now[0]}, overflow: changed: 7 places booked, ").wait_for()
    hub.get_by_role("button", name=f"Take back {now[0]}, overflow: changed").click()
    hub.locator(".twin-morning", has_text="Decided: 2").wait_for()
    until(listed, now)
    hub.get_by_role("button", name=f"Take back {first}, overflow: accepted").click()
    until(lambda: listed()[0], first)
    hub.locator(".twin-actions th button").nth(3).click()
    hub.get_by_role("heading", name=now[2], exact=True).wait_for()


def test_the_button_of_many_lanes_says_what_it_does(hub):
    """An empty value removes a field of all lanes shown, and the button says so before it is pressed."""
    hub.locator("summary", has_text="Set …").click()
    button = hub.locator(".twin-view-form button[type=submit]")
    assert button.inner_text() == "Remove from 3 lanes"
    hub.get_by_label("Value", exact=True).fill("Berlin")
    assert button.inner_text() == "Set for 3 lanes"
    hub.locator("summary", has_text="Set …").click()


# ------------------------------------------------------------ controls and tabs


def test_every_control_changes_the_numbers_as_the_formulas_do(hub):
    for label in ("Capacity and cooperation", "Profit and risk"):
        tab(hub, label)
        shows(hub, directly())
        changed = {}
        for name, value in MOVES.items():
            before = figures(hub)
            changed[name] = value
            turn(hub, name, value)
            expected = directly(**changed)
            shows(hub, expected)
            if any(expected[shown] != before[shown] for shown in before):
                assert figures(hub) != before
        hub.get_by_role("button", name="Reset", exact=True).click()
        shows(hub, directly())


def test_a_slider_moves_by_key_and_draws_a_new_picture(hub):
    before = hub.get_attribute("[data-picture=history]", "data-drawn")
    hub.locator('[data-field="internal_capacity"] input[type=range]').focus()
    hub.keyboard.press("ArrowLeft")
    shows(hub, directly(internal_capacity=459.0))
    until(lambda: hub.get_attribute("[data-picture=history]", "data-drawn") != before, True)
    until(lambda: hub.locator('tr[data-lane="BER-MUC"] [data-name=use]').inner_text(), "17.5%")
    for _ in range(25):  # faster than the pictures are drawn
        hub.keyboard.press("ArrowLeft")
    shows(hub, directly(internal_capacity=434.0))
    assert dial(hub, "internal_capacity").input_value() == "434"


def test_text_being_typed_is_not_overwritten(hub):
    dial(hub, "sla_penalty").fill("90")
    dial(hub, "sla_penalty").press("Tab")
    dial(hub, "handling_cost").press_sequentially("6", delay=60)
    hub.wait_for_timeout(600)
    dial(hub, "handling_cost").press_sequentially("1.5", delay=60)
    typed = dial(hub, "handling_cost").input_value()
    dial(hub, "handling_cost").press("Enter")
    assert "61.5" in typed
    until(lambda: dial(hub, "handling_cost").input_value(), typed)


def test_the_optimum_presets_and_reset(hub):
    tab(hub, "Profit and risk")
    hub.get_by_label("newsvendor optimum").check()
    best = directly()["critical_ratio"]
    shows(hub, directly(service_level=best))
    assert dial(hub, "service_level").is_disabled()
    hub.get_by_label("Preset").select_option("unreliable carrier")
    shows(hub, directly(lead_time_sd_days=3.0))
    hub.get_by_role("button", name="Reset", exact=True).click()
    shows(hub, directly())


def test_a_refused_value_is_explained_at_its_control(hub):
    for name, typed, sentence in (
        ("holding_cost", "0", "holding cost must be from 0.1 to 30; got 0."),
        ("return_rate", "101", "return rate must be from 0 to 100; got 101."),
        ("horizon", "", "horizon must be from 1 to 90; it is empty."),
        ("handling_cost", "499", "must be >= 0"),
        ("horizon", "2.5", "Horizon must be a whole number"),
    ):
        dial(hub, name).fill(typed)
        dial(hub, name).press("Tab")
        hub.locator(f'[data-field="{name}"] .twin-alert', has_text=sentence).wait_for()
        shows(hub, directly())
    turn(hub, "holding_cost", 7.0)
    shows(hub, directly(holding_cost=7.0))
    assert hub.locator(".twin-dials .twin-alert:not(:empty)").count() == 0


def test_partners_and_a_rule_are_picked(hub):
    tab(hub, "Partners")
    hub.wait_for_selector("[data-picture=savings][data-drawn]")
    hub.get_by_role("button", name="reserve places together").click()
    hub.get_by_label("A reserved place costs").fill("3")
    hub.get_by_role("button", name="Set", exact=True).click()
    hub.get_by_text("A reserved place costs $3.00").wait_for()
    hub.get_by_role("row", name="by volume").get_by_role("button", name="Show").click()
    hub.get_by_text("Who pays what a day, by by volume").or_(
        hub.get_by_text("Who pays what a day, by volume")
    ).wait_for()
    before = hub.inner_text(".twin-cards")
    hub.locator(".twin-panel").get_by_role("button", name="FRA-PAR", exact=True).last.click()
    hub.wait_for_function("text => document.querySelector('.twin-cards').innerText !== text", arg=before)


def test_tabs_by_key_what_if_and_the_analyst(hub):
    hub.get_by_role("tab", name="Capacity and cooperation").focus()
    hub.keyboard.press("ArrowRight")
    hub.wait_for_selector("[data-picture=profits][data-drawn]")
    hub.keyboard.press("ArrowRight")
    hub.wait_for_selector("[data-picture=money_ahead][data-drawn]")
    hub.keyboard.press("ArrowRight")
    hub.wait_for_selector("[data-picture=leaving][data-drawn]")
    hub.keyboard.press("ArrowRight")
    hub.get_by_role("button", name="Keep these values as A").click()
    hub.get_by_text("A and B are the same so far.").wait_for()
    turn(hub, "holding_cost", 7.0)
    hub.get_by_text("holding cost: 2.5 in A, 7 in B [$/pallet/day]").wait_for()
    shows(hub, directly(holding_cost=7.0))
    kept = float(hub.get_attribute("[data-kept=profit]", "data-value"))
    assert kept == directly()["profit"]
    tab(hub, "Analyst")
    hub.get_by_label("Your question").fill("what is the buffer cost?")
    hub.keyboard.press("Enter")
    until(lambda: told(hub).get("lane1.buffer_cost"), directly(holding_cost=7.0)["buffer_cost"])
    turn(hub, "holding_cost", 9.0)
    hub.get_by_label("Your question").fill("and if returns double?")
    hub.get_by_role("button", name="Ask", exact=True).click()
    share = FEED.statistics.loc["BER-MUC", "return_rate"]
    until(lambda: told(hub).get("whatif1.profit"), directly(holding_cost=9.0, return_rate=2 * share)["profit"])
    hub.get_by_text("Examples", exact=True).click()
    hub.get_by_role("button", name="Which lanes need attention?").click()
    hub.get_by_role("heading", name="Which lanes need attention?").wait_for()
    with hub.expect_download() as download:
        hub.get_by_role("button", name="Download the conversation").click()
    assert "## and if returns double?" in download.value.path().read_text(encoding="utf-8")


# ------------------------------------------------------------ the network


def test_the_table_by_keyboard_groups_columns_and_its_export(table):
    table.get_by_role("grid", name="Lanes of the network").focus()
    for key in ("End", "Home", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        table.keyboard.press(key)
    table.get_by_role("heading", name="BER-MUC", exact=True).wait_for()
    table.keyboard.press("End")
    table.keyboard.press("Enter")
    table.get_by_role("heading", name="FRA-PAR", exact=True).wait_for()
    assert table.locator("tr[aria-selected=true]").get_attribute("data-lane") == "FRA-PAR"
    table.get_by_text("View", exact=True).click()
    table.get_by_label("dependency").check()
    table.get_by_label("profit").uncheck()
    table.get_by_label("Group by").select_option("outlook")
    table.keyboard.press("Escape")
    assert table.locator(".twin-group").inner_text() == "▾ normal (3)"
    table.get_by_label("Find a lane").fill("mean > 20")
    with table.expect_download() as download:
        table.get_by_role("button", name="CSV of these").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "lane,outlook,use,last_volume,demand_mean,coming_overflow,dependency"
    assert [line.split(",")[0] for line in lines[1:]] == ["HAM-ROT", "BER-MUC"]
    assert float(lines[2].split(",")[4]) == directly()["demand_mean"]
    table.get_by_label("Find a lane").fill("")
    table.get_by_text("View", exact=True).click()
    table.get_by_label("Group by").select_option("")
    table.get_by_label("profit").check()
    table.get_by_label("dependency").uncheck()
    table.keyboard.press("Escape")


def test_the_table_sorts_filters_and_picks(table):
    def lanes():
        return table.locator("tr[data-lane]").evaluate_all("rows => rows.map(row => row.dataset.lane)")

    assert lanes() == ["HAM-ROT", "BER-MUC", "FRA-PAR"]
    table.get_by_role("button", name="lane", exact=True).click()
    until(lanes, ["BER-MUC", "FRA-PAR", "HAM-ROT"])
    table.get_by_role("button", name="mean", exact=True).press("Enter")
    assert table.locator('th[data-column="demand_mean"]').get_attribute("aria-sort") == "descending"
    table.get_by_text("View", exact=True).click()
    table.get_by_label("today, with buffer").check()
    table.get_by_label("Strain above").fill("90")
    table.get_by_label("Strain above").press("Tab")
    until(lambda: table.locator('[data-status="capacity strain"]').count(), 2)
    table.get_by_label("Under-used below").fill("95")
    table.get_by_label("Under-used below").press("Tab")
    table.locator(".twin-lanes .twin-alert", has_text="must be 0% < under-used < strain").wait_for()
    table.get_by_label("Find a lane").fill("use_with_buffer > 95")
    until(lanes, ["HAM-ROT", "FRA-PAR"])
    table.get_by_label("Status", exact=True).first.select_option("normal")
    table.locator('tr[data-lane="FRA-PAR"]').click()
    table.get_by_role("heading", name="FRA-PAR").wait_for()
    shows(table, directly("FRA-PAR"))


def test_three_thousand_lanes(hub, tmp_path):
    path = tmp_path / "network.csv"
    write_csv(network(lanes=3000, periods=60), path)
    form(hub, "upload").locator("input[type=file]").set_input_files(path)
    submit(hub, "upload")
    hub.get_by_text("3,000 lanes:").wait_for()
    inside = hub.locator(".twin-rows").evaluate(
        "rows => (rows.clientHeight - rows.querySelector('thead').offsetHeight) / 20"
    )
    assert inside >= 40 and hub.locator("tr[data-lane]").count() < 60
    hub.locator(".twin-rows").evaluate("rows => { rows.scrollTop = 1e6; }")
    hub.locator('tr[aria-rowindex="3001"]').wait_for()
    hub.get_by_label("Find a lane").fill("LANE-2718")
    hub.locator('tr[data-lane="LANE-2718"]').click()
    hub.get_by_role("heading", name="LANE-2718").wait_for()
    turn(hub, "holding_cost", 7.0)
    until(lambda: dial(hub, "holding_cost").input_value(), "7")


# ------------------------------------------------------------ the data feed


def test_bad_uploads_are_explained_and_the_page_keeps_working(hub, tmp_path):
    for name, content, sentence in (
        ("empty.csv", b"", "empty.csv is empty"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00", "picture.csv"),
        ("words.csv", b"some words\nand more\n", "words.csv"),
        ("bad.csv", b"date,lane,volume\nnever,A,x\n", "no usable row"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        form(hub, "upload").locator("input[type=file]").set_input_files(path)
        submit(hub, "upload")
        hub.locator(".twin-feed .twin-status [role=alert]", has_text=sentence).wait_for()
    feeds = "".join(hub.locator(".twin-feed").all_inner_texts())
    assert "Traceback" not in hub.content() and str(tmp_path) not in feeds
    upload = form(hub, "upload")
    path.write_text("date;lane;volume\n" + "".join(f"0{day}/04/2024;A;{day}\n" for day in range(1, 9)))
    upload.locator("input[type=file]").set_input_files(path)
    submit(hub, "upload")
    hub.locator(
        ".twin-feed .twin-status [role=alert]", has_text="choose “day first: 3 April” or “month first"
    ).wait_for()
    upload.get_by_text("How the file is read").click()
    upload.get_by_label("Dates such as 03/04").select_option(label="month first: 4 March")
    upload.get_by_label("Only rows where").fill("lane=A\nlane=B")
    submit(hub, "upload")
    answer(hub, "bad.csv: 8 rows = 8 kept + 0 refused")
    assert upload.get_by_label("Only rows where").input_value() == "lane=A\nlane=B"
    hub.get_by_label("synthetic research lanes").check()
    hub.get_by_role("heading", name="BER-MUC").wait_for()
    turn(hub, "holding_cost", 7.0)
    shows(hub, directly(holding_cost=7.0))


def test_a_real_record_of_many_lanes_has_its_actions_on_the_first_screen_and_no_violation(hub):
    """A partner with a long name takes the reason of an action to three lines and more, and none is cut."""
    hub.locator("#twin-source-record").select_option("record:online-retail")
    hub.locator(".twin-morning", has_text="40 lanes after").wait_for()
    hub.evaluate("window.scrollTo(0, 0)")
    assert below_the_first_screen(hub, ".twin-morning-status", ".twin-totals", ".twin-actions") == []
    assert hub.locator("tr[data-lane]").count() == 40 and violations(hub) == []
    spans = hub.locator(".twin-actions td:nth-child(4) > span, .twin-actions td:nth-child(5) > span")
    partner = "; contract 12 with Norddeutsche Lagerhaus Gesellschaft mbH has the lowest price of the plan" * 2
    spans.evaluate_all("(all, more) => all.forEach(one => { one.textContent += more; })", partner)
    for width in (1440, 1024, 390):
        hub.set_viewport_size({"width": width, "height": 900})
        shown = spans.evaluate_all("all => all.map(one => getComputedStyle(one).overflowY)")
        assert shown and set(shown) == {"visible"}, width
    hub.set_viewport_size({"width": 1440, "height": 900})


def test_a_chosen_file_stays_chosen_while_the_page_changes(hub, tmp_path):
    path = tmp_path / "kept.csv"
    path.write_text("date,lane,volume\n" + "".join(f"2024-01-{day:02d},A,{day}\n" for day in range(1, 9)))
    form(hub, "upload").locator("input[type=file]").set_input_files(path)
    hub.locator("#twin-source-record").select_option("record:online-retail")
    hub.locator(".twin-morning", has_text="40 lanes after").wait_for()
    submit(hub, "upload")
    answer(hub, "kept.csv: 8 rows = 8 kept + 0 refused")


def test_an_upload_with_refused_rows_shows_its_account(hub, tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f"2026-01-{day:02d},A,{day}" for day in range(1, 31)]
    path.write_text("\n".join(["date,lane,volume", *rows, "2026-01-31,A,<img src=x>"]), encoding="utf-8")
    form(hub, "upload").locator("input[type=file]").set_input_files(path)
    submit(hub, "upload")
    answer(hub, "mine.csv: 31 rows = 30 kept + 1 refused")
    hub.get_by_text("Account of the file").click()
    hub.get_by_text("<img src=x>").first.wait_for()
    hub.get_by_role("heading", name="A", exact=True).wait_for()
    hub.get_by_label("synthetic research lanes").check()
    hub.get_by_role("heading", name="BER-MUC").wait_for()


def test_a_flow_is_logged_shown_and_corrected_and_a_scenario_is_seen_everywhere(engines, page):
    apps, ledger = engines
    CapacityPlan(ledger.plan).set("scenario", "1", name="peak", field="volume", factor=1.5)
    seen = opened(page, address(apps))
    ready(page)
    page.get_by_label("ledger (").check()
    answer(page, "3 lanes of")
    last = page.locator('tr[data-lane="BER-MUC"] [data-name=last_volume]')
    before = float(last.get_attribute("data-value"))
    log = form(page, "log")
    for label, value in {"Date": "2025-12-28", "Lane": "BER-MUC", "Volume [pallet]": "32,5"}.items():
        log.get_by_label(label).fill(value)
    submit(page, "log")
    answer(page, "BER-MUC, 32.5 pallets")
    until(lambda: float(last.get_attribute("data-value")), before + 32.5)
    assert ledger.count() == 3277
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("button", name="Cancel").click()
    until(lambda: page.locator(".twin-feed[aria-busy]").count(), 0)
    answer(page, "BER-MUC, 32.5 pallets")
    page.get_by_role("button", name="Delete it").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete flow").click()
    answer(page, "Deleted: flow")
    until(lambda: float(last.get_attribute("data-value")), before)
    assert ledger.count() == 3276
    page.locator("#twin-scenario select").select_option("peak")
    page.get_by_role("button", name="Show", exact=True).click()
    bar = page.get_by_role("region", name="Scenario in view")
    for place in ("document.body.scrollHeight", "0"):
        page.evaluate(f"scrollTo({{ top: {place}, behavior: 'instant' }})")
        until(lambda: edges(bar), (900, 1440))
    page.locator(".twin-actions, .twin-morning", has_text="scenario peak").first.wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Leave the scenario").click()
    bar.wait_for(state="detached")
    until(lambda: page.locator("#twin-scenario select").input_value(), "")
    seen.nothing_wrong()


def test_bulk_import_export_and_reset(hub, tmp_path):
    path = tmp_path / "more.csv"
    write_csv(network(lanes=2, periods=30), path)
    form(hub, "import").locator("input[type=file]").set_input_files(path)
    submit(hub, "import")
    hub.get_by_role("button", name="Import 60 flows").click()
    answer(hub, "60 flows added as import 1")
    with hub.expect_download() as download:
        submit(hub, "export")
    exported = download.value.path().read_text(encoding="utf-8")
    assert len(exported.splitlines()) == 61 and download.value.suggested_filename == "flows.csv"
    form(hub, "reset").get_by_label("Type").fill("delete")
    submit(hub, "reset")
    answer(hub, "Confirmation must be the words delete all flows")
    form(hub, "reset").get_by_label("Type").fill("delete all flows")
    submit(hub, "reset")
    answer(hub, "60 flows deleted")


def test_a_file_is_previewed_and_replaces_and_a_flow_is_edited_and_undone(hub, tmp_path):
    volumes = {"held.csv": [5, 6, 7] * 4, "revised.csv": [5, 6, 7] * 3 + [5, 8, 7, 9, 250]}
    for name, flows in volumes.items():
        rows = [f"2026-01-{day:02d},HELD,{volume}" for day, volume in enumerate(flows, 1)]
        (tmp_path / name).write_text("\n".join(["date,lane,volume", *rows]) + "\n")
    form(hub, "import").locator("input[type=file]").set_input_files(tmp_path / "held.csv")
    submit(hub, "import")
    hub.get_by_role("button", name="Import 12 flows").click()
    answer(hub, "12 flows added as import")
    form(hub, "import").locator("input[type=file]").set_input_files(tmp_path / "revised.csv")
    submit(hub, "import")
    answer(hub, "Preview of revised.csv: 14 flows, of which nothing is written yet")
    assert hub.locator(".twin-feed .twin-card b").all_inner_texts() == ["2", "11", "1", "1"]
    far = hub.get_by_role("table", name="Outlying (1)").get_by_role("row").last
    assert far.inner_text().split()[:3] == ["HELD", "2026-01-14", "250"]
    hub.get_by_role("button", name="New, and replace what differs (3)").click()
    answer(hub, "3 flows added as import")
    find = form(hub, "flows")
    find.get_by_label("Lane").fill("HELD")
    find.get_by_label("Day").fill("2026-01-14")
    submit(hub, "flows")
    hub.get_by_role("textbox", name="volume of flow").fill("8")
    hub.get_by_role("button", name="Save", exact=True).click()
    answer(hub, "HELD, 8 pallets")
    past = hub.get_by_role("table", name="History of HELD on 2026-01-14")
    assert [row.split("\t")[-2] for row in past.locator("tbody tr").all_inner_texts()] == ["250 → 8", "none → 250"]
    assert violations(hub) == []
    past.get_by_role("button", name="Undo").click()
    answer(hub, "Undone: flow")
    assert hub.get_by_role("textbox", name="volume of flow").input_value() == "250"
    form(hub, "import")
    hub.get_by_role("button", name="Undo …").first.click()
    hub.get_by_role("dialog").get_by_role("button", name="Undo import").click()
    answer(hub, "3 flows deleted, 1 replaced flow brought back")
    form(hub, "reset").get_by_label("Type").fill("delete all flows")
    submit(hub, "reset")
    answer(hub, "12 flows deleted")


# ------------------------------------------------------------ links, users, report


def test_the_address_holds_the_state_and_restores_it(hub, browser):
    hub.locator('tr[data-lane="FRA-PAR"]').click()
    hub.get_by_role("heading", name="FRA-PAR").wait_for()
    turn(hub, "return_rate", 0.4)
    tab(hub, "Profit and risk")
    shows(hub, directly("FRA-PAR", return_rate=0.4))
    until(lambda: all(part in hub.evaluate("location.search") for part in ("tab=risk", "return_rate=0.4")), True)
    other = new_page(browser)
    seen = opened(other, hub.url)
    other.get_by_role("heading", name="FRA-PAR").wait_for()
    shows(other, directly("FRA-PAR", return_rate=0.4))
    assert other.get_by_role("tab", name="Profit and risk").get_attribute("aria-selected") == "true"
    seen.nothing_wrong()
    other.context.close()


def test_an_unusable_link_is_explained_and_the_address_matches_the_page(suite, page):
    opened(page, f"{suite.app(HUB)}?lane=BER-MUC&holding_cost=1e9&sla_penalty=90")
    page.get_by_text("Part of the link could not be used: Holding cost must be from 0.1 to 30").wait_for()
    until(lambda: page.evaluate("location.search"), "?source=research&lane=BER-MUC&sla_penalty=90&tab=capacity")
    shows(page, directly(sla_penalty=90.0))


def test_two_planners_share_no_state_and_one_works_with_a_thumb(hub, suite, browser):
    other = new_page(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    opened(other, address(suite))
    ready(other)
    assert other.evaluate(SMALL) == []
    tabs, page = (other.locator(part).bounding_box() for part in ("[role=tab] >> nth=-1", ".twin-sheet"))
    assert tabs["x"] + tabs["width"] <= page["x"] + page["width"]  # the last tab is not cut off
    turn(hub, "holding_cost", 7.0)
    turn(other, "holding_cost", 9.0)
    shows(hub, directly(holding_cost=7.0))
    shows(other, directly(holding_cost=9.0))
    other.context.close()


def test_the_report_and_its_table_hold_the_numbers_on_the_page(hub):
    turn(hub, "holding_cost", 7.0)
    shows(hub, directly(holding_cost=7.0))
    shown = figures(hub)
    with hub.expect_download() as download:
        hub.get_by_role("button", name="PDF report").click()
    hub.get_by_text("BER-MUC.pdf is ready.").wait_for()
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(download.value.path()).pages)
    for name, value in shown.items():
        assert f"{name.replace('_', ' ')} {written(value, UNIT_OF[name])}" in text, name
    with hub.expect_download() as download:
        hub.get_by_role("button", name="CSV of all numbers").click()
    rows = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8")))
    answers = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "answer"}
    assert answers == directly(holding_cost=7.0) and shown.items() <= answers.items()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hub_fits_every_screen(hub, scheme):
    hub.emulate_media(color_scheme=scheme)
    for label in ("Partners", "What-if", "Profit and risk", "Capacity and cooperation"):
        hub.set_viewport_size({"width": WIDTHS[0], "height": 900})
        tab(hub, label)
        for width in WIDTHS:
            hub.set_viewport_size({"width": width, "height": 900})
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert hub.evaluate(wide) <= 0, (width, label)
    hub.emulate_media(color_scheme="light")
