"""The notebooks as apps, in a browser: each opens, has its links, fits the screen, and ends its process."""

import json
import re
import sys
import time

import nbformat
import pytest
from apps import NOTEBOOKS, opened, standalone
from test_theme import contrast

ALL = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
LESSON, HUB = "01_newsvendor.ipynb", "06_operations_hub.ipynb"
WIDTHS = (360, 800, 1440)
NAMED = """[...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea, [role=slider])")].every(
  control => control.ariaLabel || control.labels?.length || control.getAttribute("aria-labelledby"))"""
SLIDER, PICTURE = "main :is(input[type=range], .noUi-handle)", "main :is(.twin-picture img, img.widget-image)"
SHOWN = "[...document.querySelectorAll('main img')].every(image => image.clientWidth > 100)"
REACHED = """!document.querySelector("[aria-busy=true]") && [...document.querySelectorAll("main *")].every(part => {
  const { overflowX, overflowY } = getComputedStyle(part);
  const scrolls = (part.scrollWidth > part.clientWidth && /auto|scroll/.test(overflowX))
    || (part.scrollHeight > part.clientHeight && /auto|scroll/.test(overflowY));
  return !scrolls || part.matches("textarea") || part.querySelector("a[href], button, input, select, [tabindex='0']")
    || (part.tabIndex === 0 && part.ariaLabel);
})"""  # whatever scrolls can be scrolled by keyboard, and has a name
KERNEL = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"


@pytest.fixture(scope="module")
def suite():
    """Yield a server of the apps, as `make apps` starts it."""
    with standalone() as server:
        yield server


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """Notebooks that are not part of the suite, on a server that runs a single process."""
    folder = tmp_path_factory.mktemp("strange")
    for name, cells in {
        "fails.ipynb": [nbformat.v4.new_code_cell("print('before')"), nbformat.v4.new_code_cell("1 / 0")],
        "dies.ipynb": [
            nbformat.v4.new_code_cell("import ipywidgets\nslider = ipywidgets.IntSlider(description='days')\nslider"),
            nbformat.v4.new_code_cell("import os\nslider.observe(lambda change: os._exit(1), 'value')"),
        ],
        "takes.ipynb": [
            nbformat.v4.new_code_cell(
                "import ipywidgets\nupload, label = ipywidgets.FileUpload(), ipywidgets.Label()\n"
                "upload.observe(lambda change: setattr(label, 'value', f'{change.new[0].size:,} bytes'), 'value')\n"
                "ipywidgets.VBox([upload, label])"
            )
        ],
    }.items():
        cells = [nbformat.v4.new_markdown_cell("# A page"), *cells, nbformat.v4.new_markdown_cell("after")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / name)
    with standalone(folder=folder, arguments=["--Sessions.most=1"]) as server:
        yield server


def overflow(page):
    """Return the number of pixels by which the page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def colours(page, selector):
    """Return the colours of text and ground that the browser paints for the first element of a selector."""
    found = page.evaluate(
        """selector => {
          const start = document.querySelector(selector);
          const ground = element => getComputedStyle(element).backgroundColor;
          let below = start;
          while (ground(below) === "rgba(0, 0, 0, 0)") below = below.parentElement;
          return [getComputedStyle(start).color, ground(below)];
        }""",
        selector,
    )
    return ["#" + "".join(f"{int(part):02X}" for part in re.findall(r"\d+", colour)[:3]) for colour in found]


def ends(server, page):
    """Close a page, and return whether its process ends within a minute (a busy machine may be drawing six tabs)."""
    kernel = page.evaluate(KERNEL)
    page.close()
    limit = time.monotonic() + 60
    while server.status(f"api/kernels/{kernel}") != 404:
        if time.monotonic() > limit:
            return False
        time.sleep(0.2)
    return True


#: Whether every picture is wide enough; the lesson of the hub is a page of its own, and hidden at first.
WIDE_ENOUGH = "[...document.querySelectorAll('main img')].every(one => !one.checkVisibility() || one.clientWidth > 100)"


@pytest.mark.parametrize("name", ALL)
def test_each_notebook_opens_fits_and_ends_its_process(suite, page, name):
    seen = opened(page, suite.app(name))
    about = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["metadata"]["twin"]
    assert page.title().startswith(about["title"])
    assert page.locator("main h1").count() == 1
    if "$" in (NOTEBOOKS / name).read_text(encoding="utf-8"):
        page.wait_for_selector("mjx-container", state="attached")
    for rel, key in (("prev", "previous"), ("next", "next")):
        for place in ("header", "footer"):
            targets = [link.get_attribute("href") for link in page.locator(f"{place} a[rel={rel}]").all()]
            assert targets == ([about[key]["file"]] if key in about else []), place
    assert page.evaluate(NAMED)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
        assert page.evaluate(WIDE_ENOUGH), width
        page.wait_for_function(REACHED)
    page.set_viewport_size({"width": min(WIDTHS), "height": 900})
    for tab in page.locator("[role=tab]").all():
        tab.click()
        page.wait_for_function(REACHED)
    seen.nothing_wrong()
    assert ends(suite, page)


def test_links_lead_to_neighbours_and_to_the_contents(suite, page):
    seen = opened(page, suite.app("02_buffers.ipynb"))
    sources = page.locator("main a:has(code)").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    source = re.compile(r"https://github\.com/.+/blob/HEAD/twin/(\w+/)*\w+\.py")
    assert sources and all(map(source.fullmatch, sources))
    assert page.locator("main .jp-Cell a", has_text="contents").count() == 0  # header and footer have them
    assert page.locator("footer [data-twin-contents]").evaluate("link => link.pathname") == "/voila/tree"
    page.click("footer a[rel=prev]")
    page.wait_for_url("**/voila/render/01_newsvendor.ipynb", wait_until="commit")
    page.click("header nav >> text=Contents")
    page.wait_for_url("**/voila/tree", wait_until="commit")
    page.click("text=Cooperation")
    page.wait_for_url("**/voila/render/03_cooperation.ipynb", wait_until="commit")
    assert not seen.foreign and not seen.failed


def test_a_link_with_a_state_uses_a_pre_heated_kernel(suite, page):
    def count(line):
        return suite.log.read_text(errors="replace").count(line)

    taken = count("Using pre-heated kernel")
    limit = time.monotonic() + 30
    while count("is filled") <= taken and time.monotonic() < limit:
        time.sleep(0.2)
    opened(page, f"{suite.app(HUB)}?lane=HAM-ROT")
    assert count("Using pre-heated kernel") == taken + 1
    assert page.evaluate("new URLSearchParams(location.search).get('lane')") == "HAM-ROT"


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
def test_a_page_asks_for_all_states_in_one_message_and_gets_them_compressed(suite, page):
    sent, answers = [], []
    page.on("websocket", lambda found: found.on("framesent", lambda frame: sent.append(frame)))
    browser = page.context.new_cdp_session(page)
    browser.on("Network.webSocketHandshakeResponseReceived", lambda event: answers.append(event["response"]))
    browser.send("Network.enable")
    opened(page, suite.app(HUB)).nothing_wrong()
    frames = [frame if isinstance(frame, bytes) else frame.encode() for frame in sent]
    assert sum(b'"request_states"' in frame for frame in frames) == 1
    assert not [frame for frame in frames if b'"request_state"' in frame]  # asks for the state of one widget
    headers = {name.lower(): value for name, value in answers[0]["headers"].items()}
    assert "permessage-deflate" in headers["sec-websocket-extensions"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contents_show_a_card_for_each_notebook_and_start_no_process(suite, browser, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    seen = opened(page, suite.url)
    links = [link.get_attribute("href") for link in page.locator(".twin-cards a").all()]
    assert sorted(links) == [f"/voila/render/{name}" for name in ALL[1:]]
    for text in ("h1", ".twin-lead", ".twin-cards h3 a", ".twin-cards p"):
        assert contrast(*colours(page, text)) >= 4.5, text
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == 0, width
    page.locator(".twin-cards img").last.scroll_into_view_if_needed()
    seen.nothing_wrong()
    context.close()


def test_text_colours_and_sliders_are_reached_by_keyboard(suite, page):
    seen = opened(page, suite.app(LESSON))
    by_day = colours(page, "main p")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "twin-skip"
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "twin-scheme":
            break
    page.keyboard.press("Enter")
    assert page.get_attribute(".twin-scheme", "aria-pressed") == "true"
    by_night = colours(page, "main p")
    assert by_night[1] != by_day[1]
    assert min(contrast(*by_day), contrast(*by_night), contrast(*colours(page, "main label"))) >= 4.5
    page.locator(SLIDER).first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("slider => document.activeElement.matches(slider)", SLIDER)
    picture = page.locator(PICTURE).last
    before = picture.get_attribute("src")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([one, before]) => one.src !== before", arg=[picture.element_handle(), before])
    seen.nothing_wrong()
    opened(page, suite.url)
    assert page.get_attribute("html", "data-twin-scheme") == "dark"


def test_a_list_of_options_redraws_the_picture(suite, page):
    seen = opened(page, suite.app("09_motion.ipynb"))
    picture = page.locator(PICTURE).last
    before = picture.get_attribute("src")
    page.get_by_label("lead times", exact=True).select_option("persistent")
    page.wait_for_function("([one, before]) => one.src !== before", arg=[picture.element_handle(), before])
    seen.nothing_wrong()


def test_a_failed_cell_is_reported_in_a_sentence(strange, page):
    opened(page, strange.app("fails.ipynb"))
    text = page.inner_text("main")
    assert "before" in text and "one of its steps failed" in text
    assert not re.search("Traceback|Error|Voil", text) and "after" not in text
    assert ends(strange, page)


def test_the_end_of_a_process_is_reported_in_a_sentence(strange, page):
    opened(page, strange.app("dies.ipynb"))
    assert page.get_attribute(".noUi-handle", "aria-label") == "days"
    page.focus(".noUi-handle")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#twin-banner:not([hidden]) >> text=has ended", timeout=20_000)
    assert ends(strange, page)


def test_a_file_of_fifteen_megabytes_can_be_uploaded(strange, page, tmp_path):
    opened(page, strange.app("takes.ipynb"))
    file = tmp_path / "flows.csv"
    file.write_bytes(b"x" * 15_000_000)
    with page.expect_file_chooser() as chooser:
        page.click("main button")
    chooser.value.set_files(file)
    page.wait_for_selector("text=15,000,000 bytes", timeout=30_000)
    assert ends(strange, page)


def test_a_visitor_beyond_the_limit_waits_for_a_free_place(strange, browser):
    first, second = browser.new_context(), browser.new_context()
    page, late = first.new_page(), second.new_page()
    opened(page, strange.app("fails.ipynb"))
    answer = late.goto(strange.app("dies.ipynb"))
    assert answer.status == 503
    assert "All places are taken" in late.inner_text("h1") and "tries again" in late.inner_text("main")
    assert overflow(late) == 0
    assert ends(strange, page)
    late.click("text=Try now")
    late.wait_for_selector("html[data-twin-state=ready]", state="attached", timeout=30_000)
    second.close()
