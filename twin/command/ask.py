"""The command ask: answer questions about lanes, by a language model or offline, with numbers computed by the Twin."""

import argparse
import json
import shutil
import sys
import textwrap
from dataclasses import replace

from twin._check import require
from twin.command.options import add_reading_options, add_scenario, plan_of, reading_of, stated_policies
from twin.data.text import visible

ASK = """Ask about volatility, capacity, cost and risk of a lane or of all lanes. Every number in an answer has been
computed by the Twin. Without a key for Gemini, the offline analyst answers."""
ASK_EXAMPLES = """examples
  twin ask "why is BER-MUC volatile?"                      the research lanes
  twin ask "what if returns double?" "and for HAM-ROT?"    a conversation
  twin ask --file flows.csv --policies policies.csv "which lanes need attention?"
  twin ask --file ledger: --lane BER-MUC --facts "how bad can it get?"

Gemini answers if GEMINI_API_KEY or GOOGLE_API_KEY is set, in the environment or in a .env file; GEMINI_MODEL overrides
the model, and TWIN_GEMINI_CLIENT the client library. It receives the numbers of the lanes in question, but never their
names.
"""


def add(commands: "argparse._SubParsersAction") -> None:
    """Add the command to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "ask", help="answer questions about lanes", description=ASK, epilog=ASK_EXAMPLES, formatter_class=raw
    )
    parser.add_argument("questions", nargs="+", metavar="QUESTION", help="one or more, in one conversation")
    parser.add_argument("--lane", metavar="LANE", help="the lane that 'it' refers to; by default the largest")
    parser.add_argument("--offline", action="store_true", help="use the offline analyst even if a key is set")
    parser.add_argument("--facts", action="store_true", help="list the facts behind each answer")
    parser.add_argument("--json", action="store_true", help="print answers and facts as JSON")
    parser.set_defaults(run=_ask)
    reading = parser.add_argument_group("the lanes")
    reading.add_argument(
        "--file", help="CSV or a spreadsheet of flows, or ledger: for the ledger; by default the research lanes"
    )
    reading.add_argument(
        "--policies", metavar="FILE", help="CSV or a spreadsheet with a lane column and a column for each policy field"
    )
    add_scenario(reading)
    add_reading_options(reading)


def _ask(options):
    from twin.analyst.answer import OFFLINE
    from twin.analyst.conversation import Conversation
    from twin.analyst.gemini import NO_KEY, from_settings

    portfolio = _portfolio(options)
    lane = _chosen_lane(portfolio, options.lane)
    model, why = (None, NO_KEY) if options.offline else from_settings()
    if model is None and why != NO_KEY:
        print(f"twin: the {OFFLINE} answers, because {why}", file=sys.stderr)
    analyst = Conversation(model)
    for question in options.questions:
        answer = analyst.ask(question, portfolio, lane)
        if not options.json:
            print(_as_text(answer, options, several=len(options.questions) > 1), flush=True)
    assumed = [f"Assumed: {note}." for note in portfolio.assumptions]
    if options.json:
        records = [{**_as_record(answer), "assumed": assumed} for answer in analyst.answers]
        print(json.dumps(records, indent=1, ensure_ascii=False))
    else:
        print(*(textwrap.fill(note, _width()) for note in assumed), sep="\n")
    return 0


def _chosen_lane(portfolio, name):
    """Return the lane with a name, in any letter case; by default the largest lane."""
    if name is None:
        return portfolio.feed.statistics["demand_mean"].idxmax()
    found = [lane for lane in portfolio.policies.index if lane.casefold() == name.casefold()]
    some = ", ".join(visible(lane, 20) for lane in portfolio.policies.index[:5])
    require(bool(found), "lane", f"one of the lanes, such as {some}", visible(name))
    return name if name in found else found[0]


def _width():
    return shutil.get_terminal_size((100, 40)).columns


def _portfolio(options):
    """Return the portfolio of the lanes and policies that the options name."""
    from twin.data.load import load_history
    from twin.plan.adjustments import planned_feed
    from twin.plan.at_risk import bookings_of
    from twin.plan.feed import feed_of_history
    from twin.plan.portfolio import portfolio_of

    history = load_history(options.file or "", **reading_of(options))
    known, notes = stated_policies(options, history)
    of_file = known.attrs["notes"] if options.policies else ()
    print(*(f"  note     {note}\n" for note in of_file), sep="", end="", file=sys.stderr)
    notes = [note for note in notes if note not in of_file]
    found = portfolio_of(feed_of_history(history), known)
    plan = plan_of(options, history)
    feed, policies, planned = planned_feed(found.feed, plan, found.policies)
    bookings = {} if plan is None else bookings_of(plan.of("decision"))
    notes = (*found.assumptions, *notes, *planned)
    return replace(found, feed=feed, policies=policies, assumptions=notes, bookings=bookings)


def _as_text(answer, options, several):
    """Return an answer as text for a terminal."""
    width = _width()
    parts = [f"> {answer.question}"] if several else []
    parts += [textwrap.fill(text, width) for text in (answer.text(), *answer.remarks) if text]
    parts.append(f"({answer.by})")
    if options.facts:
        parts += [f"  {fact.id}  {fact.value:.6g} {answer.evidence.unit(fact)}  {fact.source}" for fact in answer.facts]
    return "\n".join(parts) + ("\n" if several else "")


def _as_record(answer):
    """Return an answer as plain values for JSON."""
    facts = [
        {
            "id": fact.id,
            "name": fact.words,
            "of": answer.evidence.of(fact),
            "value": fact.value,
            "unit": answer.evidence.unit(fact),
            "source": fact.source,
        }
        for fact in answer.facts
    ]
    return {
        "question": answer.question,
        "by": answer.by,
        "answer": answer.text(),
        "remarks": list(answer.remarks),
        "facts": facts,
    }
