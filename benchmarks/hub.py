"""Waiting times of the hub in a browser: opening it, turning a control, and twenty planners at once."""

import sys
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from measure import Row, pretty

sys.path.append(str(Path(__file__).parents[1] / "tests"))
HUB = "06_operations_hub.ipynb"
COLD = ["--VoilaConfiguration.preheat_kernel=False"]
OPENINGS, TURNS, PLANNERS = 5, 60, 20
TURNED = (  # a tab, its first and its last picture, and a control that changes both with each of its values
    ("Capacity and cooperation", "history", "history", "internal_capacity", [338 + 2 * i for i in range(TURNS)]),
    ("Profit and risk", "costs", "losses", "sla_penalty", [50 + 2 * i for i in range(TURNS)]),
)
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


def opening(made, server):
    """Return the time from the request to an interactive hub, for a new planner. [s]"""
    context = made.new_context()
    page = context.new_page()
    start = perf_counter()
    page.goto(server.app(HUB), wait_until="commit")
    page.wait_for_selector("[data-picture][data-drawn]", timeout=120_000)
    spent = perf_counter() - start
    interactive(page)
    page.wait_for_timeout(4000)  # Voilà preheats the next kernel
    context.close()
    return spent


def measure_opening():
    from apps import standalone

    with browser() as made, standalone() as warm, standalone(arguments=COLD) as cold:
        pairs = [(opening(made, warm), opening(made, cold)) for _ in range(1 + OPENINGS)][1:]
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


MEASUREMENTS = (measure_opening, measure_turning, measure_planners)
