"""The verbs of the command plan that compute: the year of the contracts, and the worth of past decisions."""

import argparse
from collections.abc import Callable
from typing import Any

from twin.command.options import add_period, on_command_line
from twin.data.advice import said
from twin.data.text import number_of, visible

Verb = Callable[..., argparse.ArgumentParser]


def add_results(verb: Verb, show: Callable[..., int]) -> None:
    """Add the verbs, made by `verb(function, help, opened)`; show : prints an outcome as JSON or in words."""
    year = verb(_year, "show the places under contract in the coming twelve months: use, cost, days of notice", _opened)
    year.add_argument(
        "entry", nargs="*", help="sites or lanes; by default all sites and lanes of no site that alone use a contract"
    )
    year.add_argument("--scenario", metavar="NAME", default="", help="in a scenario of the plan, by its name")
    worth = verb(_decisions, "show what past decisions on places avoided and cost, on the flows that came", _opened)
    for made in (year, worth):
        add_period(made)
        made.set_defaults(show=show)


def _opened(run, options):
    """Return the exit code of a verb that reads flows and plan of the ledger."""
    from twin.data.ledger.store import Ledger
    from twin.plan.capacity_plan import CapacityPlan

    with Ledger(options.ledger, make=False) as ledger:
        return options.show(options, *run(ledger, CapacityPlan(ledger.plan), options))


def _year(ledger, plan, options) -> tuple[Any, str]:
    from twin.plan.adjustments import planned_feed
    from twin.plan.contract_year import contract_year

    plan.look_at(options.scenario)
    feed, fields, assumed, behind = _of_ledger(ledger, plan, options.period)
    feed, fields, notes = planned_feed(feed, plan, fields)
    found = contract_year(plan, feed, fields, options.entry)
    content = {"place": ledger.place, "first": str(found.dates[0]), "last": str(found.dates[-1])}
    content |= {"months": {name: rows(table) for name, table in found.months.items()}}
    content |= {"contracts": rows(found.contracts), "sentences": list(found.sentences())}
    notes = [*assumed, *notes]
    return {**content, "assumptions": notes}, "\n".join(_lines(found, notes, behind, ledger.place))


def _of_ledger(ledger, plan, period):
    """Return the lanes of a ledger, their policies, what is assumed of both, and a sentence on flows that are late."""
    from twin.data.longer_records import longer_in
    from twin.plan.feed import feed_of_history, feed_of_ledger
    from twin.plan.lateness import late
    from twin.plan.policy_table import policy_table
    from twin.plan.record_units import policies_in_longer_period, said_of_units

    history = ledger.history(period=period) if period else None  # only where it says so, a record is summed
    feed = feed_of_ledger(ledger) if history is None else feed_of_history(history)
    policies, more = plan.policies(), ()
    if history is not None and history.recorded is not None and plan.entries:
        known = {} if policies is None else policies
        policies = policies_in_longer_period(known, feed.statistics.index, history.recorded_periods, ())
        plan.periods, more = history.recorded_periods, (said_of_units(period, history.recorded.length),)
    fields, assumed = policy_table(feed.statistics, None, policies, period=feed.calendar.length)
    longer = (said(one, on_command_line) for one in longer_in(feed.notes))
    return feed, fields, (*longer, *assumed, *more), late(feed.forecasts.last.item(), feed.period)


def _lines(found, notes, behind, place):
    """Yield the year in words."""
    if behind:
        yield behind
    if found.contracts.empty and not found.months:
        yield f"the plan at {place} has no contract in the coming twelve months; twin plan set contract new adds one"
        return
    for name, months in found.months.items():
        yield f"{visible(name, 60)}, means and sums of a month [pallet, $]"
        shown = months.assign(use=(100 * months["use"]).map("{:.1f}%".format, na_action="ignore"))
        yield shown.to_string(na_rep="–", float_format="{:,.0f}".format, index_names=False)
    if len(found.contracts):
        yield number_of(len(found.contracts), "contract")
        shown = found.contracts.rename(index=visible).fillna("–")
        yield shown.to_string(float_format="{:,.6g}".format, index_names=False)
    yield from found.sentences()
    yield from (f"  note     {note}" for note in notes)


def _decisions(ledger, plan, options) -> tuple[Any, str]:
    from twin.plan.decision_worth import decision_worth

    feed, fields, assumed, behind = _of_ledger(ledger, plan, options.period)
    found = decision_worth(plan, feed, fields)
    content = {"place": ledger.place, "decisions": rows(found.table), "sentences": list(found.sentences())}
    words = [behind] if behind else []
    if found.table.empty:
        words.append(f"the plan at {ledger.place} has no decision on places for dates that are on record")
    else:
        shown = found.table.assign(decided_at=found.table["decided_at"].str[:10]).rename(index=visible).fillna("–")
        words.append("decisions on places, on the flows that came; overflow avoided [pallet], rent and gain [$]")
        words.append(shown.to_string(float_format="{:,.0f}".format, index_names=False))
    words += [*found.sentences(), *(f"  note     {note}" for note in assumed)]
    return {**content, "assumptions": list(assumed)}, "\n".join(words)


def rows(table: Any) -> dict[str, Any]:
    """Return the rows of a table by name, as JSON takes them; unknown numbers are None."""
    return table.astype(object).where(table.notna(), None).to_dict(orient="index")
