"""Actions on terms that hold until they are negotiated: penalties, a promise that was not kept, a lane at a loss."""

from __future__ import annotations

import numpy as np

from twin.data.text import number_of
from twin.plan.action_rows import Row, row_of
from twin.plan.attention import BLOCK_NAMES
from twin.plan.lane_facts import LaneFacts
from twin.plan.record_actions import JUDGED
from twin.plan.unit_names import unit_names
from twin.plan.wording import money, quantity, written

STANDING = ("loss", "penalty", "promise")


def penalty(facts: LaneFacts, at: int) -> Row:
    """Return the action on penalties that a larger buffer avoids."""
    now, best = facts.answers, facts.best
    reason = (
        f"{written(now['penalty'][at], '$')} of penalties a {facts.unit} are expected at a service level of "
        f"{100 * now['service_level'][at]:.1f}%; its costs make {100 * best['service_level'][at]:.1f}% the best"
    )
    gain = float(best["profit"][at] - now["profit"][at]) * facts.block
    decision = (
        f"raise the buffer from {now['safety_stock'][at]:,.0f} to {best['safety_stock'][at]:,.0f} "
        f"{unit_names().many}: saves {money(gain)} a {BLOCK_NAMES[facts.period]}"
    )
    return row_of(reason, decision, gain)


def promise(facts: LaneFacts, at: int) -> Row:
    """Return the action on a promise that the record did not keep."""
    found, many = facts.promises, unit_names().many
    days = min(facts.block * JUDGED[facts.period], facts.known.volumes.shape[1])
    reason = (
        f"{100 * facts.known.levels[at]:.0f}% are promised, and {100 * found.kept[at]:.0f}% were kept in the latest "
        f"{number_of(days, facts.unit)} by a buffer of {facts.answers['safety_stock'][at]:,.0f} {many}"
    )
    more = float(found.needed[at] - facts.answers["reorder_point"][at])
    policy = facts.known.policy
    fine, holding = (np.broadcast_to(x, len(facts.names))[at] for x in (policy.sla_penalty, policy.holding_cost))
    gain = float(fine * (found.short[at] - found.short_then[at]) - holding * more) * facts.block
    decision = f"raise the buffer by {more:,.0f} {many}, which would have kept it"
    decision += f": saves {money(gain)} a {BLOCK_NAMES[facts.period]}" if gain > 0 else ""
    return row_of(reason, decision, max(gain, 0.0))


def loss(facts: LaneFacts, at: int) -> Row:
    """Return the action on a lane that loses money at its prices."""
    lost = -float(facts.answers["lane_profit"][at])
    demand = float(facts.known.statistics["demand_mean"].iloc[at])
    reason = f"the lane loses {quantity(lost, '$/period', facts.length)} at its prices"
    more = f"{written(lost / demand, '$')} a {unit_names().goods}"
    decision = f"raise the price by {more} to break even, or give the lane up"
    return row_of(reason, decision, lost * facts.block)
