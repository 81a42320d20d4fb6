"""The hub without a browser: the state of its widgets and of the ledger after each action of a planner."""

import csv
import io
import json
import re
from html import unescape

import nbformat
import pytest
from nbclient import NotebookClient
from pypdf import PdfReader

from twin._choices import words_in
from twin.data.errors import LedgerError
from twin.data.history import write_csv
from twin.data.ledger.store import RESET_TOKEN, Ledger
from twin.data.scenarios import network, research_lanes
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import written
from twin.view.hub import downloads, still
from twin.view.hub.controls import OPTIMUM
from twin.view.hub.hub import Hub
from twin.view.hub.tabs import TABS

BUTTON = re.compile(r'<button type="button" data-do="([\w-]+)" data-with="([^"]*)">([^<]*)</button>')
NAMED_COUNTS = ("new", "same", "changed", "outlying")
PNG = b"\x89PNG\r\n"


@pytest.fixture
def hub():
    return Hub("", "BER-MUC")


@pytest.fixture
def stored(ledger, url, monkeypatch):
    """Return a ledger of the research lanes at the address that the hub opens; each test runs on both engines."""
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    return ledger


def press(widget, **message):
    """Send a message as the page does; a file as content=bytes."""
    content = message.pop("content", None)
    if content is not None:
        message |= {"upload": 1}
        for start in range(0, max(len(content), 1), 700_000):
            widget._handle_custom_msg(
                {"do": "piece", "id": 1, "begins": start == 0}, [content[start : start + 700_000]]
            )
    widget._handle_custom_msg({"subject": getattr(widget, "subject", ""), **message}, [])


def choose(widget, words):
    """Press the button with these words in an answer, as the page does."""
    (given,) = [sent for done, sent, label in BUTTON.findall(widget.said) if label == words]
    done = next(done for done, _, label in BUTTON.findall(widget.said) if label == words)
    press(widget, do=done, **json.loads(unescape(given)))


def chosen(widget):
    """Return the words of the buttons in an answer."""
    return [label for *_, label in BUTTON.findall(widget.said)]


def turn(hub, **values):
    """Set controls, as the page does."""
    for name, value in values.items():
        press(hub.dials, do="turn", subject=hub.dials.subject, name=name, value=value)


def follow(hub, query):
    """Open the page with a link."""
    press(hub.sheet, do="shown", query=query)


def figures(html):
    """Return the exact values on a page, by name."""
    return {name: float(value) for name, value in re.findall(r'data-name="(\w+)" data-value="([^"]+)"', html)}


# ------------------------------------------------------------ controls, tabs and the table


def facts(html):
    """Return the exact values of the facts in the latest answer, which comes first, by id."""
    answer = html.partition("</section>")[0]
    return {name: float(value) for name, value in re.findall(r'data-fact="([\w.]+)" data-value="([^"]+)"', answer)}


def test_the_hub_opens_on_the_lane_with_every_part(hub):
    assert hub.sheet.title == "BER-MUC" and hub.lanes.picked == "BER-MUC" and hub.sheet.active == "capacity"
    assert {field["name"] for field in hub.dials.fields} == set(hub.dials.values)
    assert hub.sheet.history.startswith(PNG) and hub.lanes.table["lane"] == [
        "BER-MUC",
        "FRA-PAR",
        "HAM-ROT",
    ]


@pytest.mark.parametrize("tab", ["capacity", "risk"])
def test_every_number_on_a_page_is_one_of_the_lane(hub, tab):
    hub.sheet.active = tab
    for values in ({}, {"holding_cost": 9.0, "return_rate": 0.4}):
        turn(hub, **values)
        shown, numbers = figures(hub.sheet.page), hub.session.numbers()
        assert len(shown) >= 9 and shown == {name: numbers[name] for name in shown}


@pytest.mark.parametrize("tab", TABS)
def test_pictures_are_drawn_for_the_open_tab(hub, tab):
    hub.sheet.active = tab
    for name in TABS[tab][2]:
        before = getattr(hub.sheet, name)
        assert before.startswith(PNG) and f'data-picture="{name}" alt="' in hub.sheet.page
        turn(hub, service_level=0.8, internal_capacity=400.0)
        assert getattr(hub.sheet, name) != before
        press(hub.dials, do="reset")
    assert hub.sheet.profits == b"" or tab == "risk"


def test_a_turned_control_changes_page_picture_row_and_address(hub):
    before = hub.sheet.page, hub.sheet.history
    turn(hub, internal_capacity=300.0)
    assert hub.sheet.page != before[0] and hub.sheet.history != before[1]
    assert "internal_capacity=300" in hub.sheet.query and hub.dials.said == {}
    row = hub.session.network().loc["BER-MUC"]
    assert hub.lanes.row["dependency"] == row["dependency"] > 0 and hub.lanes.row["status"] == row["status"]
    place = hub.lanes.table["lane"].index("BER-MUC")
    assert hub.lanes.table["dependency"][place] == row["dependency"]


def test_head_and_first_picture_of_a_lane_are_sent_before_its_page(hub, monkeypatch):
    press(hub.sheet, do="shown", charts=True)
    sent = []
    monkeypatch.setattr(
        hub.sheet, "send_state", lambda key=None: sent.append({key} if isinstance(key, str) else {*key})
    )
    hub.lanes.picked = "FRA-PAR"
    head, page = (each for each in sent if each & {"charts", "page"})
    assert {"title", "charts", "query"} <= head and {"subject", "page"} == page
    assert hub.sheet.title == hub.sheet.subject == "FRA-PAR"


def test_a_refused_value_is_explained_at_its_control_and_changes_nothing(hub):
    page = hub.sheet.page
    turn(hub, handling_cost=490.0)
    assert "must be >= 0" in hub.dials.said["handling_cost"] and hub.dials.values["handling_cost"] == 50.0
    assert hub.sheet.page == page
    turn(hub, internal_capacity=300.0)
    assert hub.dials.said == {} and hub.sheet.page != page


def test_the_optimum_shows_the_level_it_aims_at(hub):
    turn(hub, **{OPTIMUM: 1.0})
    assert hub.dials.disabled == ["service_level"]
    assert hub.dials.values["service_level"] == hub.session.numbers()["critical_ratio"]
    turn(hub, holding_cost=9.0)
    assert hub.dials.values["service_level"] == hub.session.numbers()["critical_ratio"] and hub.dials.said == {}
    turn(hub, **{OPTIMUM: 0.0})
    assert hub.dials.disabled == [] and hub.dials.values["service_level"] == 0.95


def test_presets_and_reset(hub):
    press(hub.dials, do="preset", name="strict SLA")
    assert hub.dials.values["sla_penalty"] == 120.0 and hub.dials.values[OPTIMUM] == 1.0
    press(hub.dials, do="reset")
    assert hub.dials.values == hub.session.start and "sla_penalty" not in hub.sheet.query
    press(hub.dials, do="preset", name="no such")
    assert "preset must be one of" in hub.dials.said[""].lower()


def test_a_picked_lane_has_the_values_that_were_set_for_it(hub):
    turn(hub, holding_cost=9.0)
    hub.lanes.picked = "FRA-PAR"
    assert hub.sheet.title == "FRA-PAR" and hub.dials.values["holding_cost"] == 6.0
    hub.lanes.picked = "BER-MUC"
    assert hub.dials.values["holding_cost"] == 9.0
    hub.lanes.picked = "no such lane"
    assert "lane must be" in hub.sheet.said.lower() and hub.session.lane == "BER-MUC"


def test_a_control_turned_while_another_lane_is_picked_changes_neither(hub):
    before = hub.dials.subject
    hub.lanes.picked = "FRA-PAR"
    press(hub.dials, do="turn", subject=before, name="holding_cost", value=9.0)
    assert hub.session.values == hub.session.start and "holding_cost" not in hub.sheet.query


def test_a_repeated_mistake_is_answered_again(hub):
    for serial in (1, 2):  # the page reads the error sentence when its message is answered
        press(hub.dials, do="turn", name="holding_cost", value=-1.0, serial=serial)
        assert hub.dials.answered == serial and "holding cost must be from" in hub.dials.said["holding_cost"].lower()


def test_a_planner_can_set_thresholds(hub):
    hub.lanes.thresholds = {"strain": 0.5, "under_used": 0.2}
    assert set(hub.lanes.table["status"]) == {"capacity strain"}
    hub.lanes.thresholds = {"strain": 0.1, "under_used": 0.2}
    assert "thresholds must be" in hub.lanes.said.lower() and hub.lanes.thresholds["strain"] == 0.5


def test_the_what_if_tab_names_every_difference(hub):
    hub.sheet.active = "compare"
    assert "data-kept" not in hub.sheet.page
    press(hub.sheet, do="pin")
    assert "the same so far" in hub.sheet.page
    before = hub.session.numbers()
    turn(hub, holding_cost=9.0)
    kept = dict(re.findall(r'data-kept="(\w+)" data-value="([^"]+)"', hub.sheet.page))
    assert {name: float(value) for name, value in kept.items()} == {name: before[name] for name in kept}
    assert "holding cost: 2.5 in A, 9 in B [$/pallet/day]" in hub.sheet.page
    press(hub.sheet, do="unpin")
    assert "data-kept" not in hub.sheet.page


def test_the_analyst_uses_the_values_of_the_controls(hub):
    hub.sheet.active = "analyst"
    for _ in range(2):
        press(hub.sheet, do="ask", question="What is the <b>expected overflow</b>?")
        assert facts(hub.sheet.page)["lane1.expected_overflow"] == hub.session.numbers()["expected_overflow"]
        assert "<b>expected" not in hub.sheet.page and "offline analyst" in hub.sheet.page
        turn(hub, internal_capacity=200.0)
    press(hub.sheet, do="ask", question="Which lanes need attention?")
    assert (
        facts(hub.sheet.page)["lane1.use_with_buffer"] == hub.session.network().loc[hub.session.lane, "use_with_buffer"]
    )
    press(hub.sheet, do="ask", question="Who wins the cup?")
    assert "so there is no answer" in hub.sheet.page
    press(hub.sheet, do="ask", question=" ")
    assert hub.sheet.said == "Question must be one with words in it; got an empty one."


def test_it_means_the_lane_in_view(hub):
    hub.sheet.active = "analyst"
    press(hub.sheet, do="ask", question="How large is the safety stock?")
    hub.lanes.picked = "FRA-PAR"
    press(hub.sheet, do="ask", question="and its profit?")
    assert facts(hub.sheet.page)["lane2.profit"] == hub.session.numbers()["profit"]


def test_a_conversation_is_downloaded_and_cleared(hub):
    hub.sheet.active = "analyst"
    press(hub.sheet, do="ask", question="What drives its resilience?")
    sent = []
    hub.sheet.send = lambda message, buffers: sent.append((message["download"], bytes(buffers[0]).decode()))
    press(hub.sheet, do="conversation")
    ((name, text),) = sent
    assert name == "conversation.md" and "## What drives its resilience?" in text
    assert "| resilience.resilience_index |" in text
    press(hub.sheet, do="forget")
    assert "resilience?</h3>" not in hub.sheet.page


def test_a_link_restores_lane_controls_and_tab(hub):
    follow(hub, "?source=research&lane=FRA-PAR&holding_cost=9&tab=risk")
    assert (hub.sheet.title, hub.sheet.active, hub.dials.values["holding_cost"]) == ("FRA-PAR", "risk", 9.0)
    assert hub.sheet.said == "" and hub.lanes.picked == "FRA-PAR"
    other = Hub()
    assert other.sheet.query == "source=research&lane=HAM-ROT&tab=capacity"
    follow(other, f"?{hub.sheet.query}")
    assert other.sheet.query == hub.sheet.query and other.sheet.page == hub.sheet.page


@pytest.mark.parametrize(
    "query", ["?source=file&lane=A", "?source=moon", "?lane=XX", "?holding_cost=abc", "?source=ledger"]
)
def test_a_link_that_cannot_be_used_is_explained(hub, query):
    follow(hub, query)
    assert hub.sheet.said.endswith(".") and "Traceback" not in hub.sheet.said and figures(hub.sheet.page)


def test_an_unexpected_error_is_a_sentence_and_is_logged(hub, monkeypatch, capfd):
    monkeypatch.setattr(hub.session, "pin", lambda: 1 / 0)
    press(hub.sheet, do="pin")
    assert hub.sheet.said.startswith("Something went wrong here (ZeroDivisionError)")
    assert "ZeroDivisionError: division by zero" in capfd.readouterr().err
    press(hub.sheet, do="unpin")
    assert hub.sheet.said == ""


def test_in_a_kernel_a_traceback_is_not_sent_to_the_page(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with this variable, kernels do not redirect the standard error
    cell = "from twin.view.guard import told\nwith told(print):\n    1 / 0"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    ran = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    (output,) = ran.cells[0].outputs
    assert output["name"] == "stdout" and "ZeroDivisionError" in output["text"] and "Traceback" not in output["text"]


# ------------------------------------------------------------ report


def delivered(widget, monkeypatch, **message):
    """Return (name, content) of the file that a message makes the page save."""
    sent = []
    monkeypatch.setattr(type(widget), "send", lambda self, content, buffers=(): sent.append((content, buffers)))
    press(widget, **message)
    ((content, (data,)),) = sent
    return content["download"], data


def _number(row):
    words = words_in(row["unit"])
    return float(words.index(row["value"]) if words else row["value"])


def test_the_csv_holds_every_number_and_control(hub, monkeypatch):
    turn(hub, holding_cost=9.0)
    name, data = delivered(hub.sheet, monkeypatch, do="csv")
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    answers = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "answer"}
    controls = {row["name"]: _number(row) for row in rows if row["kind"] == "control"}
    given = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "given"}
    assert answers == hub.session.numbers() and controls == hub.session.values and name == "BER-MUC.csv"
    assert given == {"fixed_order_cost": 600.0, "dwell": 1.0}


def test_the_pdf_opens_and_holds_the_same_numbers(hub, monkeypatch):
    turn(hub, holding_cost=9.0)
    name, data = delivered(hub.sheet, monkeypatch, do="pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
    assert name == "BER-MUC.pdf" and "Lane BER-MUC" in text
    for number, value in hub.session.numbers().items():
        assert f"{number.replace('_', ' ')} {written(value, UNIT_OF[number])}" in text, number
    assert "holding cost $9.00 a pallet and day" in text and "fixed order cost $600.0 an order" in text
    assert downloads.pdf(hub.session) == data


@pytest.mark.parametrize("lane", ["=cmd|' /C calc'!A0", 'a/b\\c"<x>#$*_', "東京-大阪", "x" * 400])
def test_lanes_of_any_name_can_be_reported(lane, tmp_path):
    path = tmp_path / "flows.csv"
    rows = [[f"2026-01-0{day}", lane, day] for day in range(1, 8)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("date", "lane", "volume"), *rows])
    hub = Hub(str(path))
    for tab in TABS:
        hub.sheet.active = tab
        assert "<x>" not in hub.sheet.page
    assert downloads.pdf(hub.session).startswith(b"%PDF") and "/" not in downloads.FILES["csv"](hub.session)[0]


# ------------------------------------------------------------ the data feed


def test_nothing_is_opened_before_a_page_shows_the_forms(hub, nobodys_ledger):
    assert "Opening the ledger" in hub.data.page and not nobodys_ledger.exists()
    press(hub.data, do="opened")
    assert "0 flows" in hub.data.page and nobodys_ledger.exists()


def test_a_flow_is_logged_shown_and_deleted(stored):
    hub = Hub("ledger:", "BER-MUC")
    press(hub.data, do="opened")
    last = hub.session.feed.statistics.loc["BER-MUC", "last_volume"]
    press(hub.data, do="log", date="2025-12-28", lane="BER-MUC", volume="32,5", returns="")
    (key,) = re.findall(r"Logged: flow (\d+), 2025-12-28, BER-MUC, 32.5 pallets", hub.data.said)
    assert "already held 1 flow of BER-MUC" in hub.data.said
    assert hub.lanes.table["last_volume"][0] == last + 32.5 and stored.count() == 3277
    press(hub.data, do="delete", id=key)
    assert f"Delete flow {key}, 2025-12-28, BER-MUC" in hub.data.question["text"] and stored.count() == 3277
    press(hub.data, **hub.data.question["message"])
    assert hub.lanes.table["last_volume"][0] == last and stored.count() == 3276 and "Deleted" in hub.data.said


def test_a_logged_flow_leads_to_its_lane_and_keeps_the_controls(stored):
    hub = Hub("ledger:", "BER-MUC")
    turn(hub, holding_cost=9.0)
    press(hub.data, do="log", date="2025-12-28", lane="HAM-ROT", volume="5")
    assert hub.sheet.title == "HAM-ROT"
    hub.lanes.picked = "BER-MUC"
    assert hub.dials.values["holding_cost"] == 9.0


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"do": "log", "date": "", "lane": "A", "volume": "5"}, "Date must be a day"),
        ({"do": "log", "date": "2026-01-05", "lane": " ", "volume": "5"}, "Lane must be a name"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "five"}, "Volume must be a number"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "-1"}, "Volume must be"),
        (
            {"do": "log", "date": "2026-01-05", "lane": "A", "volume": "1,200"},
            "Volume 1,200 may be 1200 or 1.2; write it without a mark, or as 1.2000.",
        ),
        ({"do": "delete", "id": "²"}, "Id must be a whole number"),
        ({"do": "flows", "lane": "XX"}, "Lane must be one of the ledger"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "nan"}, "Volume must be"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "1", "returns": "x"}, "Returns must be a number"),
        ({"do": "delete", "id": "x"}, "Id must be a whole number"),
        ({"do": "delete", "id": "99999"}, "Id must be that of a flow"),
        ({"do": "reset", "token": "yes"}, "Confirmation must be the words delete all flows"),
        ({"do": "import"}, "File must be chosen first"),
        ({"do": "upload"}, "File must be chosen first"),
        ({"do": "source", "source": "file"}, "File must be uploaded first"),
        ({"do": "no-such"}, "Request must be one of those on the page"),
    ],
)
def test_a_refused_form_is_explained_and_changes_nothing(stored, form, sentence):
    hub = Hub("ledger:")
    press(hub.data, **form)
    assert f'role="alert">{sentence}' in hub.data.said and stored.count() == 3276 and "Traceback" not in hub.data.said


def test_a_file_is_imported_exported_and_undone(stored, tmp_path, monkeypatch):
    hub = Hub("ledger:")
    path = tmp_path / "more.csv"
    write_csv(network(lanes=3, periods=50), path)
    press(hub.data, do="import", file="more.csv", content=path.read_bytes())
    assert chosen(hub.data) == ["Import 150 flows", "Write nothing"] and stored.count() == 3276
    choose(hub.data, "Import 150 flows")
    assert "150 flows added as import 2" in hub.data.said and len(hub.lanes.table["lane"]) == 6
    press(hub.data, do="import", file="more.csv", content=path.read_bytes())
    assert "Nothing in this file is new" in hub.data.said and chosen(hub.data)[0] == "Add all on top (150)"
    name, data = delivered(hub.data, monkeypatch, do="export")
    assert name == "flows.csv" and data.decode().count("\n") == 3427
    press(hub.data, do="undo", id=2, source="more.csv")
    press(hub.data, **hub.data.question["message"])
    assert stored.count() == 3276 and len(hub.lanes.table["lane"]) == 3


def test_bad_rows_are_counted_and_left_out_on_request(stored):
    hub = Hub("ledger:")
    content = b"date,lane,volume\n2026-01-01,X,5\n2026-01-02,X,<b>six</b>\n2026-01-03,X,7\n"
    press(hub.data, do="import", file="bad.csv", content=content)
    assert "1 x volume is not a number" in hub.data.said and "None was imported" in hub.data.said
    assert "<b>six" not in hub.data.said and stored.count() == 3276
    press(hub.data, do="import", file="bad.csv", good_rows_only="on", content=content)
    choose(hub.data, "Import 3 flows")
    assert "3 flows added" in hub.data.said and "1 of them has an unknown volume" in hub.data.said


def test_a_reset_needs_the_typed_words(stored):
    hub = Hub("ledger:")
    press(hub.data, do="reset", token=RESET_TOKEN)
    assert stored.count() == 0 and "3,276 flows deleted" in hub.data.said
    assert hub.session.feed.source == "research" and "no flows yet" in hub.data.page


UPLOADS = {
    "good": (b"date,lane,volume\n2026-01-01,A,5\n2026-01-02,A,6\n2026-01-03,A,4\n", None),
    "some refused": (
        b"date,lane,volume\n" + b"".join(b"2026-01-%02d,A,5\n" % day for day in range(1, 31)) + b"2026-01-31,A,x\n",
        None,
    ),
    "many refused": (b"date,lane,volume\n2026-01-01,A,5\n2026-01-02,A,x\n2026-01-03,A,4\n", "1 of 3 rows"),
    "empty": (b"", "empty"),
    "no table": (b"\x89PNG\r\n\x1a\n\x00\x00", ""),
    "no columns": (b"a,b\n1,2\n", "column"),
    "no rows": (b"date,lane,volume\n", ""),
    "nothing usable": (b"date,lane,volume\nx,A,y\n", "no usable row"),
    "one period": (b"date,lane,volume\n2026-01-01,A,5\n", "can be assessed"),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_uploads_are_shown_or_refused_in_a_sentence(hub, kind, tmp_path):
    content, sentence = UPLOADS[kind]
    before = hub.sheet.title
    press(hub.data, do="upload", file="../my flows.csv", content=content)
    assert (
        str(tmp_path.parent) not in hub.data.said and "/tmp" not in hub.data.said and "Traceback" not in hub.data.said
    )
    if sentence is None:
        assert hub.sheet.title == "A" and "my flows.csv" in hub.data.said and hub.session.feed.source == "file"
        assert ("1 refused" in hub.data.said) == (kind == "some refused")
    else:
        assert 'role="alert"' in hub.data.said and sentence in hub.data.said and hub.sheet.title == before
        assert "--" not in hub.data.said  # a page names ways out that it has


def test_large_uploads_come_in_pieces_and_too_large_ones_are_refused(hub, tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    write_csv(network(lanes=200, periods=365), path)
    press(hub.data, do="upload", file="large.csv", content=path.read_bytes())
    assert len(hub.lanes.table["lane"]) == 200
    monkeypatch.setattr("twin.view.hub.uploads.LARGEST_FILE", 1_000_000)
    press(hub.data, do="upload", file="large.csv", content=path.read_bytes())
    assert "File must be at most" in hub.data.said


def test_a_ledger_out_of_reach_is_explained_and_the_rest_works(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://planner:topsecret@127.0.0.1:1/nowhere")
    hub = Hub()
    press(hub.data, do="opened")
    assert 'role="alert"' in hub.data.page and "Try again" in hub.data.page
    press(hub.data, do="log", date="2026-01-05", lane="A", volume="5")
    assert 'role="alert"' in hub.data.said and "topsecret" not in json.dumps([hub.data.said, hub.data.page])
    turn(hub, holding_cost=9.0)
    assert "holding_cost=9" in hub.sheet.query


def test_the_setting_names_the_source_that_a_hub_opens(stored, monkeypatch):
    monkeypatch.setenv("TWIN_HISTORY", "ledger:")
    assert Hub().session.feed.source == "ledger"
    with Ledger() as ledger:
        ledger.append("2025-12-29", "NEW", 5)
        ledger.append("2025-12-28", "NEW", 5)
    waiting = Hub()
    stored.append("2025-12-30", "NEW", 9)
    assert "NEW" in waiting.session.feed.statistics.index
    press(waiting.data, do="opened")  # shows flows added while the hub waited for a visitor
    assert waiting.session.feed.statistics.loc["NEW", "last_volume"] == 9.0


@pytest.mark.parametrize("history", ["ledger:", "no such file.csv"])
def test_a_setting_that_cannot_be_used_leaves_the_research_lanes_and_is_explained(monkeypatch, history):
    monkeypatch.setenv("TWIN_HISTORY", history)
    hub = Hub()
    assert hub.session.feed.source == "research" and 'role="alert"' in hub.data.said
    with pytest.raises((ValueError, OSError)):
        Hub(history)


def test_a_hub_whose_ledger_is_out_of_reach_shows_no_other_morning_and_recovers(stored, url, monkeypatch):
    monkeypatch.setenv("TWIN_HISTORY", "ledger:")
    with monkeypatch.context() as down:
        down.setenv("DATABASE_URL", "postgresql://planner:topsecret@127.0.0.1:1/nowhere")
        hub = Hub()
        hub.show_morning()
        (still_words,) = {still.shown(hub, "morning", live=False)._repr_mimebundle_()[0]["text/plain"]}
        press(hub.morning, do="opened")
        for said in (hub.morning.page, still_words):
            assert "cannot be reached" in said and "synthetic research lanes, which are not yours" in said
            assert "Accept" not in said and "Nothing to do" not in said and "topsecret" not in said
    hub.data.said = ""
    hub.feed._address = url  # the database is back
    hub.feed._ledger = None
    assert "Try again" in hub.morning.page
    press(hub.morning, do="opened")
    assert hub.session.feed.source == "ledger" and not hub.session.feed.missing
    hub.show_morning()
    assert "not yours" not in hub.morning.page and "lanes</b> after" in hub.morning.page


def test_a_page_prepared_while_the_ledger_was_empty_shows_what_came_before_its_visitor(ledger, url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TWIN_HISTORY", "ledger:")
    waiting = Hub()
    assert "one that holds flows" in waiting.morning.page
    ledger.import_history(research_lanes())
    press(waiting.data, do="opened")
    assert waiting.session.feed.source == "ledger" and waiting.data.said == ""


def test_a_morning_that_failed_is_tried_again(stored, monkeypatch):
    hub = Hub("ledger:")
    with monkeypatch.context() as down:
        down.setattr(type(hub.session), "morning", lambda _: (_ for _ in ()).throw(LedgerError("the ledger is down")))
        hub.show_morning()
        assert "The ledger is down" in hub.morning.page and "Try again" in hub.morning.page
    press(hub.morning, do="opened")
    assert "lanes</b> after" in hub.morning.page


def test_every_message_is_answered_by_its_number(hub):
    for widget, message in (
        (hub.dials, {"do": "reset"}),
        (hub.sheet, {"do": "no-such"}),
        (hub.data, {"do": "no-such"}),
    ):
        press(widget, **message, serial=7)
        assert widget.answered == 7


def test_a_message_about_a_lane_no_longer_shown_is_ignored(hub):
    before = hub.dials.subject
    hub.lanes.picked = "FRA-PAR"
    turn(hub, holding_cost=9.0)
    press(hub.dials, do="reset", subject=before)
    press(hub.sheet, do="pin", subject=before)
    assert hub.session.values["holding_cost"] == 9.0 and hub.session.pinned is None


def test_the_same_row_is_sent_again_after_the_table(hub):
    heard = []
    hub.lanes.observe(lambda change: heard.append(change["new"]), "row")
    turn(hub, internal_capacity=200.0)
    press(hub.data, do="source", source="research")
    turn(hub, internal_capacity=201.0)
    turn(hub, internal_capacity=200.0)
    assert [row.get("lane") for row in heard] == ["BER-MUC", None, "BER-MUC", "BER-MUC"]


def test_a_source_keeps_its_own_controls(hub):
    turn(hub, holding_cost=9.0)
    press(hub.data, do="upload", file="a.csv", content=UPLOADS["good"][0])
    turn(hub, holding_cost=8.0)
    press(hub.data, do="source", source="research")
    assert hub.sheet.title == "BER-MUC" and hub.session.values["holding_cost"] == 9.0
    press(hub.data, do="source", source="file")
    assert hub.session.values["holding_cost"] == 8.0
    press(hub.data, do="upload", file="a.csv", content=UPLOADS["good"][0])
    assert hub.session.values["holding_cost"] == 5.0  # a different file with the same name


def test_a_change_is_confirmed_even_if_no_lane_is_left(ledger, url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    flows = [ledger.append(f"2026-01-0{day}", "A", day) for day in (1, 2)]
    hub = Hub("ledger:")
    press(hub.data, do="deletion", id=flows[0].id)
    assert "Deleted: flow" in hub.data.said and "can be assessed" in hub.data.said
    assert hub.session.feed.source == "research" and "checked" in hub.data.page.split("twin-source-research")[1][:40]


def test_a_lane_whose_flows_are_gone_cannot_be_picked(stored):
    hub = Hub("ledger:", "BER-MUC")
    stored.reset(RESET_TOKEN)
    hub.lanes.picked = "FRA-PAR"
    assert hub.sheet.title == hub.session.lane == hub.lanes.picked == hub.dials.subject == "BER-MUC"
    assert (
        "Lane must be one whose flows the ledger still holds; look at the ledger anew; got FRA-PAR." == hub.sheet.said
    )
    press(hub.data, do="refresh")
    assert 'role="alert"' in hub.data.said


def test_a_flow_far_from_all_others_needs_a_confirmation(stored):
    hub = Hub("ledger:", "BER-MUC")
    for date, why in (("2031-01-01", "in the future"), ("2022-12-01", "32 days before every other flow")):
        press(hub.data, do="log", date=date, lane="BER-MUC", volume="5")
        assert why in hub.data.question["text"] and stored.count() == 3276
    press(hub.data, **hub.data.question["message"])
    assert "Logged: flow" in hub.data.said and stored.count() == 3277


def test_the_last_flows_of_a_lane_can_be_found_and_deleted(stored):
    hub = Hub("ledger:")
    flow = stored.append("2025-12-28", "BER-MUC", 1234567, 3)
    press(hub.data, do="flows", lane="BER-MUC")
    assert 'value="1234567"' in hub.data.said and f"Delete {flow.id} …" in hub.data.said
    assert hub.data.said.count('data-do="delete"') == 20


def test_files_with_other_headings_and_decimal_commas(stored):
    hub = Hub("ledger:")
    content = "Wann;Wohin;Wieviel\n2026-01-01;Köln;1,5\n2026-01-02;Köln;2,5\n".encode()
    press(hub.data, do="upload", file="a.csv", content=content)
    assert "its own heading for “Heading of the lane”" in hub.data.said and "--column" not in hub.data.said
    headings = {"date": "Wann", "lane": "Wohin", "volume": "Wieviel"}
    other = {f"reading-columns-{ours}": heading for ours, heading in headings.items()} | {"reading-decimal": ","}
    press(hub.data, do="upload", file="a.csv", content=content, **other)
    assert hub.sheet.title == "Köln" and hub.session.feed.statistics.loc["Köln", "demand_mean"] == 2.0
    press(hub.data, do="import", file="a.csv", content=content, **other)
    choose(hub.data, "Import 2 flows")
    assert "2 flows added" in hub.data.said and stored.count() == 3278


def test_two_uploads_at_once_are_both_read(hub):
    for key, lane in ((1, b"A"), (2, b"B")):
        hub.data._handle_custom_msg(
            {"do": "piece", "id": key, "begins": True}, [UPLOADS["good"][0].replace(b"A", lane)]
        )
    for key, lane in ((1, "A"), (2, "B")):
        hub.data._handle_custom_msg({"do": "upload", "upload": key, "file": "x.csv"}, [])
        assert hub.sheet.title == lane


def test_no_folder_of_the_server_is_shown(stored, tmp_path, monkeypatch):
    path = tmp_path / "flows.csv"
    path.write_bytes(UPLOADS["good"][0])
    monkeypatch.setenv("TWIN_HISTORY", str(path))
    for hub in (Hub(), Hub("ledger:")):
        press(hub.data, do="opened")
        press(hub.data, do="refresh")
        assert str(tmp_path.parent) not in hub.sheet.status + hub.data.page + hub.data.said


def test_the_still_form_is_safe_with_any_lane(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_bytes(UPLOADS["good"][0].replace(b"A", b"<img src=x onerror=alert(1)>"))
    for part in ("data", "lanes"):
        bundle, _ = still.shown(Hub(str(path)), part, live=False)._repr_mimebundle_()
        assert "<img" not in bundle["text/html"]


def test_an_unknown_lane_is_refused_when_it_is_asked_for():
    with pytest.raises(ValueError, match="lane must be one of the lanes shown; got NOPE"):
        Hub("", "NOPE")


TOMORROW = b"date,lane,volume\n2026-01-05,A,5\n2026-01-06,A,6\n2026-01-07,A,7\n"
REVISED_FILE = TOMORROW.replace(b"A,6", b"A,8") + b"2026-01-08,A,5\n"


@pytest.mark.parametrize(
    ("answer", "words", "volumes"),
    [
        (0, "1 flow added as import 2", [5, 6, 7, 5]),
        (1, "2 flows added as import 2", [5, 8, 7, 5]),
        (2, "4 flows added as import 2", [5, 5, 6, 8, 7, 7, 5]),
    ],
)
def test_an_import_of_held_days_asks_with_counts_before_anything_is_written(
    ledger, url, monkeypatch, answer, words, volumes
):
    monkeypatch.setenv("DATABASE_URL", url)
    hub = Hub()
    press(hub.data, do="import", file="a.csv", held="new-only", content=TOMORROW)
    press(hub.data, do="import", file="b.csv", content=REVISED_FILE)
    assert "Preview of b.csv: 4 flows, of which nothing is written yet" in hub.data.said and ledger.count() == 3
    assert re.findall(r"<span>(\w+)</span><b>(\d+)</b>", hub.data.said) == [*zip(NAMED_COUNTS, "1210", strict=True)]
    assert "<td>6</td><td>8</td>" in hub.data.said  # the changed day, as it is held and in the file
    choose(hub.data, chosen(hub.data)[answer])
    assert words in hub.data.said and ledger.read()["volume"].tolist() == volumes
    press(hub.data, do="undo", id=2, source="b.csv")
    press(hub.data, **hub.data.question["message"])
    assert "Import undone" in hub.data.said and ledger.read()["volume"].tolist() == [5, 6, 7]


def test_an_answer_to_a_preview_that_has_changed_is_asked_again(ledger, url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    hub = Hub()
    press(hub.data, do="import", file="a.csv", held="new-only", content=TOMORROW)
    press(hub.data, do="import", file="b.csv", content=REVISED_FILE)
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    ledger.edit(2, 6.5)  # somebody else, and the counts stay
    choose(hub.data, "New, and replace what differs (2)")
    assert "A on 2026-01-06 is 6.5 pallets since tom changed it at " in hub.data.said and ledger.count() == 3
    assert "and would be 8 pallets" in hub.data.said and "Corrected by hand since (1)" in hub.data.said
    choose(hub.data, "New, and replace what differs (2)")
    assert ledger.read()["volume"].tolist() == [5, 8, 7, 5]


def test_a_logged_flow_far_from_its_lane_is_asked_about(stored):
    hub = Hub("ledger:")
    press(hub.data, do="log", date="2025-12-28", lane="HAM-ROT", volume="25000")
    assert "25,000 pallets are far from the record of HAM-ROT" in hub.data.question["text"] and stored.count() == 3276
    press(hub.data, **hub.data.question["message"])
    assert "Logged: flow" in hub.data.said and stored.count() == 3277


def test_a_read_only_ledger_is_shown_with_the_reason_and_changes_nothing(stored, monkeypatch):
    monkeypatch.setenv("TWIN_LEDGER_READ_ONLY", "1")
    hub = Hub("ledger:")
    press(hub.data, do="opened")
    assert (
        "TWIN_LEDGER_READ_ONLY is set on this server" in hub.data.page
        and hub.data.page.count("<fieldset disabled>") == 4
    )
    (key,) = stored.read("HAM-ROT")["id"].tail(1)
    for form in (
        {"do": "log", "date": "2025-12-28", "lane": "HAM-ROT", "volume": "110"},
        {"do": "log", "date": "2025-12-28", "lane": "HAM-ROT", "volume": "25000"},
        {"do": "log", "date": "2025-12-28", "lane": "HAM-ROT", "volume": "25000", "sure": True},
        {"do": "delete", "id": str(key)},
        {"do": "deletion", "id": str(key)},
        {"do": "undo", "id": "1"},
        {"do": "undone", "id": "1"},
        {"do": "import", "file": "a.csv", "content": TOMORROW},
        {"do": "reset", "token": RESET_TOKEN},
    ):
        press(hub.data, **form)
        assert "TWIN_LEDGER_READ_ONLY is set" in hub.data.said and hub.data.question == {} and stored.count() == 3276
    press(hub.data, do="flows", lane="HAM-ROT")
    assert "Last flows" in hub.data.said
