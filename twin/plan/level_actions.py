"""Actions on what the record shows of a lane: a new level, missing flows, an end."""

from __future__ import annotations

from twin.data.text import number_of
from twin.plan.action_rows import Row, places_in_words, row_of
from twin.plan.attention import BLOCK_NAMES, WEEKS
from twin.plan.lane_facts import LaneFacts
from twin.plan.unit_names import unit_names
from twin.plan.wording import money


def level_break(facts: LaneFacts, at: int) -> Row:
    """Return the action on a break of level."""
    shift, share = float(facts.breaks.shift[at]), float(facts.breaks.share[at])
    near = float(facts.mean[at, : facts.block].mean())
    reason = (
        f"the latest {WEEKS[facts.period]} {BLOCK_NAMES[facts.period]}s took {abs(share):.0%} "
        f"{'more' if shift > 0 else 'less'} space than was forecast before them, {places_in_words(abs(shift))} a "
        f"{facts.unit}: unlike any error before"
    )
    if shift > 0:
        owned = places_in_words(float(facts.own[at]))
        decision = f"confirm the new level, and plan for {places_in_words(near)} in place of {owned} owned"
        return row_of(reason, decision, 0.0)
    idle = min(-shift, float(facts.own[at]))
    gain = idle * float(facts.always[at]) * facts.block
    decision = f"confirm the new level, and release {places_in_words(idle)}: saves {money(gain)} a "
    return row_of(reason, decision + BLOCK_NAMES[facts.period], gain)


def gap(facts: LaneFacts, at: int) -> Row:
    """Return the action on missing flows."""
    missing, day = int(facts.gaps.periods[at]), facts.last_day(at)
    reason = (
        f"no flow since {day}, where there always was one: about {facts.gaps.volume[at]:,.0f} "
        f"{unit_names().many} of {number_of(missing, facts.unit)} are missing"
    )
    decision = "import the missing flows, or enter zeros: until then the forecast counts them as none"
    return row_of(reason, decision, 0.0)


def ended(facts: LaneFacts, at: int) -> Row:
    """Return the action on places that are kept for a lane that ended."""
    own = float(facts.own[at])
    reason = f"no flow since {facts.last_day(at)}, and {places_in_words(own)} are kept for it"
    gain = own * float(facts.always[at]) * facts.block
    return row_of(reason, f"release {places_in_words(own)}: saves {money(gain)} a {BLOCK_NAMES[facts.period]}", gain)
