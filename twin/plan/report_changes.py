"""The comparison of a report with its predecessor: the state that is kept of each, and the changes since the last.

The state is a small file in JSON beside the report, and not an entry of the ledger: a folder of reports is one series,
weekly for one reader and daily for another, and whoever makes them needs no right to write to the ledger.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.data.text import visible
from twin.plan.attention import BLOCK_NAMES
from twin.plan.decision import decision_words
from twin.plan.morning import ALL_LANES
from twin.plan.wording import written

if TYPE_CHECKING:
    from twin.plan.network_report import NetworkReport

STATE_VERSION = 1  # of the file; one of another version is not compared
MOST_LANES_NAMED = 5  # most lanes that a part of the sentence names
TOTAL_UNITS = {"demand": "pallet", "use": "-", "money": "$", "money_at_risk": "$"}
_TOTALS = {"demand": "demand", "use": "use of own places", "money": "profit", "money_at_risk": "money at risk"}
_NAME = re.compile(r"report-\d{4}-\d\d-\d\d-\d{6}\.json")


def state_of(report: NetworkReport) -> dict[str, Any]:
    """Return what a later report needs of a report, as plain values."""
    attention, actions = report.morning.attention, report.actions
    totals = report.morning.totals.loc[ALL_LANES]
    return {
        "version": STATE_VERSION,
        "made": report.made,
        "author": report.author,
        "place": report.feed.place,
        "scenario": report.scenario,
        "period": attention.period,
        "last_date": str(attention.date),
        "totals": {name: None if totals[name] != totals[name] else float(totals[name]) for name in TOTAL_UNITS},
        "status": attention.lanes["status"].to_dict(),
        "actions": dict(zip(actions["lane"], actions["money"].astype(float), strict=True)),
        "decisions": {
            name: {"lane": row["lane"], "author": row["author"], "state": row["state"], "words": decision_words(row)}
            for name, row in report.decisions.iterrows()
        },
    }


def last_state(folder: Path, before: str) -> tuple[dict[str, Any] | None, str]:
    """Return (state, sentence): the state of the last report in a folder, or a sentence on why there is none.

    before : name of the present report; files of this name and of later ones do not count.
    """
    names = [path for path in folder.glob("report-*.json") if _NAME.fullmatch(path.name) and path.stem < before]
    if not names:
        return None, "This is the first report in its folder."
    path = max(names)
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(state, dict) and state.get("version") == STATE_VERSION:
            return state, ""
    except (OSError, ValueError):
        pass
    return None, f"What changed is not told, because the state of the last report, {path.name}, cannot be read."


def changed(state: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """Return a sentence on what changed from the last state to a state.

    >>> last = {"made": "Monday", "author": "eva", "place": "a.csv", "period": "D", "last_date": "2026-01-04"}
    >>> last |= {"totals": {"money_at_risk": 200.0}, "status": {"A": "watch"}, "actions": {"A": 200.0}, "decisions": {}}
    >>> print(changed({**last, "totals": {"money_at_risk": 250.0}, "status": {"A": "strained"}}, last))
    Since the report of Monday by eva: money at risk rose by $50.00 to $250.0 a week; newly strained: A.
    """
    since = "Against" if state.get("scenario") else "Since"
    head = f"{since} the report of {last['made']} by {visible(last['author'], 40)}"
    if state["place"] != last["place"]:
        head += f" on {visible(last['place'], 80)}"
    if state["period"] != last["period"]:
        return f"{head} the period of the record has changed, so that changes are not told."
    parts = "; ".join(_changes(state, last))
    return f"{head}: {parts}." if parts else f"{head} nothing has changed."


def _changes(state, last) -> Iterator[str]:
    if state["last_date"] != last["last_date"]:
        yield f"flows go to {state['last_date']} (were to {last['last_date']})"
    yield from _moves(state["totals"], last["totals"], BLOCK_NAMES[state["period"]])
    now, before = state["actions"], last["actions"]
    for name, lanes in (
        ("new actions", now.keys() - before.keys()),
        ("no longer actions", before.keys() - now.keys()),
    ):
        if lanes:
            money = now if lanes & now.keys() else before
            yield f"{name}: {_named(sorted(lanes, key=lambda lane: -money[lane]))}"
    decided = [one for name, one in state["decisions"].items() if last["decisions"].get(name) != one]
    withdrawn = [one for name, one in last["decisions"].items() if name not in state["decisions"]]
    for name, found in (("decided", decided), ("withdrawn", withdrawn)):
        if found:
            each = ("{lane} {state} by {author}".format(**one) for one in found)
            yield f"{name}: {_named(each)}"
    yield from _statuses(state["status"], last["status"])


def _moves(now, before, block) -> Iterator[str]:
    """Yield a part for each total that moved by what is printed of it."""
    for name, value in now.items():
        was, unit = before.get(name), TOTAL_UNITS[name]
        if value is None or was is None or written(value, unit) == written(was, unit):
            continue
        each = "" if name == "use" else f" pallets a {block}" if name == "demand" else f" a {block}"
        if name == "use":
            by = f" from {written(was, unit)}"
        else:
            by = f" by {written(abs(value - was), unit)}"
        yield f"{_TOTALS[name]} {'rose' if value > was else 'fell'}{by} to {written(value, unit)}{each}"


def _statuses(now, before) -> Iterator[str]:
    """Yield a part each on the lanes that became strained, that are strained no longer, that ended, that are gone."""
    for status in ("strained", "ended"):
        lanes = [lane for lane in now if now[lane] == status != before.get(lane)]
        if lanes:
            yield f"newly {status}: {_named(lanes)}"
    relieved = [lane for lane in now if before.get(lane) == "strained" != now[lane]]
    if relieved:
        yield f"no longer strained: {_named(relieved)}"
    gone = [lane for lane in before if lane not in now]
    if gone:
        yield f"gone from the record: {_named(gone)}"


def _named(names: Iterable[str]) -> str:
    """Return the first names, and the number of the others."""
    every = [visible(name, 120) for name in names]
    more = f" and {len(every) - MOST_LANES_NAMED:,} more" if len(every) > MOST_LANES_NAMED else ""
    return ", ".join(every[:MOST_LANES_NAMED]) + more
