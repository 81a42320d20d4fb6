"""The notebooks as apps, in a browser: each opens, has its links, fits the screen, and ends its process."""

import json
import re
import sys
import time

import nbformat
import pytest
from apps import NOTEBOOKS, new_page, opened, standalone
from test_cockpit import violations
from test_theme import contrast

ALL = sorted(path.name for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
LESSON, SOURCES, HUB, CHOICES = "01_newsvendor.ipynb", "02_buffers.ipynb", "06_operations_hub.ipynb", "09_motion.ipynb"
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
PREHEATED = "Using pre-heated kernel"  # line in the log of a server
KERNEL = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"


@pytest.fixture(scope="module")
def suite():
    """Yield a server of the apps, as `make apps` starts it."""
    with standalone() as server:
        yield server


@pytest.fixture(scope="module")
def notebook(suite, browser, request):
    """Yield the page of a notebook, which its tests share; at the end, assert that its process ends, and no errors."""
    page = new_page(browser)
    seen = opened(page, suite.app(request.param))
    yield page
    seen.nothing_wrong()
    assert ends(suite, page)
    page.context.close()


def of(*names):
    """Return a mark for a test of the pages of notebooks; pytest runs all tests of one page in succession."""
    return pytest.mark.parametrize("notebook", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def linked(suite, browser):
    """Yield the hub's page opened by a link with a state, its pre-heated kernels, frames sent, and opened sockets."""
    taken = suite.log.read_text(errors="replace").count(PREHEATED)
    limit = time.monotonic() + 30
    while suite.log.read_text(errors="replace").count("is filled") <= taken and time.monotonic() < limit:
        time.sleep(0.2)
    page, sent, answers = new_page(browser), [], []
    page.on("websocket", lambda found: found.on("framesent", lambda frame: sent.append(frame)))
    network = page.context.new_cdp_session(page)
    network.on("Network.webSocketHandshakeResponseReceived", lambda event: answers.append(event["response"]))
    network.send("Network.enable")
    seen = opened(page, f"{suite.app(HUB)}?lane=HAM-ROT")
    yield page, suite.log.read_text(errors="replace").count(PREHEATED) - taken, sent, answers
    seen.nothing_wrong()
    page.context.close()


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
    """Leave a page and return whether its process ends within a minute (a busy machine may be drawing six tabs).

    The page is left for another of its server, because Chromium gives a tab that is closed half a second to say so,
    which is too short on a busy machine; the process then ends as that of a tab that has crashed.
    """
    kernel = page.evaluate(KERNEL)
    page.goto(f"{server.url}voila/tree")
    page.close()
    limit = time.monotonic() + 60
    while server.status(f"api/kernels/{kernel}") != 404:
        if time.monotonic() > limit:
            return False
        time.sleep(0.2)
    return True


#: Whether every picture that is shown is wide enough.
WIDE_ENOUGH = "[...document.querySelectorAll('main img')].every(one => !one.checkVisibility() || one.clientWidth > 100)"
#: Width of each picture of the hub's lesson, a page of its own that is hidden at first.
LESSON_WIDTHS = (
    "[...document.querySelectorAll('#twin-lesson img')].map(one => one.checkVisibility() ? one.clientWidth : 0)"
)


#: Scrolls to the end as a reader does: a picture of the lesson is sent when it is seen.
READ = """async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 300) {
        window.scrollTo(0, y);
        await new Promise((then) => setTimeout(then, 100));
    }
}"""


@of(LESSON)
def test_a_lesson_has_no_violation_and_shows_its_panel_first(notebook):
    assert notebook.locator("main .twin-dials").bounding_box()["y"] < 700
    assert notebook.locator("main h2").first.inner_text().startswith("Try it")
    assert violations(notebook) == []


@of(LESSON)
def test_text_colours_and_sliders_are_reached_by_keyboard(suite, notebook):
    by_day = colours(notebook, "main p")
    notebook.keyboard.press("Tab")
    assert notebook.evaluate("document.activeElement.className") == "twin-skip"
    for _ in range(6):
        notebook.keyboard.press("Tab")
        if notebook.evaluate("document.activeElement.className") == "twin-scheme":
            break
    notebook.keyboard.press("Enter")
    assert notebook.get_attribute(".twin-scheme", "aria-pressed") == "true"
    by_night = colours(notebook, "main p")
    assert by_night[1] != by_day[1]
    assert min(contrast(*by_day), contrast(*by_night), contrast(*colours(notebook, "main label"))) >= 4.5
    notebook.locator(SLIDER).first.focus()
    notebook.keyboard.press("Shift+Tab")
    notebook.keyboard.press("Tab")
    assert notebook.evaluate("slider => document.activeElement.matches(slider)", SLIDER)
    picture = notebook.locator(PICTURE).last
    before = picture.get_attribute("src")
    notebook.keyboard.press("ArrowRight")
    notebook.wait_for_function("([one, before]) => one.src !== before", arg=[picture.element_handle(), before])
    contents = notebook.context.new_page()
    opened(contents, suite.url).nothing_wrong()
    assert contents.get_attribute("html", "data-twin-scheme") == "dark"
    contents.close()


@of(SOURCES)
def test_a_lesson_leads_to_its_sources_and_only_at_its_ends_to_the_contents(notebook):
    sources = notebook.locator("main a:has(code)").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    source = re.compile(r"https://github\.com/.+/blob/HEAD/twin/(\w+/)*\w+\.py")
    assert sources and all(map(source.fullmatch, sources))
    assert notebook.locator("main .jp-Cell a", has_text="contents").count() == 0  # header and footer have them
    assert notebook.locator("footer [data-twin-contents]").evaluate("link => link.pathname") == "/voila/tree"


@of(CHOICES)
def test_a_list_of_options_redraws_the_picture(notebook):
    picture = notebook.locator(PICTURE).last
    before = picture.get_attribute("src")
    notebook.get_by_label("lead times", exact=True).select_option("persistent")
    notebook.wait_for_function("([one, before]) => one.src !== before", arg=[picture.element_handle(), before])


@of(*ALL)
def test_each_notebook_opens_and_fits_and_has_its_links(notebook, request):
    name = request.node.callspec.params["notebook"]
    about = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["metadata"]["twin"]
    assert notebook.title().startswith(about["title"])
    assert notebook.locator("main h1").count() == 1
    if "$" in (NOTEBOOKS / name).read_text(encoding="utf-8"):
        notebook.wait_for_selector("mjx-container", state="attached")
    for rel, key in (("prev", "previous"), ("next", "next")):
        for place in ("header", "footer"):
            targets = [link.get_attribute("href") for link in notebook.locator(f"{place} a[rel={rel}]").all()]
            assert targets == ([about[key]["file"]] if key in about else []), place
    assert notebook.evaluate(NAMED)
    for width in WIDTHS:
        notebook.set_viewport_size({"width": width, "height": 900})
        assert overflow(notebook) == 0, width
        assert notebook.evaluate(WIDE_ENOUGH), width
        notebook.wait_for_function(REACHED)
    notebook.set_viewport_size({"width": min(WIDTHS), "height": 900})
    for tab in notebook.locator("[role=tab]").all():
        tab.click()
        notebook.wait_for_function(REACHED)


def test_pictures_of_the_hubs_lesson_are_wide_enough_when_it_is_shown(suite, page):
    seen = opened(page, f"{suite.app('06_operations_hub.ipynb')}#twin-lesson")
    page.evaluate(READ)
    page.locator("#twin-lesson img").first.wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(200)
        widths = page.evaluate(LESSON_WIDTHS)
        assert widths and min(widths) > 0.6 * min(width, 900), (width, widths)
        assert overflow(page) == 0, width
    seen.nothing_wrong()


def test_links_lead_to_neighbours_and_to_the_contents(suite, page):
    seen = opened(page, suite.url)
    page.click("text=Cooperation")
    page.wait_for_url("**/voila/render/03_cooperation.ipynb", wait_until="commit")
    page.click("footer a[rel=prev]")
    page.wait_for_url("**/voila/render/02_buffers.ipynb", wait_until="commit")
    page.click("header nav >> text=Contents")
    page.wait_for_url("**/voila/tree", wait_until="commit")
    assert not seen.foreign and not seen.failed


def test_a_link_with_a_state_uses_a_pre_heated_kernel(linked):
    page, used, *_ = linked
    assert used == 1
    assert page.evaluate("new URLSearchParams(location.search).get('lane')") == "HAM-ROT"


def test_a_page_names_all_its_scripts_in_its_head_and_holds_no_picture_that_it_does_not_show(suite, page):
    said, answers = [], []
    page.on("console", lambda message: "preload" in message.text and said.append(message.text))
    page.on("response", lambda answer: HUB in answer.url and answers.append(answer))
    opened(page, suite.app(HUB)).nothing_wrong()
    entries = page.evaluate("performance.getEntriesByType('resource').map((each) => [each.initiatorType, each.name])")
    late = [name for kind, name in entries if kind != "link" and name.partition("?")[0].endswith(".js")]
    assert all("voila-style.js" in name for name in late), "add these to scripts.j2"
    page.wait_for_timeout(6000)  # after which a browser names what a page has not used
    assert said == [], "take these from scripts.j2"
    assert (
        "vnd.jupyter.widget-view+json" in answers[0].text() and "iVBORw0KGgo" not in answers[0].text()
    )  # how a PNG begins


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux alone")
def test_a_page_asks_for_all_states_in_one_message_and_gets_them_compressed(linked):
    *_, sent, answers = linked
    frames = [frame if isinstance(frame, bytes) else frame.encode() for frame in sent]
    assert sum(b'"request_states"' in frame for frame in frames) == 1
    assert not [frame for frame in frames if b'"request_state"' in frame]  # asks for the state of one widget
    headers = {name.lower(): value for name, value in answers[0]["headers"].items()}
    assert "permessage-deflate" in headers["sec-websocket-extensions"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contents_show_a_card_for_each_notebook_and_start_no_process(suite, browser, scheme):
    page = new_page(browser, color_scheme=scheme)
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
    page.context.close()


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
    page.wait_for_selector("#twin-banner:not([hidden]) >> text=has ended")
    assert ends(strange, page)


def test_a_file_of_fifteen_megabytes_can_be_uploaded(strange, page, tmp_path):
    opened(page, strange.app("takes.ipynb"))
    file = tmp_path / "flows.csv"
    file.write_bytes(b"x" * 15_000_000)
    with page.expect_file_chooser() as chooser:
        page.click("main button")
    chooser.value.set_files(file)
    page.wait_for_selector("text=15,000,000 bytes")
    assert ends(strange, page)


def test_a_visitor_beyond_the_limit_waits_for_a_free_place(strange, browser):
    page, late = new_page(browser), new_page(browser)
    opened(page, strange.app("fails.ipynb"))
    answer = late.goto(strange.app("dies.ipynb"))
    assert answer.status == 503
    assert "All places are taken" in late.inner_text("h1") and "tries again" in late.inner_text("main")
    assert overflow(late) == 0
    assert ends(strange, page)
    late.click("text=Try now")
    late.wait_for_selector("html[data-twin-state=ready]", state="attached")
    late.context.close()
