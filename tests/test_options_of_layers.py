"""Every option of a public function of these layers changes some result, so no option is accepted and then ignored.

`CALLS` names the functions, and for each option a value that must change what is returned; a call that is refused
returns the sentence. `test_options.py` does the same for the formulas.
"""

import datetime
import importlib
import inspect
import io
import json
from concurrent.futures import Executor, Future
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from house import layer, modules
from small_paper import EXPECTED, make_project

from twin import forecast
from twin.batch import contents
from twin.batch.expected import compare
from twin.batch.jobs import run
from twin.batch.log import JobOutcome, LogRecord
from twin.batch.new_paper import new_paper
from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.provenance import inputs_of
from twin.batch.seal import seal
from twin.data.account import Account, refusals
from twin.data.advice import Advice
from twin.data.calendar import WorkingCalendar
from twin.data.errors import AlreadyHeld, Counts, LedgerError, NoLedger, PlanChanged
from twin.data.files.columns import match_columns
from twin.data.files.ignored import IgnoredColumns
from twin.data.files.options import ReadingOptions
from twin.data.files.packed import Packed
from twin.data.files.rows import read_rows
from twin.data.files.scan import Scan
from twin.data.files.stamps import CutDay, Stamps
from twin.data.ledger.odd_days import odd_days
from twin.data.ledger.plan_cells import memory_plan
from twin.data.ledger.plan_conflicts import CellWords
from twin.data.ledger.preview import Preview
from twin.data.ledger.reader import LedgerReader
from twin.data.ledger.store import Ledger
from twin.data.load import load_history, read_history
from twin.data.lost_rows import Lost
from twin.data.made_folder import make_folder
from twin.data.scenarios import network, research_lanes, research_partners
from twin.data.settle import check_options, history_from
from twin.data.settle_steps import choose_period
from twin.data.statistics import lane_statistics
from twin.data.text import number_of, visible
from twin.data.working_days import Closing
from twin.lane import Policy, assess
from twin.lead_time_demand import LeadTimes, rounded_gamma
from twin.past_errors import LaneErrors
from twin.plan import ahead, answers_judged, dated_run, lane_curves, lane_report, promised
from twin.plan.actions import attention_of
from twin.plan.adjustments import adjusted
from twin.plan.attention import watched
from twin.plan.booked_dates import booked_dates
from twin.plan.booked_lane import bookings_of_lanes, places_to_book
from twin.plan.booking_terms import Booked
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.contract_year import contract_year
from twin.plan.feed import feed_of_history
from twin.plan.horizon import DatedForecasts, horizon_of, plan_by_date
from twin.plan.kept_places import SoftBlock
from twin.plan.lateness import late
from twin.plan.ledger_policies import ledger_policies
from twin.plan.morning import morning_of
from twin.plan.needed_space import NeededSpace
from twin.plan.network_report import network_report
from twin.plan.partner_actions import contract_for, free_partners
from twin.plan.partners import largest, needs_together
from twin.plan.partners_bookings import bookings_of_partners, partners_bookings
from twin.plan.plan_file import read_plan_file
from twin.plan.plan_import import import_plan, preview_plan
from twin.plan.policies import filled, policy_of
from twin.plan.policy_file import read_policies
from twin.plan.policy_table import policy_table
from twin.plan.portfolio import Change, portfolio_of, research_portfolio
from twin.plan.reserves_by_season import reserves
from twin.plan.space_portfolio import portfolio_backtest, portfolio_costs
from twin.plan.space_prices import SpacePrices
from twin.plan.table_report import assess_history
from twin.plan.wording import money
from twin.protection import DemandPaths
from twin.tables.assess_table import LaneTable, assess_table

WEEKS_AHEAD = np.datetime64("2026-01-05") + 7 * np.arange(3)
NEEDED = NeededSpace(np.array([5.0, 9.0, 7.0]), np.ones(3), 4.0, 5.0, 20.0)
DATED_WEEKS = pd.DataFrame(
    {"mean": NEEDED.mean, "low": NEEDED.mean - 2, "high": NEEDED.mean + 2},
    index=pd.MultiIndex.from_product([["A"], WEEKS_AHEAD]),
)
DOUBLED_DAY = CapacityPlan(author="eva")
DOUBLED_DAY.set("override", "1", lane="A", first="2026-01-01", last="2026-01-01", factor=2.0)
BLOCK_IN_PLAN = CapacityPlan(author="eva")
BLOCK_IN_PLAN.set("contract", "1", type="hard block", places=1, first="2020-01-06", price=6.0)
FOUR_YEARS = np.array([4.0, 6.0, 5.0, 7.0, 4.0, 8.0, 5.0, 9.0])
LAYERS = ("data", "plan", "compute", "tables", "batch")
#: Options that change the speed or the progress messages of a call, but not its result.
NO_RESULT = {"progress", "workers", "executor", "scheduler"}
#: Modules behind functions that have a row, and modules whose functions start kernels and processes: `test_batch.py`,
#: `test_pool.py`.
ELSEWHERE = {f"data.ledger.{name}" for name in "address bulk engine flow staging statistics_query sums window".split()}
ELSEWHERE |= {"batch.notebook", "batch.job_kernel", "compute.pool"}

HEADER = "date,lane,volume,returns,spare"
ROWS = [f"{day:02d}/01/2024,A,{day}.5,1,9" for day in range(1, 29) if day != 5]  # a gap
ROWS += [f"{day:02d}/02/2024,A,3.5,0,9" for day in range(1, 30)]
ROWS += ["03/01/2024,A,7.25,0,9", "12/01/2024,B,2,0,9", "13/01/2024,B,4,0,9"]  # a second row of a day, a second lane
LANE = {"demand_mean": 100.0, "demand_sd": 25.0}
POLICY = Policy(service_level=0.95, partner_surcharge=12.0)
VOLUMES = np.arange(20.0) % 7
TWO_PERIODS = LeadTimes(np.array([1.0, 2.0]), np.array([0.5, 0.5]))
DAILY_ERRORS = LaneErrors(np.arange(200.0) ** 2 % 37, np.full((200, 2), 15.0), period="D")
DEARER = (Change("holding_cost", "times", 2.0),)
#: Options of a history, and of a selection of flows, each of which changes the result for the rows above.
SETTLING = {"period": "MS", "gaps": "unknown", "duplicates": "first"}
READING = {"dayfirst": False, "decimal": ",", "columns": {"volume": "spare"}, "where": "lane=B"}
WINDOW = {"lanes": ["B"], "first": "2024-01-10", "last": "2024-01-20"}
CLOSED = {"closed": "fri", "holidays": "RU"}  # the gap is on a holiday of Russia


CELL = ("lane", "A", "dwell")
ON_A_DAY = "A", None, "2026-01-01"


def cells():
    """Return a plan in memory to which ben has made the second of two changes."""
    made = memory_plan()
    made.write({CELL: 1.0, ("site", "S", "places"): 1.0}, what="w", author="eva")
    made.write({CELL: 2.0}, what="v", author="ben")
    return made


def refusing(values, keys):
    raise ValueError("refused")


def tried_on_cells(call):
    """Return what a call gives, and the plan after it; of a conflict, the word alone, as its sentence has the time."""
    plan = cells()
    try:
        return call(plan), plan.values(), plan.changes()[0].author
    except PlanChanged:
        return "conflict"


def conflict_of(call):
    """Return the beginning of the sentence on a conflict, without the time."""
    with pytest.raises(PlanChanged) as conflict:
        call(cells())
    return str(conflict.value)[:50]


def tried_on_plan(call):
    """Return what a call on a planner's view gives, which does not show the last change, by ben."""
    plan = CapacityPlan(cells(), author="eva")
    change = {"name": "peak", "field": "volume", "factor": 2.0}
    values = {("scenario", "1", name): value for name, value in change.items()} | {CELL: 4.0}
    plan.cells.write({key: value for key, value in values.items() if key != CELL}, what="u", author="eva")
    plan.refresh()
    plan.cells.write({CELL: 4.0}, what="t", author="ben")
    plan.seen = 2
    try:
        return call(plan), plan.of("lane"), plan.cells.changes()[0].what
    except PlanChanged:
        return "conflict"


def plan_file(at, rows):
    """Return the path of a file of lanes; the separator decides no decimal mark, but the last row does."""
    path = at.file.with_name("plan.csv")
    path.write_text(f"lane,dwell\n{rows}\n")
    return str(path)


def previewed(path, **options):
    """Return the values of a file that a plan would get, and the name of the file."""
    found = preview_plan(CapacityPlan(cells(), author="eva"), path, **options)
    return found.values, found.account.file


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    """Return the files and the ledger that the calls read; `folder` is a function that returns a new folder."""
    folder = tmp_path_factory.mktemp("options")
    made = SimpleNamespace(folder=lambda: tmp_path_factory.mktemp("one"))
    made.file, made.longer, made.some_bad = (folder / f"{name}.csv" for name in ("flows", "longer", "some_bad"))
    made.file.write_text("\n".join([HEADER, *ROWS]) + "\n")
    made.longer.write_text("\n".join([HEADER, *ROWS, "01/03/2024,A,5,0,9"]) + "\n")
    made.some_bad.write_text("\n".join([HEADER, *ROWS, "01/03/2024,A,many,0,9"]) + "\n")
    made.policies = folder / "policies.csv"
    made.policies.write_text("lane;dwell\nA;1.250\n")
    made.url = f"sqlite:///{folder / 'ledger.sqlite'}"
    with Ledger(made.url) as ledger:
        ledger.import_file(made.file)
    made.planned = f"sqlite:///{folder / 'planned.sqlite'}"
    with Ledger(made.planned) as ledger:
        CapacityPlan(ledger.plan, author="eva").set("lane", ["A", "B"], dwell=2)
    made.expected = folder / "expected.csv"
    made.expected.write_text(EXPECTED)
    made.lanes = folder / "lanes.parquet"
    pq.write_table(pa.table({"demand_mean": [100.0, 20.0], "demand_sd": [25.0, 4.0]}), made.lanes)
    return made


@pytest.fixture(autouse=True)
def no_processes(monkeypatch):
    """Make the parts of a table in this process."""
    monkeypatch.setattr(
        "twin.tables.assess_table.in_parallel", lambda make, tasks, **_: {n: make(*a) for n, a in tasks.items()}
    )


def seen(history):
    return history.flows.to_csv(), lane_statistics(history).to_csv()


def summed(sums="keep"):
    """Return what is left of lanes of which one is the sum of the others."""
    days = pd.date_range("2024-01-01", periods=9)
    volumes = {"A": np.arange(1.0, 10.0), "B": np.arange(9.0) ** 2}
    volumes["C"] = volumes["A"] + volumes["B"]
    parts = [pd.DataFrame({"line": 1, "date": days, "lane": lane, "volume": v}) for lane, v in volumes.items()]
    rows = pd.concat(parts, ignore_index=True).astype({"lane": "category"})
    return seen(history_from(rows, {"file": "rows", "rows_read": 27, "notes": ()}, sums=sums))


def of_quarters(**options):
    """Return the period of two rows half a year apart."""
    rows = pd.DataFrame({"line": range(2), "lane": pd.Categorical(["A"] * 2), "volume": [1.0, 2.0]})
    rows["date"] = pd.to_datetime(["2024-01-01", "2024-07-01"])
    return history_from(rows, {"file": "rows", "rows_read": 2, "notes": ()}, **options).period


def settled(**options):
    rows = pd.DataFrame({"line": range(4), "lane": pd.Categorical(["A"] * 4), "volume": [1.0, 2.0, 3.0, 4.0]})
    rows["date"] = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-09", "2024-02-29"])
    history = history_from(rows, {"file": "rows", "rows_read": 4, "notes": ()}, **options)
    return seen(history), history.account.refused.to_csv(), history.without, history.account.audit


def scanned(at, **options):
    scan = Scan(at.file, **options)
    return [block.volume.tolist() for block in scan.blocks()], scan.name


def repeating():
    """Return the columns of a file in which an order stands twice."""
    columns = IgnoredColumns(["order"], [0], [])
    columns.add_orders([Packed.of(["7", "7"])], [])
    return columns


def new_ledger(at):
    return Ledger(f"sqlite:///{at.folder() / 'ledger.sqlite'}")


def edited(at, call):
    """Return what a call on a ledger gives that holds one flow, of lane A on 1 January 2024."""
    with new_ledger(at) as ledger:
        return call(ledger, ledger.append("2024-01-01", "A", 5))


def after_the_first(at, second, **options):
    """Return the number of records that an import adds after the import of the file."""
    with new_ledger(at) as ledger:
        ledger.import_file(at.file)
        return ledger.import_file(second, **options).records


def far_flow(at, source, **options):
    """Return the number of records that an import adds of a file with a flow far from its lane's record."""
    path, days = at.folder() / "far.csv", range(1, 13)
    with new_ledger(at) as ledger:
        path.write_text("date,lane,volume\n" + "".join(f"2024-01-{day:02d},F,{20 + day % 3}\n" for day in days))
        ledger.import_file(path)
        path.write_text("date,lane,volume\n2024-01-13,F,500\n")
        add = ledger.import_file if source is str else ledger.import_history
        try:
            return add(source(path), **options).records
        except AlreadyHeld:
            return "asked"


def history_after(at, periods, **options):
    with new_ledger(at) as ledger:
        ledger.import_history(network(lanes=1, periods=3))
        return ledger.import_history(network(lanes=1, periods=periods), **options).records


def asked(at, question, **options):
    with Ledger(at.url) as ledger:
        return question(ledger, **options)


def opened_anew(at, **options):
    """Return whether a ledger is opened where there is none, and remove it again."""
    file = at.file.with_name("anew.sqlite")
    try:
        with LedgerReader(f"sqlite:///{file}", **options):
            return True
    except NoLedger:
        return False
    finally:
        file.unlink(missing_ok=True)


def year_of_research(at, **options):
    """Return the lanes of the year of one contract, its terms, and the day from which notice counts."""
    plan, known = CapacityPlan(author="eva"), research_portfolio()
    plan.set("contract", "1", lanes="BER-MUC", type="hard block", places=1, first="2026-01-01", price=6.0)
    year = contract_year(plan, known.feed, known.policies, **options)
    return [*year.months], year.contracts.to_csv(), year.today


def exported(ledger, **options):
    text = io.StringIO()
    ledger.export(text, **options)
    return text.getvalue()


def assessed(at, **options):
    folder = at.folder() / "answers"
    assess_table(LaneTable(at.lanes), folder, workers=1, **options)
    return pd.read_parquet(folder).to_csv()


def renewed(at, **options):
    """Return whether an update has written the contents of a project of one notebook."""
    root = at.folder()
    (root / "notebooks").mkdir()
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# 01 · One: a\n", "\n", "**Why?** So."]}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (root / "notebooks" / "01_one.ipynb").write_text(json.dumps(book))
    contents.update(root, **options)
    return (root / "notebooks" / "00_contents.ipynb").exists()


def finished_paper(at):
    """Return the folder of a paper whose jobs are finished, although no kernel has run them."""
    folder = make_project(at.folder())
    jobs = read_plan(folder)
    for job in jobs:
        job.folder.mkdir(parents=True)
        for name in job.files:
            (job.folder / name).write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>')
        area = {"value": 9.0 if job.name == "large" else 4.0, "unit": "m2"}
        (job.folder / "results.json").write_text(json.dumps({"results": {"area": area}}))
        seal(job, job.folder, inputs_of(jobs)[job.name])
    return folder


class NoWorker(Executor):
    """An executor on which every job fails at once."""

    def submit(self, function, job, *rest):
        done = Future()
        done.set_result(JobOutcome(None, f"job {job.name}: has no worker", ""))
        return done


def started(at, **options):
    """Return the failures of a run of finished jobs, and whether it lists the finished jobs."""
    failures = run(read_plan(finished_paper(at)), executor=NoWorker(), **options)
    return failures, bool(options.get("finished"))


def rebuilt(at, **options):
    """Return the exit code of a build of finished jobs, and whether it typesets the paper."""
    folder = finished_paper(at)
    return build(folder, executor=NoWorker(), **options), (folder / "out" / "paper.pdf").exists()


def dated(call):
    """Return the forecasts that a plan by date of the research lanes has."""
    history = research_lanes()
    table = lane_statistics(history)
    return call(history, policy_table(table, {"service_level": 0.5})[0], table).table["mean"].tolist()


def berlin(**fields):
    """Return a plan with a site; fields : those of the site besides its places."""
    plan = CapacityPlan(author="eva")
    plan.set("site", "Berlin", places=400, **fields)
    plan.set("lane", "BER-MUC", site="Berlin")
    return plan


def reported(at, **options):
    """Return name, author and plans of a report on the flows of a file."""
    feed = feed_of_history(load_history(at.file))
    stated = {"made_at": datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC), "horizon": 1, **options}
    morning = morning_of(feed.history(), policies={"A": {"internal_capacity": 2.0}})  # with an action, and so a page
    report = network_report(feed, morning, **stated)
    plans = {lane: plan.table.to_csv() for lane, plan in report.plans.items()}
    return report.name, report.author, plans, report.assessed.table.to_csv()


#: Name of a function -> (function that returns its result with some options, option -> value that must change it).
def made_below(folder, **options):
    """Return whether a folder could be made below a folder that is missing."""
    try:
        make_folder(folder / "missing" / "new", **options)
    except OSError:
        return False
    return True


CALLS = {
    "data.load.read_history": (
        lambda at, **o: (seen(history := read_history(at.file, **o)), history.account.file),
        SETTLING | READING | CLOSED | {"first": "2024-01-10", "last": "2024-01-20", "name": "another.csv"},
    ),
    "data.load.load_history": (
        lambda at, **o: seen(load_history(**{"history": at.file, **o})),
        SETTLING | WINDOW | {"history": ""},
    ),
    "data.load.load_history, of a ledger": (
        lambda at, **o: seen(load_history(at.url, **o)),
        SETTLING | WINDOW | CLOSED,
    ),
    "data.scenarios.research_lanes": (
        lambda at, **o: (seen(history := research_lanes(**o)), history.gaps),  # its lanes have no gaps
        {"period": "W", "gaps": "unknown", "seed": 1},
    ),
    "data.scenarios.research_partners": (lambda at, **o: seen(research_partners(**o)), {"seed": 1}),
    "data.scenarios.network": (
        lambda at, **o: network(**{"lanes": 2, "periods": 20, **o}).flows.to_csv(),
        {"lanes": 3, "correlation": 0.9, "periods": 21, "seed": 1},
    ),
    "data.settle.history_from": (
        lambda at, **o: settled(**o),
        SETTLING
        | {"refused": [(9, "a reason", "a text")]}
        | {"unknown": pd.DataFrame({"date": pd.to_datetime(["2024-01-05"]), "lane": ["A"]})}
        | {"lost": Lost({"A": 1}, np.array([], "datetime64[D]"), 0), "lanes": ["A", "B"]}
        | {"closing": Closing("sat,sun"), "window": (datetime.date(2024, 1, 2), None)}
        | {"cut": [CutDay(np.datetime64("2024-02-29"), "last", "09:00")]}
        | {"imported": lambda period: {"A": "QS"}},
    ),
    "data.settle.history_from, of sums": (lambda at, **o: summed(**o), {"sums": "leave-out"}),
    "data.settle.history_from, of quarters": (lambda at, **o: of_quarters(**o), {"own": "QS"}),
    "data.settle_steps.choose_period": (
        lambda at, **o: choose_period(np.array(["2024-01-01", "2024-07-01"], "datetime64[D]"), None, "rows", **o),
        {"own": "QS"},
    ),
    "data.settle.check_options": (lambda at, **o: check_options(None, "zero", **o), {"duplicates": "any"}),
    "data.made_folder.make_folder": (lambda at, **o: made_below(at.folder(), **o), {"parents": True}),
    "data.text.visible": (lambda at, **o: visible("the long name of a lane", **o), {"length": 9}),
    "data.account.Account.to_dict": (
        lambda at, **o: Account("a", 1, 1, "D", True, notes=(Advice("a note", ("decimal", ",")),)).to_dict(**o),
        {"words": str},
    ),
    "data.account.refusals": (lambda at, **o: refusals(**o).to_csv(), {"rows": [(9, "a reason", "a text")]}),
    "data.files.columns.match_columns": (
        lambda at, **o: match_columns(HEADER.split(","), "a file", below=(), made={}, **o),
        {"chosen": {"volume": "spare"}},
    ),
    "data.files.scan.Scan": (scanned, {"reading": ReadingOptions(columns={"volume": "spare"}), "name": "another.csv"}),
    "data.files.stamps.Stamps": (lambda at, **o: Stamps(**o)("2024-01-01 22:00 Z"), {"timezone": "Asia/Tokyo"}),
    "data.files.rows.read_rows": (
        lambda at, **o: (rows := read_rows(at.file, **o)) and (rows.table["volume"].sum(), rows.facts["file"]),
        {"reading": ReadingOptions(where="lane=B"), "name": "mine.csv"},
    ),
    "data.files.ignored.IgnoredColumns.sentences": (
        lambda at, **o: list(repeating().sentences(9, **o)),
        {"copies": 1},
    ),
    "data.ledger.reader.LedgerReader": (
        lambda at, **o: LedgerReader(**o).place,
        {"url": "sqlite:////no/such/folder/a.sqlite"},
    ),
    "data.ledger.reader.LedgerReader, new": (opened_anew, {"make": False}),
    "data.ledger.store.Ledger": (lambda at, **o: Ledger(**o).place, {"url": "sqlite:////no/such/folder/a.sqlite"}),
    "data.ledger.store.Ledger.append": (
        lambda at, **o: new_ledger(at).append("2024-01-01", "A", 5, **o).returns,
        {"returns": 1.0},
    ),
    "data.ledger.store.Ledger.edit": (
        lambda at, **o: edited(at, lambda ledger, flow: ledger.edit(flow.id, 6.0, **o)),
        {"returns": 1.0, "seen": (7.0, None)},
    ),
    "data.ledger.store.Ledger.delete": (
        lambda at, **o: edited(at, lambda ledger, flow: ledger.delete(flow.id, **o)),
        {"seen": {1: (7.0, None)}},
    ),
    "data.ledger.reader.LedgerReader.events": (
        lambda at, **o: edited(at, lambda ledger, flow: len(ledger.events("A", **o))),
        {"date": "2024-01-02"},
    ),
    "data.ledger.store.Ledger.preview_file": (
        lambda at, **o: edited(at, lambda ledger, flow: ledger.preview_file(at.some_bad, **o).counts),
        {"good_rows_only": True},
    ),
    "data.ledger.store.Ledger.import_file": (lambda at, **o: after_the_first(at, at.file, **o), {"held": "add"}),
    "data.ledger.store.Ledger.import_file, longer": (
        lambda at, **o: after_the_first(at, at.longer, **o),
        {"held": "new-only"},
    ),
    "data.ledger.store.Ledger.import_file, agreed": (
        lambda at, **o: after_the_first(at, at.longer, held="new-only", **o),
        {"asked": Preview(Counts(0, 0, 0, 0), 0)},
    ),
    "data.ledger.store.Ledger.import_file, some bad": (
        lambda at, **o: after_the_first(at, at.some_bad, **o),
        {"good_rows_only": True},
    ),
    "data.ledger.store.Ledger.import_file, far": (lambda at, **o: far_flow(at, str, **o), {"sure": True}),
    "data.ledger.store.Ledger.import_history, far": (lambda at, **o: far_flow(at, load_history, **o), {"sure": True}),
    "data.ledger.store.Ledger.import_history": (lambda at, **o: history_after(at, 3, **o), {"held": "add"}),
    "data.ledger.store.Ledger.import_history, longer": (
        lambda at, **o: history_after(at, 5, **o),
        {"held": "new-only"},
    ),
    "data.ledger.store.Ledger.import_history, agreed": (
        lambda at, **o: history_after(at, 5, held="new-only", **o),
        {"asked": Preview(Counts(0, 0, 0, 0), 0)},
    ),
    "data.ledger.reader.LedgerReader.count": (lambda at, **o: asked(at, Ledger.count, **o), WINDOW),
    "data.ledger.reader.LedgerReader.read": (lambda at, **o: asked(at, Ledger.read, **o).to_csv(), WINDOW),
    "data.ledger.reader.LedgerReader.records": (
        lambda at, **o: asked(at, lambda ledger, **o: list(ledger.records(**o)), **o),
        WINDOW,
    ),
    "data.ledger.reader.LedgerReader.export": (lambda at, **o: asked(at, exported, **o), WINDOW),
    "data.ledger.reader.LedgerReader.history": (
        lambda at, **o: seen(asked(at, Ledger.history, **o)),
        SETTLING | WINDOW | CLOSED,
    ),
    "data.ledger.reader.LedgerReader.statistics": (
        lambda at, **o: asked(at, Ledger.statistics, **o).to_csv(),
        {"period": "MS", "gaps": "unknown"} | WINDOW | CLOSED,
    ),
    "plan.adjustments.adjusted": (
        lambda at, **o: adjusted(DOUBLED_DAY, ["A"], ["2026-01-01"], [[7.0]], **o).tolist(),
        {"period": "W"},
    ),
    "plan.ahead.ahead": (
        lambda at, **o: ahead.ahead(LANE, replace(POLICY, service_level=0.9), np.arange(40.0), **o).space.mean(),
        {"period": "W", "forecast": [9.0], "seed": 5},
    ),
    "plan.ahead.on_record": (
        lambda at, **o: ahead.on_record(LANE, replace(POLICY, service_level=0.9), VOLUMES, **o).space.mean(),
        {"period": "W"},
    ),
    "plan.wording.money": (lambda at, **o: money(12.345, **o), {"digits": 2}),
    "plan.contract_year.contract_year": (
        year_of_research,
        {"names": ["FRA-PAR"], "today": np.datetime64("2026-06-15")},
    ),
    "plan.dated_run.run_by_date": (
        lambda at, **o: dated_run.run_by_date(
            replace(POLICY, kind="stock", service_level=0.9, lead_time_mean_days=7.0),
            DemandPaths(np.full(4, 9.0), np.full((5, 4), 9.0), np.zeros(5, bool)),
            np.full(30, 9.0),
            np.full(3, 70.0),
            60.0,
            **o,
        ).profit.tolist(),
        {"period": "W"},
    ),
    "plan.dated_run.record_overflow": (
        lambda at, **o: dated_run.record_overflow(LANE, replace(POLICY, kind="stock", service_level=0.9), VOLUMES, **o),
        {"period": "W"},
    ),
    "plan.feed.feed_of_history": (
        lambda at, **o: feed_of_history(research_lanes(), **o).source,
        {"source": "research"},
    ),
    "plan.lane_report.evaluate": (
        lambda at, **o: lane_report.evaluate(LANE, POLICY, **{"volumes": VOLUMES, "samples": 100, **o}),
        {
            **{"volumes": VOLUMES**2, "horizon": 5, "period": "W", "scale": 2.0, "samples": 200, "seed": 1},
            "outlooks": lambda steps: None,
        },
    ),
    "plan.lane_report.outlook": (
        lambda at, **o: lane_report.outlook(np.tile(VOLUMES, 9), 1, **o).high.tolist(),
        {"probability": 0.5, "period": "W"},
    ),
    "plan.lane_curves.cost_curve": (
        lambda at, **o: lane_curves.cost_curve([0.9], LANE, POLICY, **o).tolist(),
        {"period": "W"},
    ),
    "plan.lane_curves.profit_map": (
        lambda at, **o: lane_curves.profit_map([0.9], [1.0], LANE, POLICY, **o).tolist(),
        {"period": "W"},
    ),
    "plan.lane_curves.space_curve": (
        lambda at, **o: lane_curves.space_curve(
            [100.0], LANE, replace(POLICY, kind="stock", service_level=0.9), **o
        ).tolist(),
        {"period": "W"},
    ),
    "plan.lane_report.remarks": (
        lambda at, **o: lane_report.remarks(LANE, POLICY, lane_report.evaluate(LANE, POLICY), **o),
        {"volumes": np.repeat(VOLUMES, 10), "period": "MS"},
    ),
    "plan.lane_report.simulated_profits": (
        lambda at, **o: lane_report.simulated_profits(
            LANE, POLICY, assess(LANE, POLICY), **{"samples": 5, **o}
        ).tolist(),
        {"period": "W", "samples": 6, "seed": 1},
    ),
    "plan.partner_actions.contract_for": (
        lambda at, **o: contract_for({"1": {"type": "spot", "first": "2026-01-05", "partner": "R"}}, *ON_A_DAY, **o),
        {"until": "2026-01-25"},
    ),
    "plan.partners.largest": (lambda at, **o: largest(feed_of_history(research_partners()), **o), {"most": 2}),
    "plan.partners.needs_together": (
        lambda at, **o: needs_together(feed_of_history(research_partners()), ["toys", "garden"], **o).needs.tolist(),
        {"scale": 2.0},
    ),
    "data.ledger.plan_cells.PlanCells.write": (
        lambda at, **o: tried_on_cells(lambda plan: plan.write({CELL: 3.0}, what="x", **o)),
        {"author": "zoe", "seen": 1, "check": refusing},
    ),
    "data.ledger.plan_cells.PlanCells.write, seen": (
        lambda at, **o: tried_on_cells(lambda plan: plan.write({CELL: 3.0}, what="x", seen=1, **o)),
        {"own": [2]},
    ),
    "data.ledger.plan_cells.PlanCells.write, said": (
        lambda at, **o: conflict_of(lambda plan: plan.write({CELL: 3.0}, what="x", seen=1, **o)),
        {"words": CellWords(lambda key: "the cell")},
    ),
    "data.ledger.plan_cells.PlanCells.undo, said": (
        lambda at, **o: conflict_of(lambda plan: plan.undo(1, **o)),
        {"words": CellWords(lambda key: "a cell")},
    ),
    "data.ledger.plan_cells.PlanCells.undo": (
        lambda at, **o: tried_on_cells(lambda plan: plan.undo(2, **o)),
        {"author": "zoe", "check": refusing},
    ),
    "data.ledger.plan_history.PlanHistory.changes": (
        lambda at, **o: tried_on_cells(lambda plan: [one.id for one in plan.changes(**o)]),
        {"kind": "site", "entry": "S"},
    ),
    "data.ledger.plan_history.PlanHistory.changes, some": (
        lambda at, **o: tried_on_cells(lambda plan: [one.id for one in plan.changes(**o)]),
        {"without": ("lane",)},
    ),
    "data.ledger.plan_history.PlanHistory.revisions": (
        lambda at, **o: tried_on_cells(lambda plan: [one.change for one in plan.revisions(**o)]),
        {"kind": "site", "entry": "S"},
    ),
    "plan.capacity_plan.CapacityPlan": (
        lambda at, **o: (
            (made := CapacityPlan(**o)).author
            or len(made.entries)
            or made.words.value(("lane", "A", "holding_cost"), 4.5)
        ),
        {"cells": cells(), "author": "zoe", "period": "W"},
    ),
    "plan.capacity_plan.CapacityPlan.write": (
        lambda at, **o: tried_on_plan(lambda plan: plan.write({("lane", "B"): {"dwell": 2}}, **o)),
        {"what": "said"},
    ),
    "plan.capacity_plan.CapacityPlan.write, conflict": (
        lambda at, **o: tried_on_plan(lambda plan: plan.write({CELL[:2]: {"dwell": 3}}, **o)),
        {"overwrite": True, "seen": 4},
    ),
    "plan.capacity_plan.CapacityPlan.changes": (
        lambda at, **o: tried_on_plan(lambda plan: [one.id for one in plan.changes(**o)]),
        {"kind": "site", "entry": "S"},
    ),
    "plan.capacity_plan.CapacityPlan.history": (
        lambda at, **o: tried_on_plan(lambda plan: [one.change for one in plan.history(**o)]),
        {"kind": "site", "entry": "S"},
    ),
    "plan.plan_import.import_plan": (
        lambda at, **o: tried_on_plan(lambda plan: import_plan(plan, plan_file(at, "B,1.250"), **o)[:3]),
        {"kind": "site", "sheet": "x", "decimal": ",", "name": "mine.csv"},
    ),
    "plan.plan_import.preview_plan": (
        lambda at, **o: previewed(plan_file(at, "B,1.250"), **o),
        {"kind": "site", "sheet": "x", "decimal": ",", "name": "mine.csv"},
    ),
    "plan.plan_import.preview_plan, rows": (
        lambda at, **o: previewed(plan_file(at, "B,1\nC,x"), **o),
        {"good_rows_only": True},
    ),
    "plan.plan_import.import_plan, rows": (
        lambda at, **o: tried_on_plan(lambda plan: import_plan(plan, plan_file(at, "B,1\nC,x"), **o)[:3]),
        {"good_rows_only": True},
    ),
    "plan.plan_import.import_plan, conflict": (
        lambda at, **o: tried_on_plan(lambda plan: import_plan(plan, plan_file(at, "A,7"), **o)[:3]),
        {"overwrite": True},
    ),
    "plan.plan_file.read_plan_file": (
        lambda at, **o: [row.values for row in read_plan_file(plan_file(at, "B,1.250"), **o).rows],
        {"kind": "site", "sheet": "x", "decimal": ","},
    ),
    "plan.ledger_policies.ledger_policies": (
        lambda at, **o: repr(ledger_policies(at.planned, **o)[0]),
        {"lanes": ["B"], "used": False},
    ),
    "plan.policies.filled": (lambda at, **o: filled({}, LANE, **o)[0]["internal_capacity"].item(), {"period": "W"}),
    "plan.policy_file.read_policies": (
        lambda at, **o: read_policies(at.policies, **o)["dwell"].tolist(),
        {"decimal": "."},
    ),
    "plan.policy_table.policy_table": (
        lambda at, **o: policy_table(lane_statistics(research_lanes()), **o)[0].to_csv(),
        {"given": {"dwell": 2.0}, "policies": {"BER-MUC": {"dwell": 2.0}}, "period": "W"},
    ),
    "plan.portfolio.Portfolio.inputs": (
        lambda at, **o: repr(research_portfolio().inputs("BER-MUC", **o)),
        {"changes": DEARER},
    ),
    "plan.portfolio.Portfolio.numbers": (
        lambda at, **o: research_portfolio().numbers("BER-MUC", **o),
        {"changes": DEARER, "horizon": 30},
    ),
    "plan.portfolio.Portfolio.network": (
        lambda at, **o: research_portfolio().network(**o).to_csv(),
        {"only": ["BER-MUC"]},
    ),
    "plan.portfolio.portfolio_of": (
        lambda at, **o: (
            (made := portfolio_of(feed_of_history(research_lanes()), **o)).policies.to_csv() + f"{made.horizon}"
        ),
        {"known": {"BER-MUC": {"dwell": 2.0}}, "horizon": 30},
    ),
    "plan.answers_judged.calendar_levels": (
        lambda at, **o: answers_judged.calendar_levels(
            DAILY_ERRORS.volumes,
            np.datetime64("2024-01-01") + np.arange(len(DAILY_ERRORS.volumes)),
            TWO_PERIODS,
            [150],
            **o,
        )[150],
        {"service_level": 0.5},
    ),
    "plan.answers_judged.judged_answers": (
        lambda at, **o: (
            answers_judged.judged_answers(
                load_history("record:sfo-air-cargo"), rounded_gamma(2.0, 0.5), ["SFO-Asia"], **{"most": 8, **o}
            )["SFO-Asia"]
            .means()
            .to_csv()
        ),
        {"service_level": 0.8, "naive_buffer": 1.0, "scale": 2.0, "most": 4},
    ),
    "plan.answers_judged.told": (
        lambda at, **o: answers_judged.told(
            answers_judged.judged_answers(
                load_history("record:sfo-air-cargo"), rounded_gamma(1.0, 0.0), ["SFO-Asia"], most=3
            )["SFO-Asia"],
            **o,
        ),
        {"price": 2.0},
    ),
    "plan.promised.origins": (
        lambda at, **o: promised.origins(np.ones(50), TWO_PERIODS, **o).tolist(),
        {"learned": 0.6, "most": 3},
    ),
    "plan.reserves_by_season.reserves": (
        lambda at, **o: reserves(
            np.arange(24.0).reshape(12, 2),
            np.arange("2024-01", "2025-01", dtype="datetime64[M]"),
            reservation_cost=10.0,
            partner_surcharge=20.0,
            by_season=False,
            **o,
        ).costs.tolist(),
        {"later": False},
    ),
    "plan.promised.judged_lanes": (
        lambda at, **o: promised.judged_lanes(
            load_history("record:sfo-asia-carriers"), TWO_PERIODS, **{"most": 1, **o}
        ).to_csv(),
        {"most": 2, "service_level": 0.8, "seed": 1},
    ),
    "plan.promised.levels_said": (
        lambda at, **o: [level[-2] for level in promised.levels_said(DAILY_ERRORS, TWO_PERIODS, [198], **o).values()],
        {"service_level": 0.8, "seed": 1},
    ),
    "plan.promised.outcome": (
        lambda at, **o: promised.outcome(DAILY_ERRORS.volumes, TWO_PERIODS, 20.0, **o).cost[:5].tolist(),
        {"service_level": 0.8},
    ),
    "plan.actions.attention_of": (
        lambda at, **o: (found := attention_of(research_lanes(), **o)).lanes.to_csv() + found.actions.to_csv(),
        {
            "given": {"internal_capacity": 90.0},
            "plan": berlin(handling_per_period=80),
            "policies": pd.DataFrame({"internal_capacity": [90.0]}, index=["BER-MUC"]),
        },
    ),
    "plan.partner_actions.free_partners": (
        lambda at, **o: free_partners(
            np.array([[19.0], [12.0]]), np.zeros((2, 4, 1)), np.array([10.0, 30.0]), [0], 1, **o
        ),
        {"sites": ["Köln", "Ulm"]},
    ),
    "plan.actions.Attention.ranked": (
        lambda at, **o: attention_of(research_lanes(), {"internal_capacity": 90.0}).ranked(**o).to_csv(),
        {"most": 1, "without": {("BER-MUC", "overflow")}},
    ),
    "plan.morning.morning_of": (
        lambda at, **o: morning_of(research_lanes(), **o).totals.to_csv(),
        {"plan": berlin(), "policies": pd.DataFrame({"internal_capacity": [90.0]}, index=["BER-MUC"])},
    ),
    "plan.network_report.network_report": (
        reported,
        {
            "plan": berlin(),
            "policies": {"A": {"internal_capacity": 9.0}},
            "horizon": 2,
            "lanes": ["B"],
            "made_at": datetime.datetime(2026, 1, 6, tzinfo=datetime.UTC),
        },
    ),
    "plan.attention.watched": (
        lambda at, **o: watched(
            np.tile(VOLUMES, (2, 2)), np.array([4.0, 5.0]), np.ones(2), period="D", **o
        ).expected.tolist(),
        {
            "said": forecast.backtest(np.tile(VOLUMES, (2, 2)) / 2, period="D", horizon=28, level=0.95),
            "season": 5,
            "changed": lambda rows, mean: mean + 1.0,
        },
    ),
    "data.ledger.odd_days.odd_days": (
        lambda at, **o: odd_days(
            SimpleNamespace(execute=lambda query: SimpleNamespace(one=lambda: (None, None))),  # a ledger without flows
            np.array(["2019-01-01"], "datetime64[D]"),
            "D",
            **o,
        ),
        {"today": datetime.date(2018, 1, 1)},
    ),
    "plan.lateness.late": (
        lambda at, **o: late(datetime.date(2026, 10, 5), "D", **o),
        {"today": datetime.date(2026, 10, 6)},
    ),
    "data.text.number_of": (lambda at, **o: number_of(2, "match", **o), {"more": "matches"}),
    "plan.horizon.horizon_of": (
        lambda at, **o: dated(lambda history, fields, table: horizon_of(history, fields, table, 2, **o)),
        {"changed": lambda lanes, dates, mean: mean + 1.0},
    ),
    "plan.horizon.plan_by_date": (
        lambda at, **o: dated(
            lambda history, fields, table: plan_by_date(
                np.tile(VOLUMES, (len(table), 1)),
                np.datetime64("2026-01-04"),
                history.calendar,
                table,
                [policy_of(row) for _, row in fields.iterrows()],
                2,
                **o,
            )
        ),
        {"changed": lambda lanes, dates, mean: mean + 1.0},
    ),
    "plan.table_report.assess_history": (
        lambda at, **o: (
            (found := assess_history(network(lanes=2, periods=40), **{"horizon": 2, **o})).table.to_csv()
            + str(found.horizon is None)
            + str([each.numbers() for each in found.bookings.values()])
            + str(found.together is None)
        ),
        {
            "given": {"dwell": 2.0},
            "policies": pd.DataFrame({"dwell": {"LANE-1": 2.0}}),
            "horizon": None,
            "plan": BLOCK_IN_PLAN,
            "together": (),
        },
    ),
    "plan.booked_dates.booked_dates": (
        lambda at, **o: (
            booked_dates(
                [5.0, 9.0, 7.0], [1.0, 1.0, 1.0], own_places=4.0, term=1, place_cost=5.0, surcharge=20.0, **o
            ).cost
        ),
        {"lead_time": 2, "soft": SoftBlock(np.full(3, 2.0), 3.0, 1)},
    ),
    "plan.partners_bookings.bookings_of_partners": (
        lambda at, **o: bookings_of_partners(
            (made := assess_history(network(lanes=2, periods=60), {"service_level": 0.8}, horizon=3)).horizon,
            {lane: policy_of(row) for lane, row in made.table.iterrows()},
            made.history.calendar,
            **o,
        )[1],
        {"contracts": BLOCK_IN_PLAN.of("contract")},
    ),
    "plan.booked_lane.places_to_book": (
        lambda at, **o: places_to_book(Booked(("A",)), NEEDED, WEEKS_AHEAD, WorkingCalendar("W"), **o).numbers(),
        {"contracts": BLOCK_IN_PLAN.of("contract")},
    ),
    "plan.booked_lane.bookings_of_lanes": (
        lambda at, **o: bookings_of_lanes(
            DatedForecasts(WEEKS_AHEAD, DATED_WEEKS, np.arange(3), {}), {"A": Policy()}, WorkingCalendar("W"), **o
        )["A"].numbers(),
        {"contracts": BLOCK_IN_PLAN.of("contract")},
    ),
    "plan.partners_bookings.partners_bookings": (
        lambda at, **o: partners_bookings(
            feed_of_history(research_partners()),
            ["toys", "garden"],
            horizon=2,
            term=1,
            place_cost=5.0,
            surcharge=20.0,
            **o,
        ).found.costs.tolist(),
        {"internal_capacity": 50.0},
    ),
    "plan.space_portfolio.portfolio_costs": (
        lambda at, **o: {
            rung: float(used.cost.sum())
            for rung, used in portfolio_costs(
                FOUR_YEARS, np.full((8, 2), 5.0), np.ones((8, 2)), prices=SpacePrices(soft=11.0, year=2), years=1, **o
            ).items()
        },
        {"soft_share": 0.9, "rungs": ["spot"]},
    ),
    "plan.space_portfolio.portfolio_backtest": (
        lambda at, **o: {
            rung: float(used.cost.sum())
            for rung, used in portfolio_backtest(
                40 + 10 * np.sin(np.arange(48.0)) + np.arange(48) % 7,
                **{"prices": SpacePrices(soft=11.0), "years": 1, "rungs": ["marginal"], **o},
            ).items()
        },
        {"soft_share": 0.9, "period": "D", "rungs": ["spot"]},
    ),
    "tables.assess_table.assess_table": (assessed, {"given": {"dwell": 2.0}, "period": "W", "keep": ["profit"]}),
    "batch.contents.update": (renewed, {"write": False}),
    "batch.expected.compare": (lambda at, **o: compare({}, at.expected, **o), {"partly": True}),
    "batch.jobs.run": (started, {"force": True, "finished": set()}),
    "batch.log.LogRecord.outcome": (
        lambda at, **o: (made := LogRecord([]).outcome(**o)).files or made.failure,
        {"files": {"a": b""}, "failure": "a reason"},
    ),
    "batch.new_paper.new_paper": (
        lambda at, **o: [path.name for path in new_paper(at.folder(), **o)],
        {"like": "pixels-to-premiums"},
    ),
    "batch.paper.build": (rebuilt, {"only": ["another job"], "force": True, "pdf": False}),
}


def result(call, at, **options):
    """Return the result of a call, or its error sentence."""
    try:
        return call(at, **options)
    except (ValueError, LedgerError) as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", CALLS)
def test_every_option_changes_the_result(name, at):
    call, options = CALLS[name]
    plain = result(call, at)
    assert result(call, at) == plain, "without options the result is always the same"
    for option, value in options.items():
        assert result(call, at, **{option: value}) != plain, option


def public_functions():
    """Yield (name, function) of every public function, method and constructor defined in the layers."""
    for module in modules():
        if layer(module) in LAYERS and module not in ELSEWHERE:
            for name, thing in vars(importlib.import_module(f"twin.{module}")).items():
                if name.startswith("_") or getattr(thing, "__module__", "") != f"twin.{module}":
                    continue
                if inspect.isfunction(thing):
                    yield f"{module}.{name}", thing
                elif inspect.isclass(thing):
                    for part, method in vars(thing).items():
                        if inspect.isfunction(method) and part == "__init__" and hasattr(method, "__code__"):
                            if method.__code__.co_filename == inspect.getsourcefile(thing):  # not from @dataclass
                                yield f"{module}.{name}", method
                        elif inspect.isfunction(method) and not part.startswith("_"):
                            yield f"{module}.{name}.{part}", method


def test_every_option_of_a_public_function_has_a_row():
    tried = {}
    for name, (_, options) in CALLS.items():
        tried.setdefault(name.partition(",")[0], set()).update(options)
    for name, function in public_functions():
        given = inspect.signature(function).parameters.values()
        options = {one.name for one in given if one.default is not one.empty} - NO_RESULT
        assert options <= tried.get(name, set()), name
