"""Waiting times of the hub in a browser: opening it, controls, twenty planners at once, and networks of many lanes."""

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import numpy as np
import pandas as pd
from measure import Row, pretty

sys.path.append(str(Path(__file__).parents[1] / "tests"))
HUB = "06_operations_hub.ipynb"
COLD = ["--VoilaConfiguration.preheat_kernel=False"]
OPENINGS, TURNS, PLANNERS = 5, 60, 20
TURNED = (  # a tab, its first and its last picture, and a control that changes both with each of its values
    ("Capacity and cooperation", "history", "history", "internal_capacity", [338 + 2 * i for i in range(TURNS)]),
    ("Profit and risk", "costs", "losses", "sla_penalty", [50 + 2 * i for i in range(TURNS)]),
)
LEDGER, FILE, DAYS = 224, 3000, 365  # lanes in a ledger, and in a file, and days on record
NORTH = 6  # every sixth lane of the file is one of the 500 that are edited at once
CLICKS, EDITS = 20, 5
MORNING = """
import resource, sys, time
from twin.data.load import load_history
from twin.plan.morning import morning_of
history, before = load_history(sys.argv[1]), time.process_time()
morning_of(history)
print(time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
CLICK = """async (lane) => {
  const row = [...document.querySelectorAll("tr[data-lane]")].find((each) => each.dataset.lane === lane);
  const drawn = new Promise((done, fail) => {
    const seen = () => {
      const picture = document.querySelector("[data-picture=history]");
      if (document.querySelector(".twin-head h2").textContent !== lane || picture.dataset.drawn === before) return;
      watch.disconnect();
      done(performance.now());
    };
    const before = document.querySelector("[data-picture=history]").dataset.drawn;
    const watch = new MutationObserver(seen);
    watch.observe(document.querySelector(".twin-sheet"), { subtree: true, childList: true, attributes: true });
    setTimeout(fail, 20000, new Error(`no picture of ${lane}`));
  });
  const clicked = performance.now();
  for (const kind of ["pointerdown", "pointerup"]) row.dispatchEvent(new PointerEvent(kind, { bubbles: true }));
  return (await drawn) - clicked;
}"""
EDIT = """async ([find, text]) => {
  const part = document.querySelector(".twin-lanes");
  const search = part.querySelector("input[type=search]");
  search.value = find;
  search.dispatchEvent(new Event("input"));
  const form = part.querySelector("form");
  form.querySelector("select").value = "internal_capacity";
  form.querySelector("input").value = text;
  const note = part.querySelector(".twin-note");
  const before = note.textContent;
  const written = new Promise((done, fail) => {
    new MutationObserver(() => {
      if (note.textContent.includes("in the plan") && note.textContent !== before) done(performance.now());
    }).observe(note, { subtree: true, childList: true, characterData: true });
    setTimeout(fail, 20000, new Error("nothing was written"));
  });
  const pressed = performance.now();
  form.requestSubmit();
  const spent = (await written) - pressed;
  search.value = "";
  search.dispatchEvent(new Event("input"));
  return [spent, note.textContent];
}"""
TURN = """async ([field, value, pictures]) => {
  const range = document.querySelector(`[data-field="${field}"] input[type=range]`);
  const drawn = pictures.map((name) => new Promise((done, fail) => {
    const picture = document.querySelector(`[data-picture="${name}"]`);
    const seen = () => done(performance.now());
    if (picture.tagName === "IMG") picture.addEventListener("load", seen, { once: true });
    else new MutationObserver(seen).observe(picture, { attributeFilter: ["data-drawn"] }); // the page draws it itself
    setTimeout(fail, 10000, new Error(`no new picture of ${name}`));
  }));
  range.value = value;
  range.dispatchEvent(new Event("input"));
  const released = performance.now();
  range.dispatchEvent(new Event("change"));
  return (await Promise.all(drawn)).map((time) => time - released);
}"""


@contextmanager
def browser():
    """Yield a browser with the flags of the tests."""
    from apps import FLAGS, chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield made
        made.close()


def interactive(page):
    """Wait until the pictures and forms of the hub are loaded."""
    page.wait_for_selector("[data-picture][data-drawn]", timeout=120_000)
    page.wait_for_selector("#twin-log", state="attached", timeout=120_000)


def opening(context, server, until_preheated=4):
    """Return the time from the request to an interactive hub, in the context of a planner's browser. [s]

    until_preheated : time in which Voilà preheats the next kernel, before the next opening [s]
    """
    page = context.new_page()
    start = perf_counter()
    page.goto(server.app(HUB), wait_until="commit")
    page.wait_for_selector("[data-picture][data-drawn]", timeout=120_000)
    spent = perf_counter() - start
    interactive(page)
    page.wait_for_timeout(1000 * until_preheated)
    page.close()
    return spent


def measure_opening():
    from apps import standalone

    with browser() as made, standalone() as warm, standalone(arguments=COLD) as cold:
        runs = range(1 + OPENINGS)
        pairs = [(opening(made.new_context(), warm), opening(made.new_context(), cold)) for _ in runs][1:]
    ours, baseline = (median(side) for side in zip(*pairs, strict=True))
    note = pretty(baseline) + " cold"
    yield Row("request to interactive hub, preheated", pretty(ours), note, ours / 2.0, "<= 2 s", ours <= 2.0)
    yield Row("preheated against cold", pretty(ours), note, baseline / ours, ">= 1.5x", baseline >= 1.5 * ours)


def measure_turning():
    from apps import standalone

    with browser() as made, standalone() as server:
        page = made.new_page()
        page.goto(f"{server.app(HUB)}?lane=BER-MUC")
        interactive(page)
        page.get_by_role("heading", name="BER-MUC").wait_for()
        for tab, first, last, control, values in TURNED:
            page.get_by_role("tab", name=tab).click()
            page.wait_for_selector(f"[data-picture={last}][data-drawn]")
            page.wait_for_timeout(1000)
            times = [page.evaluate(TURN, [control, value, [first, last]]) for value in values]
            first_ones, last_ones = ([time / 1000 for time in side] for side in zip(*times, strict=True))
            middle, tail = median(first_ones), quantiles(last_ones, n=20)[-1]
            what, note = f"slider release to picture, {tab}", f"{TURNS} turns"
            yield Row(f"{what}, median", pretty(middle), note, middle / 0.13, "<= 130 ms", middle <= 0.13)
            yield Row(f"{what}, p95 of the last picture", pretty(tail), note, tail / 0.25, "<= 250 ms", tail <= 0.25)


def measure_planners():
    from apps import standalone
    from test_hub_browser import directly, shows, turn

    with browser() as made, standalone() as server:
        before, start = kernels(), perf_counter()
        pages = [made.new_context().new_page() for _ in range(PLANNERS)]
        for page in pages:
            page.goto(f"{server.app(HUB)}?lane=BER-MUC", wait_until="commit", timeout=120_000)
        for number, page in enumerate(pages):
            interactive(page)
            page.get_by_role("heading", name="BER-MUC").wait_for(timeout=60_000)
            turn(page, "holding_cost", 3.0 + number)
        for number, page in enumerate(pages):
            shows(page, directly(holding_cost=3.0 + number))  # raises if a number belongs to another planner
        spent = perf_counter() - start
        sizes = [size for process, size in kernels().items() if process not in before]
    note = f"{PLANNERS} of {PLANNERS} right"
    yield Row(f"{PLANNERS} planners at once, all answered", pretty(spent), note, spent / 120, "<= 120 s", spent <= 120)
    size = median(sizes) / 2**20
    yield Row("memory of a session", f"{size:.0f} MB", f"{len(sizes)} kernels", size / 200, "<= 200 MB", size <= 200)


def kernels() -> dict[str, int]:
    """Return the memory of every kernel on this machine by process id, shared pages divided among processes. [byte]"""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if is_kernel(process):
                rollup = (process / "smaps_rollup").read_text()
                found[process.name] = 1024 * int(rollup.split("Pss:")[1].split()[0])
        except OSError:  # the process has ended
            continue
    return found


def is_kernel(process: Path) -> bool:
    """Return whether a process is a kernel: started by its launcher, or forked, with the command of its parent."""
    command = (process / "cmdline").read_bytes()
    if b"ipykernel_launcher" in command:
        return True
    parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
    return b"twin.apps.fork_server" in command and (process.parent / parent / "cmdline").read_bytes() == command


def flows(lanes):
    """Return flows with a weekday, a time of year, and a fifth of the lanes with few flows."""
    random, time = np.random.default_rng(20), np.arange(DAYS)
    phase, means = np.arange(lanes)[:, np.newaxis], random.uniform(20, 300, lanes)[:, np.newaxis]
    season = (1 + 0.3 * np.sin(2 * np.pi * (time % 7) / 7 + phase)) * (1 + 0.2 * np.sin(2 * np.pi * time / 365))
    volumes = random.poisson(means * season)
    volumes[4::5] *= random.random(volumes[4::5].shape) < 0.2
    names = [f"{'SOUTH' if number % NORTH else 'NORTH'}-{number:04d}" for number in range(lanes)]
    days = pd.date_range("2025-01-06", periods=DAYS).strftime("%Y-%m-%d")
    return pd.DataFrame({"date": np.tile(days, lanes), "lane": np.repeat(names, DAYS), "volume": volumes.ravel()})


@contextmanager
def served(lanes, ledger):
    """Serve the hub with the flows of so many lanes, from a ledger or a file."""
    from apps import standalone

    from twin.data.ledger.store import Ledger

    with tempfile.TemporaryDirectory() as folder:
        path, url = Path(folder, "flows.csv"), f"sqlite:///{folder}/ledger.db"
        flows(lanes).to_csv(path, index=False)
        if ledger:
            Ledger(url).import_file(path)
        env = {"TWIN_HISTORY": "ledger:" if ledger else path, "DATABASE_URL": url, "TWIN_AUTHOR": "eva"}
        with standalone(env=env) as server:
            yield server


def many_lanes(lanes, ledger):
    """Yield the rows of a network of many lanes: its first screen, a click, a control, and an edit of many lanes."""
    where = f"{lanes:,} lanes {'on a ledger' if ledger else 'from a file'}"

    def row(what, spent, bar, note):
        return Row(f"{where}: {what}", pretty(spent), note, spent / bar, f"<= {pretty(bar)}", spent <= bar)

    with browser() as made, served(lanes, ledger) as server:
        browsers = [made.new_context() for _ in range(4)]
        firsts, again = zip(*[[opening(one, server, 25) for _ in range(2)] for one in browsers][1:], strict=True)
        note = f"{len(again)} openings; {pretty(median(firsts))} in a browser that has not seen the page yet"
        yield row("first screen, preheated, of a page opened before", median(again), 2.0, note)
        page = made.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(server.app(HUB))
        interactive(page)
        names = page.eval_on_selector_all("tr[data-lane]", "rows => rows.map((row) => row.dataset.lane)")
        names = [name for name in names if name != page.locator(".twin-head h2").inner_text()][:CLICKS]
        early = [page.evaluate(CLICK, name) / 1000 for name in names[: CLICKS // 2]]
        yield row("click to picture while the morning is computed, median", median(early), 0.3, f"{len(early)} clicks")
        page.wait_for_selector(".twin-totals", timeout=300_000)
        page.wait_for_timeout(4000)
        times = [page.evaluate(CLICK, name) / 1000 for name in names[CLICKS // 2 :]]
        yield row("click to picture, median", median(times), 0.3, f"{len(times)} clicks, at most {pretty(max(times))}")
        highest = float(page.locator("[data-field=internal_capacity] input[type=range]").get_attribute("max"))
        values = [round(highest * (0.3 + 0.02 * number)) for number in range(CLICKS)]
        picture = ["history", "history"]
        times = [page.evaluate(TURN, ["internal_capacity", value, picture])[0] / 1000 for value in values]
        yield row("slider release to picture, median", median(times), 0.13, f"{len(times)} turns")
        find = "" if ledger else "NORTH"
        done = [page.evaluate(EDIT, [find, str(100 + number)]) for number in range(EDITS)]
        note = done[-1][1]
        yield row("an edit of many lanes at once, median", median(each for each, _ in done) / 1000, 1.0, note)


def measure_ledger_lanes():
    yield from many_lanes(LEDGER, ledger=True)


def measure_file_lanes():
    yield from many_lanes(FILE, ledger=False)


def measure_morning():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "flows.csv")
        flows(FILE).to_csv(path, index=False)
        told = subprocess.run([sys.executable, "-c", MORNING, path], capture_output=True, check=True, text=True).stdout
    spent, size = map(float, told.split())
    what = f"the morning of {FILE:,} lanes x {DAYS} days"
    yield Row(f"{what}: CPU time", pretty(spent), "", spent / 6, "<= 6 s", spent <= 6)
    yield Row(f"{what}: memory", f"{size:.0f} MB", "", size / 600, "<= 600 MB", size <= 600)


MEASUREMENTS = (
    measure_opening,
    measure_turning,
    measure_planners,
    measure_ledger_lanes,
    measure_file_lanes,
    measure_morning,
)
