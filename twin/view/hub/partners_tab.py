"""Build the tab on partners: the choice of partners, their savings, payments by rule, and who would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twin.data.text import number_of, visible
from twin.games import coalitions
from twin.games.alliance import RULES
from twin.plan.unit_names import unit_names
from twin.plan.wording import quantity, unit_in, written
from twin.view import plots, sharing_plots
from twin.view.guard import told
from twin.view.hub.partnership import ASSUMED, BANDS, WAYS, PartnershipOutcome
from twin.view.hub.session import Session
from twin.view.hub.together_section import together_section
from twin.view.pictures import RESOLUTION
from twin.view.words import alert, cards, choice, choices, figure, picture, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INTRO = "Each lane stands for one LSP, which needs space for its workload on record and for its buffer."
BESIDE = ("by volume", "scarcity prices")  # rules that are drawn in addition to the selected one


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML; if the partners cannot pool, a sentence with the reason replaces the results."""
    parts = [_choices(session)]
    with told(lambda text: parts.append(alert(text))):
        parts.append(_outcome(session))
    return "".join(parts)


def drawn(session: Session, name: str) -> Figure | None:
    """Return the picture "savings" or "leaving" as a figure; None if there are fewer than two partners or an error."""
    if len(session.partnership.names(session)) < 2 or session.partnership.way == "book":
        return None
    figures: list[Figure] = []
    with told(lambda text: None):  # `page` shows the same error
        found = session.partnership.outcome(session)
        unit = f"{unit_names().currency} a {unit_in('period', session.feed.period)}"
        figures.append(_figure(found, session.partnership.rule_of(found), name, unit))
    return figures[0] if figures else None


def _figure(found: PartnershipOutcome, rule: str, name: str, unit: str) -> Figure:
    shares, names = found.contract.shares, [visible(name, 16) for name in found.together.names]
    marks = {shown: shares[shown] for shown in dict.fromkeys((rule, *BESIDE))}
    drawing, ax = plots.figure(width=4.8, height=max(3.3, 1.1 + 0.24 * len(names)))
    drawing.set_dpi(RESOLUTION)
    if name == "savings":
        sharing_plots.payments(ax, found.contract.alone, found.acceptable, marks, names)
    else:
        sharing_plots.draw_core(ax, found.contract.costs, marks, names)
    ax.set_xlabel(ax.get_xlabel().replace("$/period", unit))
    return drawing


def _choices(session: Session) -> str:
    """Return the buttons for partners and for their way of pooling, and the form for the cost of a place."""
    own, chosen = session.partnership, session.partnership.names(session)
    lanes = [
        choice("partner", {"name": name}, visible(name, 30), name in chosen, f"twin-partner-{place}")
        for place, name in enumerate(own.offered(session))
    ]
    ways = [
        choice("partner-way", {"way": way}, words, way == own.way, f"twin-way-{way}") for way, words in WAYS.items()
    ]
    parts = [
        f"<p>{INTRO} {_prices(session)} {_some(session)}</p>",
        choices("Partners", lanes),
        choices("How they pool", ways),
    ]
    if own.way == "reserve":
        stated = "" if own.reservation_cost is not None else f", assumed: {ASSUMED}"
        cost = quantity(own.place_cost(session), "$/pallet/period", session.feed.period)
        parts.append(
            '<form data-form="partner-cost"><div class="twin-row twin-choices"><label for="twin-place-cost">'
            f"A reserved place costs {cost}, used or not{stated}</label>"
            '<input id="twin-place-cost" name="reservation_cost" inputmode="decimal" size="8" autocomplete="off">'
            '<button type="submit">Set</button></div></form>'
        )
    return "".join(parts)


def _some(session: Session) -> str:
    """Return a sentence on the lanes that have a button, if not all have one."""
    lanes, offered = len(session.policies), len(session.partnership.offered(session))
    return f"The buttons offer {offered} of {lanes:,} lanes: partners, and the largest." if offered < lanes else ""


def _prices(session: Session) -> str:
    """Return a sentence on the surcharge that all partners pay."""
    surcharge = quantity(session.policy.partner_surcharge, "$/pallet/period", session.feed.period)
    return f"All partners pay the surcharge of the lane in view, {surcharge}, for {unit_names().many} that do not fit."


def _outcome(session: Session) -> str:
    """Return the results of pooling as HTML: key figures, pictures and tables."""
    if len(session.policies) < 2:
        return "<p>There is only one lane, so it has no partner.</p>"
    if len(session.partnership.names(session)) < 2:
        return "<p>Pick two partners or more.</p>"
    if session.partnership.way == "book":
        return together_section(session)
    found = session.partnership.outcome(session)
    names = [visible(name, 24) for name in found.together.names]
    return "".join(
        (
            _key_figures(found, session),
            '<div class="twin-pictures">',
            picture("savings", "Saving of every partner under several rules, and the range of savings in the core."),
            picture("leaving", "Gain of coalitions by leaving; for three partners, the core."),
            "</div>",
            _partners(found, session, names),
            _rules(found, session, names),
            _terms(found, session),
            _sensitivity(found, session),
        )
    )


def _key_figures(found: PartnershipOutcome, session: Session) -> str:
    contract, rule = found.contract, session.partnership.rule_of(found)
    paid, worst = float(contract.alone.sum()), contract.leaving[rule]
    share = float(found.pool.share_saved(contract.costs))
    fee = 0.0 if contract.stable[rule] else worst.gain
    length = f"{number_of(len(found.together.dates), unit_in('period', session.feed.period))} on record"
    unit = "$/period"
    return cards(
        [
            ("Each alone", "cost_alone", paid, unit, ""),
            ("Together", "cost_together", float(contract.costs[-1]), unit, ""),
            ("Saved", "pooling_saving", contract.saving, unit, f"({written(share, '-')}), {length}"),
            (
                "Exit fee that keeps all",
                "exit_fee",
                fee,
                unit,
                f"({_by(rule)})" if fee else f"(no fee needed {_by(rule)})",
            ),
        ],
        session.feed.period,
    )


def _partners(found: PartnershipOutcome, session: Session, names: Sequence[str]) -> str:
    """Return the table of partners: costs alone, payments, savings, and places lent and received."""
    contract, rule = found.contract, session.partnership.rule_of(found)
    unit, share, rows = "$/period", contract.shares[rule], []
    for place, name in enumerate(names):
        others = float(np.delete(found.joining[place], place).sum())
        row = [
            escape(name),
            figure(f"alone_{place}", float(contract.alone[place]), unit),
            figure(f"pays_{place}", float(share[place]), unit),
            written(float(contract.alone[place] - share[place]), unit),
        ]
        if found.acceptable is not None:
            low, high = (float(end[place]) for end in found.acceptable)
            row.append(f"{written(low, unit)} to {written(high, unit)}")
        row.append(written(-others, unit))
        if found.terms is not None:
            row += [written(float(end[place]), "pallet") for end in (found.terms.lent, found.terms.received)]
        rows.append(row)
    period = unit_in("period", session.feed.period)
    heads = ["partner", "alone", "pays", "saves"]
    heads += ["range in the core"] * (found.acceptable is not None) + ["others save by it"]
    heads += ["lends", "receives"] * (found.terms is not None)
    if found.acceptable is None:
        core = f"The range of payments in the core is computed for up to {BANDS} partners."
    else:
        core = (
            "Range in the core: a partner's lowest and highest payment over all ways of sharing that give no coalition "
            "a reason to leave; if there is no such way, over those in the least core."
        )
    note = (
        f"<p>{core} Others save by it: the saving of all other partners because this one joins, by Shapley value. "
        "A partner with a negative payment receives money.</p>"
    )
    units = f"{unit_names().currency}, {unit_names().many}"
    return table(f"Who pays what a {period}, {_by(rule)} [{units}]", heads, rows) + note


def _rules(found: PartnershipOutcome, session: Session, names: Sequence[str]) -> str:
    """Return the table of rules of sharing: whether each is stable, and which coalition would leave."""
    contract, members = found.contract, coalitions.all_coalitions(len(names))
    rows = []
    for rule in contract.shares:
        worst, lasts = contract.leaving[rule], contract.stable[rule]
        who = "nobody" if lasts else sharing_plots.named(members[worst.coalition], names)
        gain = "–" if lasts else figure(f"gain_{rule.replace(' ', '_')}", float(worst.gain), "$/period")
        place = list(RULES).index(rule)
        look = choice(
            "partner-rule", {"rule": rule}, "Show", rule == session.partnership.rule_of(found), f"twin-rule-{place}"
        )
        rows.append([escape(rule), "stable" if lasts else "not stable", escape(who), gain, look])
    period = unit_in("period", session.feed.period)
    heads = ("rule", "", "who would leave", f"gain a {period}", "")
    return table("Rules for sharing the bill, and whether they are stable", heads, rows, text=(1, 2, 4))


def _terms(found: PartnershipOutcome, session: Session) -> str:
    """Return a paragraph on lending places: the volume, and the transfer prices that suit both sides."""
    if found.terms is None:
        return ""
    helped, half = float(found.terms.received.sum()), float(found.half.received.sum())
    high = found.terms.prices.high
    surcharge, name = found.pool.partner_surcharge, unit_in("period", session.feed.period)
    most = f"at a price up to {written(high, '$/pallet')}" if np.isfinite(high) else "at any price"
    goods, many = unit_names().goods, unit_names().many
    return (
        f"<p>Partners store {figure('volume_helped', helped, 'pallet')} {many} a {name} for each other, or "
        f"{written(half, 'pallet')} if each commits half of its spare places. The owner of a {goods} pays its holding "
        f"cost anyway. On top of it, a transfer price up to the surcharge, {written(surcharge, '$/pallet')} a {goods}, "
        f"suits both sides in every {name}. On average nobody is worse off {most}, because a partner that lends today "
        "borrows on another day.</p>"
    )


def _sensitivity(found: PartnershipOutcome, session: Session) -> str:
    """Return the table of savings under other assumptions."""
    rows = [
        [escape(words), written(saving, "$/period"), written(share, "-")] for words, saving, share in found.otherwise
    ]
    period = unit_in("period", session.feed.period)
    return table("Saving under other assumptions", ("", f"saved a {period}", "share of the cost alone"), rows)


def _by(rule: str) -> str:
    return rule if rule.startswith("by ") else f"by {rule}"
