"""The verbs of the command ledger for single flows that are held: edit one, show its history, undo a change."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from twin.command.asking import choice
from twin.command.options import pallets
from twin.data.errors import FlowChanged
from twin.data.text import visible

Verb = Callable[..., argparse.ArgumentParser]


def add_edit_verbs(verb: Verb, show: Callable[..., int]) -> None:
    """Add the verbs, each made by `verb(function, help)`; show : function that prints an outcome as words or JSON."""

    def told(run):
        """Return a verb that prints a refusal because of a colleague's change, with the exit code 1."""

        def runs(ledger, options):
            try:
                return show(options, *run(ledger, options))
            except FlowChanged as error:
                print(f"twin: {error}; nothing was changed", file=sys.stderr)
                return 1

        runs.__name__ = run.__name__
        return runs

    edit = verb(told(_edit), "give a flow another volume, and keep who changed it, when and from what")
    edit.add_argument("id", type=int, help="id of the flow, as printed by log, history and export --json")
    edit.add_argument("volume", type=pallets, help="pallets shipped [pallet]")
    edit.add_argument("--returns", type=pallets, help="part of the volume that came back; by default as it is [pallet]")
    edit.add_argument("--sure", action="store_true", help="save a volume far from the record of its lane")
    history = verb(told(_history), "show what happened to the flows of a lane, on a day or by hand")
    history.add_argument("lane", help="name of the lane")
    history.add_argument("date", nargs="?", help="the day; by default all changes by hand are shown")
    revert = verb(told(_revert), "undo a change of one flow by hand")
    revert.add_argument("change", type=int, help="id of the change, as printed by history")


def _edit(ledger, options) -> tuple[Any, str]:
    before = ledger.find(options.id)
    far = "" if options.sure else ledger.far_from_record(before.lane, options.volume)
    if far and choice(far, {"y": ("save it", "yes")}, options.json) != "yes":
        raise FlowChanged(f"{far} --sure saves it", options.id)
    returns = before.returns if options.returns is None else options.returns
    flow = ledger.edit(options.id, options.volume, returns, seen=before[3:])
    return {
        **flow._asdict(),
        "place": ledger.place,
    }, f"saved in {ledger.place}: {_told(flow)}, was {_amounts(before[3:])}"


def _history(ledger, options) -> tuple[Any, str]:
    found = ledger.events(options.lane, options.date)
    lines = [
        f"{event.at[:16].replace('T', ' ')}  {event.author or 'not kept'}  "
        f"{event.what if event.change is None else f'change {event.change}: {event.what}'}, flow {event.flow_id} of "
        f"{event.date}: {_amounts(event.before)} -> {_amounts(event.after)}"
        for event in found
    ]
    where = visible(options.lane) + (f" on {options.date}" if options.date else "")
    words = "\n".join(lines) or f"nothing has happened to flows of {where} {'' if options.date else 'by hand '}yet"
    return {"place": ledger.place, "events": [event._asdict() for event in found]}, words


def _revert(ledger, options) -> tuple[Any, str]:
    flow = ledger.undo_edit(options.change)
    content = {"place": ledger.place, "change": options.change, "flow": flow and flow._asdict()}
    return (
        content,
        f"change {options.change} undone in {ledger.place}: {_told(flow) if flow else 'the flow is deleted'}",
    )


def _told(flow):
    return f"flow {flow.id}, {flow.date} {visible(flow.lane)}, {_amounts(flow[3:])}"


def _amounts(amounts):
    from twin.data.ledger.flow_events import told_amounts  # imports database packages

    return "none" if amounts is None else told_amounts(amounts)
