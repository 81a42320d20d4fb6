"""The report on a network as a PDF: a page of decisions for the network, and a page for each of some lanes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib import style

from twin.data.text import number_of, visible
from twin.demand import period_name
from twin.forecast import Interval
from twin.plan.ahead import DAYS_AHEAD
from twin.plan.attention import BLOCK_NAMES
from twin.plan.dated import DATED, judged_in_words
from twin.plan.decision import decision_words
from twin.plan.policies import policy_of
from twin.plan.quantities import UNIT_OF
from twin.plan.report_changes import TOTAL_UNITS
from twin.plan.unit_names import unit_names
from twin.plan.wording import label, quantity, written
from twin.view import pictures

if TYPE_CHECKING:
    from twin.plan.network_report import NetworkReport

NETWORK_PAGES = Path(__file__).with_name("network_pages.typ")
MOST_SITES, MOST_DECISIONS, MOST_DATES = 6, 8, 28  # most rows of the tables of a page; the workbook has all
MOST_ASSUMED, MOST_ERRORS = 4, 2  # most assumptions, and known errors of answers, that the page of the network names
#: Answers on the page of a lane, and columns of its plan by date.
LANE_ANSWERS = (
    "demand_mean demand_sd service_level safety_stock required_capacity internal_capacity lane_overflow_probability "
    "lane_overflow lane_profit resilience_index"
).split()
DATES_SHOWN = "mean low high required_capacity overflow_probability expected_overflow profit".split()
_HEADINGS = {
    "mean": "forecast",
    "overflow_probability": "lane overflow probability",
    "expected_overflow": "lane overflow",
}
OF_DATES = ("overflow", "handling")  # kinds of actions whose gain is that of all their dates


def network_pdf(report: NetworkReport, changes: str) -> bytes:
    """Return the pages as a PDF file in A4; the same report gives the same bytes.

    changes : what changed since the last report, in a sentence.
    """
    try:
        import typst
    except ImportError:
        raise ValueError("the report needs the package typst; install the extra apps") from None
    with tempfile.TemporaryDirectory() as folder, style.context("twin.view.twin"):
        for number, lane in enumerate(report.plans):
            _history(report, lane).savefig(Path(folder, f"{number}.svg"), metadata={"Date": None})
        Path(folder, "words.json").write_text(json.dumps(_words(report, changes)), encoding="utf-8")
        Path(folder, "pages.typ").write_bytes(NETWORK_PAGES.read_bytes())
        return typst.compile(Path(folder, "pages.typ"), root=folder, ignore_system_fonts=True, timestamp=0)


def _history(report: NetworkReport, lane: str) -> Any:
    """Return the figure of the record of a lane, with the forecast that its plan by date has."""
    feed, plan = report.feed, report.plans[lane]
    dated = plan.table.loc[lane]
    said = Interval(*(dated[name].to_numpy() for name in Interval._fields))
    answers, policy = report.assessed.table.loc[lane], policy_of(report.policies.loc[lane])
    figure = pictures.history(*feed.series(lane), policy, answers, said, plan.dates, feed.calendar.length)
    (ax,) = figure.axes
    ax.set_title(f"{ax.get_title('left')}, {ax.get_ylabel()}", loc="left")  # a long number would cover the label
    ax.set_ylabel("")
    return figure


def _words(report: NetworkReport, changes: str) -> dict[str, Any]:
    """Return all words and numbers of the pages, ready to print."""
    attention, length = report.morning.attention, report.feed.calendar.length
    block, name = BLOCK_NAMES[attention.period], period_name(length)
    counts = attention.lanes["status"].value_counts()
    assumed = list(dict.fromkeys((*attention.assumptions, *report.assessed.assumptions)))
    decided = [
        [
            day.replace("T", " ")[:16],
            visible(who, 24),
            visible(lane, 40),
            decision_words(row),
            _gain(row["gain"], row["action"], block),
        ]
        for (_, row) in report.decisions.head(MOST_DECISIONS).iterrows()
        for day, who, lane in [(row["decided_at"], row["author"], f"{row['lane']}, {row['action']}")]
    ]
    return {
        "place": visible(report.place, 140),
        "last": str(attention.date),
        "made": report.made,
        "author": visible(report.author, 60),
        "horizon": number_of(report.horizon, name),
        "changes": changes,
        "counts": ", ".join(f"{count:,} {status}" for status, count in counts.items()) + f" (by the coming {block})",
        "block": block,
        "units": f"Profit in {unit_names().currency} a {name}; the other numbers in {unit_names().many}. "
        "Profit and overflow are means over paths of the dynamic model, where every own place is paid. ",
        "totals": _totals(report, block),
        "sites": _sites(report),
        "more_sites": _further(len(report.morning.totals) - 1 - MOST_SITES, "more site"),
        "actions": [_action(rank, row, block) for rank, row in enumerate(report.actions.to_dict("records"), 1)],
        "others": report.morning.others,
        "nothing": report.morning.nothing_to_do if report.morning.actions.empty else "",
        "decisions": decided,
        "more_decisions": _further(len(report.decisions) - MOST_DECISIONS, "earlier decision") + _worth(report),
        "assumed": assumed[:MOST_ASSUMED],
        "errors": list(report.assessed.accuracy[:MOST_ERRORS]),
        "lanes": [_lane(report, number, lane, block) for number, lane in enumerate(report.plans)],
    }


def _worth(report: NetworkReport) -> str:
    """Return in a sentence what past decisions were worth; none if none is over."""
    return "" if report.worth is None else next(report.worth.sentences(), "")


def _further(count: int, one: str) -> str:
    """Return the sentence on rows that only the workbook has; none if it has no more."""
    return f" {number_of(count, f'{one} is', f'{one}s are')} in the workbook. " if count > 0 else ""


def _totals(report: NetworkReport, block: str) -> dict[str, Any]:
    names = unit_names()
    units = {"demand": f"{names.many} a {block}", "use": "of own places"}
    heads = [f"{text}, {units.get(column, f'{names.currency} a {block}')}" for column, text in _HEADS.items()]
    rows = []
    for site, row in report.morning.totals.head(1 + MOST_SITES).iterrows():
        cells = [visible(str(site), 40)]
        for column, unit in TOTAL_UNITS.items():
            change = row.get(f"{column}_change", 0.0)
            moved = _change(change, unit) if change else ""
            cells.append(_text(row[column], unit) + moved)
        rows.append(cells)
    return {"head": ["", *heads], "rows": rows}


def _change(change: float, unit: str) -> str:
    text = f"{written(100 * change, 'points')} points" if unit == "-" else written(change, unit)
    return f" ({'+' if change > 0 else ''}{text})"


def _sites(report: NetworkReport) -> dict[str, Any]:
    """Return the own places of the sites, and a remark on each that is not simulated."""
    head = [
        "",
        "own places",
        "best own places",
        f"gain of the best in {DAYS_AHEAD} days",
        "days with overflow",
        "at the best",
    ]
    rows = [
        [
            visible(str(site), 40),
            _text(row["places"], "pallet"),
            _text(row["best_places"], "pallet"),
            "–" if row["remark"] else f"{written(row['gain'], '$')} ± {written(row['gain_error'], '$')}",
            _text(row["overflow"], "-"),
            _text(row["best_overflow"], "-"),
        ]
        for site, row in report.sites.iterrows()
    ]
    remarks = [f"{visible(str(site), 40)}: {why}." for site, why in report.sites["remark"].items() if why]
    return {"head": head, "rows": rows, "remarks": remarks}


_HEADS = {"demand": "demand", "use": "use", "money": "profit", "money_at_risk": "at risk"}


def _action(rank: int, row: dict[str, Any], block: str) -> dict[str, str]:
    state = row["state"] or "open"
    comment = f": {visible(row['comment'], 60)}" if row["comment"] else ""
    comment += f" ({visible(row['comments'], 120)})" if row["comments"] else ""
    return {
        "rank": str(rank),
        "lane": visible(row["lane"], 60),
        "money": written(row["money"], "$"),
        "reason": row["reason"],
        "decision": row["decision"],
        "gain": _gain(row["gain"], row["kind"], block),
        "state": state + comment,
    }


def _gain(value: Any, kind: str, block: str) -> str:
    """Return a gain with its time: that of a booking or a shift is for all its dates, any other a week or month."""
    if value is None or value != value or not value:
        return "–"
    return f"{written(float(value), '$')} {'in all' if kind in OF_DATES else f'a {block}'}"


def _text(value: float, unit: str) -> str:
    return "–" if value != value else written(value, unit)


def _lane(report: NetworkReport, number: int, lane: str, block: str) -> dict[str, Any]:
    """Return the words of the page of a lane."""
    attention, plan, length = report.morning.attention, report.plans[lane], report.feed.calendar.length
    coming, answers = attention.lanes.loc[lane], report.assessed.table.loc[lane]
    actions = [row for row in report.actions.to_dict("records") if row["lane"] == lane]
    action = min(actions, key=lambda row: row["state"] != "", default=None)  # the first open one
    at_risk = coming["money"]
    units = [DATED[column][0] for column in DATES_SHOWN]
    held = report.decisions[report.decisions["lane"] == lane].head(2)
    rows = [
        [str(day.date()), *(_text(value, unit) for value, unit in zip(row, units, strict=True))]
        for day, row in plan.table.loc[lane][DATES_SHOWN].head(MOST_DATES).iterrows()
    ]
    return {
        "name": visible(lane, 60),
        "picture": f"{number}.svg",
        "status": coming["status"],
        "risk": "" if at_risk != at_risk else f"{written(at_risk, '$')} at risk in the coming {block}",
        "action": None if action is None else _action(0, action, block),
        "decided": [
            f"{row['decided_at'][:16].replace('T', ' ')} {visible(row['author'], 24)}: {decision_words(row)}"
            + (f" ({visible(row['comment'], 80)})" if isinstance(row["comment"], str) else "")
            for _, row in held.iterrows()
        ],
        "answers": [
            [
                label(column),
                "–" if answers[column] != answers[column] else quantity(answers[column], UNIT_OF[column], length),
            ]
            for column in LANE_ANSWERS
        ],
        "head": ["date", *(_HEADINGS.get(column, column.replace("_", " ")) for column in DATES_SHOWN)],
        "rows": rows,
        "more": _further(len(plan.dates) - len(rows), "later date"),
        "judged": judged_in_words(plan.lanes.loc[lane], attention.period),
    }
