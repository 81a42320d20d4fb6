"""Build the tab on motion: next days of a lane or a site in the dynamic model, today's policy and an alternative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from twin.data.text import number_of, visible
from twin.plan.action_rows import places_in_words
from twin.plan.ahead import DAYS_AHEAD, difference, step_name
from twin.plan.attention import BLOCK_NAMES, ranked_periods
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.guard import told
from twin.view.hub.session import Session
from twin.view.words import alert, choice, choices, picture, table

if TYPE_CHECKING:
    from twin.plan.ahead import Ahead

SPAN = f"next {DAYS_AHEAD} days"
MOST_BUTTONS, SITE_LANES_NAMED = 12, 6  # sites that have a button at first, and lanes of a site that are named


def page(session: Session, numbers: Mapping[str, float]) -> str:
    """Return the tab as HTML; if a site cannot be simulated, a sentence with the reason replaces its days."""
    parts = [_offered(session)]
    with told(lambda text: parts.append(alert(text))):
        parts.append(_of_site(session) if session.site else _of_lane(session, numbers))
    return "".join(parts)


def _offered(session: Session) -> str:
    """Return buttons for the lane in view and for the sites of the plan; nothing if there are no sites."""
    sites = session.sites()
    if not sites:
        return ""
    shown = dict.fromkeys([*list(sites)[:MOST_BUTTONS], *filter(None, [session.site])])
    names = {"": f"lane {visible(session.lane, 30)}"} | {site: f"site {visible(site, 30)}" for site in shown}
    buttons = [
        choice("in-motion", {"site": site}, words, site == session.site, f"twin-in-motion-{place}")
        for place, (site, words) in enumerate(names.items())
    ]
    more = f"The buttons offer {len(shown)} of {len(sites):,} sites; pick a lane to see its own site first."
    return choices("In motion", buttons) + (f"<p>{more}</p>" if len(shown) < len(sites) else "")


def _of_lane(session: Session, n: Mapping[str, float]) -> str:
    """Return the next days of the lane in view as HTML."""
    policy, (today, other), record = session.policy, session.ahead(), session.on_record()
    own, best = (f"{each.internal_capacity:,.0f}" for each in (policy, session.alternative()))
    levels = written(n["service_level"], "-"), written(n["critical_ratio"], "-")
    shares = [("own places exceeded", n["lane_overflow_probability"], "overflow")]
    if policy.kind == "stock":
        shares.append(("demand is short", 1 - n["service_level"], "short"))
    intro = (
        f"<p>The {SPAN} in the dynamic model, on {len(today.space)} paths. {_demand(session)} Today: {own} own places"
        f"{_target(policy, levels[0])}. Alternative: {best} own places, the number that costs least in these days, on "
        f"other paths{_target(policy, levels[1])}. For the average of the whole record, the best number by the formula "
        f"is {n['optimal_own_capacity']:,.0f}.</p>"
    )
    return intro + _days((today, other, record), shares, step_name(session.feed.calendar.length))


def _demand(session: Session) -> str:
    """Return what the demand of the paths of a lane is, beside the average of its record."""
    said, period, policy = session.expected_demand(), unit_in("period", session.feed.period), session.policy
    drawn = "from the record in blocks, at their season"
    if not len(said):
        return f"Demand is resampled {drawn}."
    block = ranked_periods(session.feed.calendar.period, session.feed.calendar.season)
    scale = (1 + policy.return_rate) * policy.dwell
    near, usual = (
        places_in_words(scale * each)
        for each in (said[-session.watched :][:block].mean(), session.moments["demand_mean"])
    )
    passing = " for goods that pass, without those in stock," if policy.kind == "stock" else ""
    return (
        f"Demand follows the forecast of the morning: {near} are expected a {period}{passing} in the coming "
        f"{BLOCK_NAMES[session.feed.calendar.period]}, against {usual} on average of the whole record. Its spread is "
        f"resampled {drawn}; after {number_of(session.watched, period)} it keeps the level of the forecast."
    )


def _of_site(session: Session) -> str:
    """Return the next days of the site in motion as HTML."""
    site, found = session.site_ahead()
    many, period = unit_names().many, unit_in("period", session.feed.period)
    several = len(site.lanes) > 1
    lanes = f"{len(site.lanes):,} lanes ({_named(site.lanes)}) share" if several else f"lane {_named(site.lanes)} has"
    places = "places of the plan" if site.stated else "own places, as the plan states none for the site"
    handled = "" if site.handling is None else f"; it handles at most {site.handling:,.0f} {many} a {period}"
    drawn = "from the record in blocks, at their season"
    if several:
        drawn += (
            f"; each block is drawn for all lanes at once, so that their dependence stays, from the "
            f"{number_of(len(site.dates), period)} since {site.dates[0]} that all of them have on record"
        )
    demand = "Each lane follows its forecast of the morning; its spread is" if site.forecast.size else "Demand is"
    demand = f"{demand} resampled"
    levels = ", and each lane has its critical ratio as service level" if site.stocks.any() else ""
    intro = (
        f"<p>The {SPAN} of the site {escape(visible(site.name, 60))} in the dynamic model, on {len(found.today.space)} "
        f"paths. Its {lanes} {site.places:,.0f} {places}{handled}. {demand} {drawn}. Alternative: "
        f"{found.places:,.0f} places, the number that costs least on other paths{levels}. The controls change lane "
        f"{escape(visible(session.lane, 40))} alone.</p>"
    )
    gone = "; ".join(f"{visible(name, 40)} ({why})" for name, why in site.left_out.items())
    shares = [("own places exceeded", found.promised_overflow, "overflow")]
    if site.stocks.any() or site.handling is not None:
        shares.append(("demand is short", found.promised_short, "short"))
    notes = ["Demand that is short is the mean over the lanes."] if several and len(shares) > 1 else []
    if found.promised_overflow is None:
        notes.append("There is no formula for the space of several lanes of which one holds stock.")
    elif several:
        notes.append("The formula takes the space of the lanes as normal, correlated as on record.")
    return "".join(
        (
            intro,
            f"<p>Left out: {escape(gone)}.</p>" if gone else "",
            _days((found.today, found.other, found.record), shares, step_name(session.feed.calendar.length)),
            f"<p>{' '.join(notes)}</p>" if notes else "",
        )
    )


def _days(ahead: tuple[Ahead, Ahead, Ahead], shares: Sequence[tuple[str, float | None, str]], step: str) -> str:
    """Return pictures, money and shares as HTML.

    ahead : the next days today and with the alternative, and those on record.
    shares : name of a share, its probability by the formula or None, and its field of `Ahead`.
    step : name of a step, "day" or "working day".
    """
    today, other, record = ahead
    earned = [_unbroken(float(days.money[:, -1].mean())) for days in (today, other)]
    gain, error = difference(today, other)
    rows = [
        [name, "–" if promised is None else written(promised, "-")]
        + [written(getattr(days, part), "-") for days in (today, record, other)]
        for name, promised, part in shares
    ]
    heads = (f"share of {step}s", "formula", SPAN, "on the record", "alternative")
    return "".join(
        (
            '<div class="twin-pictures">',
            picture("space_ahead", f"Space over the {SPAN}: bands of half and nine tenths of the paths."),
            picture("money_ahead", f"Profit since the first day; over the {SPAN} today {earned[0]} on average."),
            "</div>",
            f"<p>After {DAYS_AHEAD} days today's policy has earned {earned[0]} on average, the alternative "
            f"{earned[1]}: a difference of {_unbroken(gain)} ± "
            f"{written(error, '$')} (95%).</p>",
            table("How often: promised, simulated, and on the record", heads, rows),
            "<p>On the record, today's policy meets the demand of the past; its lead times are drawn.</p>",
        )
    )


def _unbroken(amount: float) -> str:
    """Return money whose sign stays on the line of its number."""
    return written(amount, "$").replace("−", "−\N{WORD JOINER}")


def _named(lanes: Sequence[str]) -> str:
    """Return the names of some lanes, and the number of the others."""
    some = ", ".join(escape(visible(name, 30)) for name in lanes[:SITE_LANES_NAMED])
    return f"{some} and {len(lanes) - SITE_LANES_NAMED:,} more" if len(lanes) > SITE_LANES_NAMED else some


def _target(policy, level):
    """Return the service level in words, where it decides what is ordered."""
    return f", {level} service" if policy.kind == "stock" else ""
