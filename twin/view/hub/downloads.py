"""Build the downloads of the hub: a PDF report on the lane, and a CSV file of all its numbers."""

import csv
import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from twin._choices import word_of
from twin.data.lane_names import quoting_of, written_lane
from twin.data.text import number_of, visible
from twin.plan.network_report import NetworkReport
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import label, rest_of, unit_in, written
from twin.policy import POLICY
from twin.view.hub import tabs
from twin.view.hub.controls import OPTIMUM
from twin.view.hub.session import Session
from twin.view.network_pages import network_pdf

TEMPLATE = Path(__file__).with_name("lane_report.typ")
REPORT_PICTURES = ("history", "costs", "profits", "losses")


def numbers_csv(session: Session) -> bytes:
    """Return every number of the lane, and its controls, as a CSV file."""
    period, text = session.feed.period, io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n", quoting=quoting_of([session.lane]))
    table.writerow(("lane", "kind", "name", "value", "unit"))
    lane = written_lane(session.lane)
    for field in session.fields:
        value = session.values[field.name]
        value = word_of(value, field.unit) if field.choices else repr(value)
        table.writerow((lane, "control", field.name, value, unit_in(field.unit, period)))
    table.writerow((lane, "control", OPTIMUM, int(session.values[OPTIMUM]), "-"))
    for name, value in _given(session).items():
        table.writerow((lane, "given", name, repr(value), unit_in(UNIT_OF[name], period)))
    for name, value in session.numbers().items():
        table.writerow((lane, "answer", name, repr(value), unit_in(UNIT_OF[name], period)))
    return text.getvalue().encode()


def pdf(session: Session) -> bytes:
    """Return the report on the lane's current state as a PDF file; the same state gives the same bytes."""
    try:
        import typst
    except ImportError:
        raise ValueError("The report needs the package typst; install the extra apps") from None
    numbers = session.numbers()
    with tempfile.TemporaryDirectory() as folder:
        for name in REPORT_PICTURES:
            figure = tabs.drawn(name, session, numbers)
            figure.savefig(Path(folder, f"{name}.svg"), metadata={"Date": None})
        Path(folder, "state.json").write_text(json.dumps(_state(session, numbers)), encoding="utf-8")
        Path(folder, "report.typ").write_bytes(TEMPLATE.read_bytes())
        # Typst's own fonts give the same pages on every machine.
        return typst.compile(Path(folder, "report.typ"), root=folder, ignore_system_fonts=True, timestamp=0)


def network_file(report: NetworkReport) -> tuple[str, str, bytes]:
    """Return name, MIME type and content of the report on the network, which `twin report` writes to a folder."""
    return f"{report.name}.pdf", "application/pdf", network_pdf(report, "")


def _state(session, numbers):
    """Return the words and numbers of the report, ready to print, for the template."""
    period, values = session.feed.period, session.values
    record = session.feed.statistics.loc[session.lane]

    def row(name, value, unit):
        return [label(name), written(value, unit), rest_of(unit, period)]

    return {
        "lane": visible(session.lane),
        "source": f"{visible(session.feed.place, 120)}, {number_of(int(record['periods']), unit_in('period', period))}",
        "through": f"{record['last_date']:%Y-%m-%d}",
        "assumptions": list(session.assumptions),
        "accuracy": list(session.remarks()),
        "controls": [
            *(row(f.name, values[f.name], f.unit) for f in session.fields if f.name != "service_level"),
            *(row(name, value, UNIT_OF[name]) for name, value in _given(session).items()),
        ],
        "target": "newsvendor optimum" if values[OPTIMUM] else "service level aimed at",
        "level": written(numbers["service_level"], "-"),
        "answers": [row(name, value, UNIT_OF[name]) for name, value in numbers.items()],
    }


def _given(session):
    """Return the policy fields that have no control, by name."""
    row = session.policies.loc[session.lane]
    return {name: float(row[name]) for name, quantity in POLICY.items() if not quantity.control}


def _name(session, ending):
    """Return a file name for the lane: other characters than letters, digits, - and _ become -."""
    plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in session.lane)[:60]
    return f"{plain}.{ending}"


#: Name of a tool -> function that returns name, MIME type and content of its file.
FILES: dict[str, Callable[[Session], tuple[str, str, bytes]]] = {
    "pdf": lambda session: (_name(session, "pdf"), "application/pdf", pdf(session)),
    "report": lambda session: network_file(session.report()),
    "csv": lambda session: (_name(session, "csv"), "text/csv", numbers_csv(session)),
}
