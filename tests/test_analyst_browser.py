"""The analyst in a browser, with a local server in place of Gemini: answers as they arrive, and failures."""

import gemini_server as stand_in
import pytest
from apps import new_page, opened, standalone
from gemini_server import KEY, GeminiServer
from test_hub_browser import HUB, dial, directly, ready, tab, told, turn, until

LESSON = "07_analyst.ipynb"


@pytest.fixture(scope="module")
def gemini():
    """Yield the server in place of Gemini; each test sets its replies."""
    with GeminiServer(stand_in.text("Profit is {{lane1.profit}}.")) as server:
        yield server


@pytest.fixture(scope="module")
def apps(gemini, tmp_path_factory):
    """Yield a server of the apps with a key for Gemini and an empty ledger."""
    env = {
        "GEMINI_API_KEY": KEY,
        "GEMINI_ENDPOINT": gemini.address,
        "NO_PROXY": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.sqlite'}",
    }
    with standalone(env=env) as made:
        yield made


@pytest.fixture(scope="module")
def shared(apps, browser):
    """Yield a page of the hub on BER-MUC that tests share, the record of its errors, and the messages it received."""
    page, sent = new_page(browser), []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(str(frame))))
    seen = opened(page, f"{apps.app(HUB)}?lane=BER-MUC")
    ready(page)
    yield page, seen, sent
    page.context.close()


@pytest.fixture
def hub(shared):
    """Yield the shared page with an empty analyst's tab; then assert no errors, and that no page got the key."""
    page, seen, sent = shared
    page.get_by_role("button", name="Reset", exact=True).click()
    tab(page, "Analyst")
    if (clear := page.get_by_role("button", name="Clear the conversation")).count():
        clear.click()
    until(page.locator(".twin-answers .twin-answer").count, 0)
    page.get_by_label("Answered by").select_option(index=0)
    yield page
    seen.nothing_wrong()
    assert KEY not in page.content() + "".join(sent)


def replies(gemini, *given):
    """Set the replies of the server from now on."""
    gemini.requests.clear()
    gemini.replies[:] = given


def ask(page, question):
    """Ask a question in the form."""
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()


def last(page):
    """Return the text of the latest answer."""
    return page.locator(".twin-answers .twin-answer").first.inner_text()


def test_controls_work_while_an_answer_arrives(hub, gemini):
    replies(
        gemini, stand_in.paced(0.7, "Profit of {{lane1}} is ", "{{lane1.profit}}. ", "It ", "is fine. ", "So act. ")
    )
    ask(hub, "how do we do?")
    live = hub.locator("[data-live]", has_text="Profit of BER-MUC is $1,304 a day.")
    live.wait_for()
    assert "fine" not in live.inner_text()
    assert hub.get_by_label("Your question").input_value() == ""
    hub.get_by_label("Your question").fill("half a quest")
    turn(hub, "holding_cost", 7.0)
    until(lambda: dial(hub, "holding_cost").input_value(), "7")
    hub.locator(".twin-answers", has_text="So act.").wait_for()
    assert hub.get_by_label("Your question").input_value() == "half a quest"
    assert told(hub)["lane1.profit"] == directly()["profit"] and "Gemini (gemini-flash-latest)" in last(hub)


def test_an_unsupported_sentence_is_replaced_and_marked(hub, gemini):
    replies(gemini, stand_in.text("Profit is {{lane1.profit}}. <b onclick=alert(1)>It</b> doubled to $99,999 a day."))
    ask(hub, "how large is the profit?")
    hub.locator("mark.twin-replaced", has_text="Offline analyst: Profit of BER-MUC is $1,304 a day").wait_for()
    assert "99,999" not in hub.content() and "alert(1)" not in hub.content()


@pytest.mark.parametrize(
    "reply, words",
    [
        (stand_in.status(429), "its quota is used up for now"),
        (stand_in.status(500), "its server has a problem"),
        (stand_in.raw(b"oops"), "its answer could not be read"),
        (stand_in.broken_off("Profit is "), ""),
        (stand_in.blocked(), "it declined to answer"),
    ],
    ids=["quota", "server", "malformed", "broken off", "blocked"],
)
def test_the_offline_analyst_stands_in(hub, gemini, reply, words):
    replies(gemini, reply)
    ask(hub, "how large is the profit?")
    until(lambda: "gave no answer" in last(hub) if hub.locator(".twin-answers .twin-answer").count() else False, True)
    assert words in last(hub) and told(hub)["lane1.profit"] == directly()["profit"]


def test_an_answer_can_be_stopped_and_another_one_asked_offline(hub, gemini):
    replies(gemini, stand_in.paced(0.4, *["It goes on. "] * 40))
    ask(hub, "how do we do?")
    until(lambda: bool(gemini.requests), True)
    hub.get_by_role("button", name="Stop").click()
    until(lambda: "it was stopped" in last(hub) if hub.locator(".twin-answers .twin-answer").count() else False, True)
    asked = len(gemini.requests)
    hub.get_by_label("Answered by").select_option("offline")
    ask(hub, "how large is the safety stock?")
    hub.locator(".twin-answers", has_text="Safety stock of BER-MUC is 331.4 pallets").wait_for()
    assert len(gemini.requests) == asked


def test_the_lesson_has_an_analyst_of_its_own(apps, page, gemini):
    replies(gemini, stand_in.text("{{lane1}} holds {{lane1.safety_stock}}."))
    seen = opened(page, apps.app(LESSON))
    page.locator(".twin-answers", has_text="Demand of HAM-ROT is steady").wait_for()
    ask(page, "how much does it hold?")
    page.locator(".twin-answers", has_text="HAM-ROT holds 138.1 pallets.").wait_for()
    seen.nothing_wrong()
    assert KEY not in page.content()
