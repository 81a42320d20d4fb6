"""Remarks on new flows that look like mistakes: unusual days, new lanes, repeated or mixed records."""

import datetime
from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
from sqlalchemy import Connection, and_, func, select

from twin._period_kinds import PERIOD_KINDS
from twin.data.ledger.flow import Flow
from twin.data.ledger.schema import flows, imports
from twin.data.ledger.staging import Staged
from twin.data.ledger.sums import lane_names
from twin.data.periods import fits, own_period
from twin.data.text import number_of, visible

LATER = 31  # [day] a flow further than this from all others gets a remark


def flow_remarks(connection: Connection, flow: Flow) -> Iterator[str]:
    """Yield remarks on a stored flow whose day or lane looks mistaken, or that repeats a lane and day."""
    others = flows.c.id != flow.id
    last = connection.execute(select(func.max(flows.c.date)).where(others)).scalar_one()
    if last and (flow.date - last).days > LATER:
        yield (
            f"{flow.date} is {(flow.date - last).days:,} days after every other flow; unless gaps are unknown, "
            "all lanes count as zero up to it"
        )
    if flow.date > datetime.date.today():
        yield f"{flow.date} is in the future"
    same = and_(others, flows.c.lane == flow.lane)
    first = connection.execute(select(func.min(flows.c.date)).where(same)).scalar_one()
    if first and (first - flow.date).days > LATER:
        yield (
            f"{flow.date} is {(first - flow.date).days:,} days before every other flow of {visible(flow.lane)}; "
            "unless gaps are unknown, it counts as zero in between"
        )
    if not connection.execute(select(flows.c.id).where(same).limit(1)).first():
        names = [name for name in connection.execute(lane_names()).scalars() if name != flow.lane]
        plain = {name.casefold(): name for name in names}
        like = [plain[name] for name in get_close_matches(flow.lane.casefold(), plain, n=3, cutoff=0.8)]
        if names:
            yield f"{visible(flow.lane)} is a new lane" + (
                f"; was {' or '.join(map(visible, like))} meant?" if like else ""
            )
    held = connection.execute(select(func.count()).where(same, flows.c.date == flow.date)).scalar_one()
    if held:
        flows_held = number_of(held, "flow")
        yield f"the ledger already held {flows_held} of {visible(flow.lane)} on {flow.date}; this one comes on top"


def import_remarks(connection: Connection, staged: Staged) -> Iterator[str]:
    """Yield remarks on staged records before they are added."""
    here = staged.account.period
    others = select(imports.c.period).where(imports.c.period != here).distinct().order_by(imports.c.period)
    if periods := [PERIOD_KINDS[period].name for period in connection.execute(others).scalars()]:
        yield (
            f"these are flows of {PERIOD_KINDS[here].name}s, and the ledger holds some of {' and '.join(periods)}s: "
            "read lanes of one kind at a time, or all of them with the longest period"
        )
    if (high := staged.days[-1].item()) > datetime.date.today():
        yield f"flows are dated in the future, up to {high}"


def imported_period(connection: Connection, days: np.ndarray) -> str | None:
    """Return the period of the imports if it is one and longer than what some days show; None if the days decide.

    The first quarters of a ledger are too few to be told from months.
    """
    kinds = connection.execute(select(imports.c.period).distinct()).scalars().all()
    if len(kinds) != 1 or not len(days) or not fits(days, kinds[0]):
        return None
    return kinds[0] if PERIOD_KINDS[kinds[0]].days > PERIOD_KINDS[own_period(days)].days else None


def imported_longer(connection: Connection, period: str) -> dict[str, str]:
    """Return the lanes that were imported in longer periods than one, each with the longest of these periods."""
    kinds = connection.execute(select(imports.c.period).distinct()).scalars().all()
    found: dict[str, str] = {}
    for kind in sorted(kinds, key=lambda one: PERIOD_KINDS[one].days):
        if PERIOD_KINDS[kind].days > PERIOD_KINDS[period].days:
            mine = flows.c.import_id.in_(select(imports.c.id).where(imports.c.period == kind))
            found |= dict.fromkeys(connection.execute(select(flows.c.lane).where(mine).distinct()).scalars(), kind)
    return found
