"""The tab on partners: who pools, what it saves, who pays what, and who would leave."""

import json
from html import escape

import numpy as np

from twin.data.text import visible
from twin.games import coalitions
from twin.games.alliance import RULES
from twin.plan.wording import quantity, unit_in, written
from twin.view import plots, sharing_plots
from twin.view.guard import told
from twin.view.hub.partnership import ASSUMED, BANDS, WAYS
from twin.view.pictures import RESOLUTION
from twin.view.words import alert, cards, figure, picture, table

INTRO = "Each lane stands for an LSP of its own; what it needs is its recorded workload and its buffer."
BESIDE = ("by volume", "scarcity prices")  # rules drawn beside the one that is looked at


def page(session, numbers):
    """Return the tab as HTML; partners that cannot pool are told why, and can be picked anew."""
    parts = [_choices(session)]
    with told(lambda text: parts.append(alert(text))):
        parts.append(_outcome(session))
    return "".join(parts)


def drawn(session, name):
    """Return the figure of what every partner saves, or of who would leave; None where nobody pools."""
    if len(session.partnership.names(session)) < 2:
        return None
    figures = []
    with told(lambda text: None):  # the page says it
        found = session.partnership.outcome(session)
        figures.append(_figure(found, session.partnership.rule_of(found), name))
    return figures[0] if figures else None


def _figure(found, rule, name):
    shares, names = found.contract.shares, [visible(name, 16) for name in found.together.names]
    marks = {shown: shares[shown] for shown in dict.fromkeys((rule, *BESIDE))}
    drawing, ax = plots.figure(width=4.8, height=max(3.3, 1.1 + 0.24 * len(names)))
    drawing.set_dpi(RESOLUTION)
    if name == "savings":
        sharing_plots.payments(ax, found.contract.alone, found.acceptable, marks, names)
    else:
        sharing_plots.draw_core(ax, found.contract.costs, marks, names)
    return drawing


def _choices(session):
    """Buttons for partners and for the way they pool, and what a place costs."""
    own, chosen = session.partnership, session.partnership.names(session)
    lanes = [
        _button("partner", {"name": name}, visible(name, 30), name in chosen, f"twin-partner-{place}")
        for place, name in enumerate(own.offered(session))
    ]
    ways = [
        _button("partner-way", {"way": way}, words, way == own.way, f"twin-way-{way}") for way, words in WAYS.items()
    ]
    parts = [
        f"<p>{INTRO} {_prices(session)} {_some(session)}</p>",
        _row("Partners", lanes),
        _row("They", ways),
    ]
    if own.way == "reserve":
        stated = "" if own.reservation_cost is not None else f", assumed: {ASSUMED}"
        cost = quantity(own.place_cost(session), "$/pallet/period", session.feed.period)
        parts.append(
            '<form data-form="partner-cost"><div class="twin-row twin-choices"><label for="twin-place-cost">'
            f"A place reserved costs {cost}, used or not{stated}</label>"
            '<input id="twin-place-cost" name="reservation_cost" inputmode="decimal" size="8" autocomplete="off">'
            '<button type="submit">Set</button></div></form>'
        )
    return "".join(parts)


def _some(session):
    lanes, offered = len(session.policies), len(session.partnership.offered(session))
    return f"The largest of {lanes:,} lanes are offered, {offered} with those in use." if offered < lanes else ""


def _prices(session):
    """Whose prices hold for all."""
    surcharge = quantity(session.policy.partner_surcharge, "$/pallet/period", session.feed.period)
    return f"All pay the surcharge of the lane in view, {surcharge}, for what does not fit."


def _outcome(session):
    if len(session.policies) < 2:
        return "<p>There is one lane here, and nobody to share with.</p>"
    if len(session.partnership.names(session)) < 2:
        return "<p>Pick two partners or more.</p>"
    found = session.partnership.outcome(session)
    names = [visible(name, 24) for name in found.together.names]
    return "".join(
        (
            _key_figures(found, session),
            '<div class="twin-pictures">',
            picture("savings", "What every partner saves under some rules, and what would be acceptable to all."),
            picture("leaving", "Which coalitions would gain by leaving; of three partners the core."),
            "</div>",
            _partners(found, session, names),
            _rules(found, session, names),
            _terms(found, session),
            _sensitivity(found, session),
        )
    )


def _key_figures(found, session):
    contract, rule = found.contract, session.partnership.rule_of(found)
    paid, worst = float(contract.alone.sum()), contract.leaving[rule]
    share = float(found.pool.share_saved(contract.costs))
    fee = 0.0 if contract.stable[rule] else worst.gain
    length = f"{len(found.together.dates):,} {unit_in('period', session.feed.period)}s on record"
    unit = "$/period"
    return cards(
        [
            ("Each alone", "cost_alone", paid, unit, ""),
            ("Together", "cost_together", float(contract.costs[-1]), unit, ""),
            ("Saved", "pooling_saving", contract.saving, unit, f"({written(share, '-')}), {length}"),
            (
                "Exit fee that holds all",
                "exit_fee",
                fee,
                unit,
                f"({_by(rule)})" if fee else f"(none needed {_by(rule)})",
            ),
        ],
        session.feed.period,
    )


def _partners(found, session, names):
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
    heads += ["acceptable"] * (found.acceptable is not None) + ["others save by it"]
    heads += ["lends", "receives"] * (found.terms is not None)
    few = "" if found.acceptable is not None else f" Acceptable payments are looked for up to {BANDS} partners."
    note = (
        "<p>Acceptable: what a partner pays in some way of sharing that no coalition would leave for. What others save "
        f"by a partner's joining is by Shapley value. Below zero, a partner is paid.{few}</p>"
    )
    return table(f"Who pays what a {period}, {_by(rule)} [$, pallets]", heads, rows) + note


def _rules(found, session, names):
    contract, members = found.contract, coalitions.all_coalitions(len(names))
    rows = []
    for rule in contract.shares:
        worst, lasts = contract.leaving[rule], contract.stable[rule]
        who = "nobody" if lasts else sharing_plots.named(members[worst.coalition], names)
        gain = "–" if lasts else figure(f"gain_{rule.replace(' ', '_')}", float(worst.gain), "$/period")
        place = list(RULES).index(rule)
        look = _button(
            "partner-rule", {"rule": rule}, "Look", rule == session.partnership.rule_of(found), f"twin-rule-{place}"
        )
        rows.append([escape(rule), "lasts" if lasts else "does not last", escape(who), gain, look])
    period = unit_in("period", session.feed.period)
    heads = ("rule", "", "who would leave", f"gain a {period}", "")
    return table("Ways to share the bill, and whether they last", heads, rows, text=(1, 2, 4))


def _terms(found, session):
    if found.terms is None:
        return ""
    helped, half = float(found.terms.received.sum()), float(found.half.received.sum())
    high = found.terms.prices.high
    surcharge, name = found.pool.partner_surcharge, unit_in("period", session.feed.period)
    most = f"up to {written(high, '$/pallet')}" if np.isfinite(high) else "of any size"
    return (
        f"<p>Partners keep {figure('volume_helped', helped, 'pallet')} pallets a {name} for each other; "
        f"{written(half, 'pallet')} if each commits half of its spare places. Holding is paid anyway. On top of it, a "
        f"transfer price up to the surcharge, {written(surcharge, '$/pallet')} a pallet, suits both sides in every "
        f"{name}; on average nobody is worse off at one {most}, as who lends today borrows tomorrow.</p>"
    )


def _sensitivity(found, session):
    rows = [
        [escape(words), written(saving, "$/period"), written(share, "-")] for words, saving, share in found.otherwise
    ]
    period = unit_in("period", session.feed.period)
    return table("What would be saved otherwise", ("", f"saved a {period}", "of what is paid alone"), rows)


def _by(rule):
    return rule if rule.startswith("by ") else f"by {rule}"


def _row(words, buttons):
    inside = f"<span>{words}</span>{''.join(buttons)}"
    return f'<div class="twin-row twin-choices" role="group" aria-label="{words}">{inside}</div>'


def _button(done, with_, words, pressed, key):
    data = escape(json.dumps(with_))
    return (
        f'<button type="button" id="{key}" data-do="{done}" data-with="{data}" '
        f'aria-pressed="{"true" if pressed else "false"}">{escape(words)}</button>'
    )
