"""The policy of the lane of a notebook: what the reader states, else the lane's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from twin._check import require
from twin.data.scenarios import IDLE_PLACE_COSTS, POLICIES
from twin.data.statistics import lane_facts, lane_statistics
from twin.plan.policies import policy_of
from twin.plan.policy_file import read_policies
from twin.plan.policy_table import policy_table
from twin.plan.wording import label, quantity
from twin.policy import POLICY

if TYPE_CHECKING:
    from twin.data.history import History

IDLE = "idle_place_cost"  # cost of a place that is reserved for a period and left empty; not a field of `Policy`


def own_policy(
    record: History, lane: str, history: str, policies: str, stated: Mapping[str, float]
) -> tuple[float, ...]:
    """Return the values `stated`, in their order, with the value of the lane's own policy in place of each NaN.

    The policy is the row of the lane in the file `policies`. Without a file, a research lane has the policy in
    `scenarios.POLICIES`, and a lane of another history has the defaults that `assess` and the hub use; a line that
    names them is printed.

    Parameters
    ----------
    record, lane : the history, and the name of one of its lanes
    history : name of the history, as `load_history` takes it; "" for the research lanes
    policies : path of a CSV file of policies, with a column lane; "" for none
    stated : mapping of parameter -> number, or NaN for the lane's own
        Fields of `Policy`, and idle_place_cost, the cost of a place that is reserved for a period and left empty
        [$/pallet]. Of other lanes than the research lanes, the latter is the holding cost of a period.

    >>> from twin.data.load import load_history
    >>> own_policy(load_history(), "HAM-ROT", "", "", {"sla_penalty": float("nan"), "lead_time_mean_days": 9.0})
    (30.0, 9.0)
    """
    lane_facts(record, lane)  # refuses an unknown lane
    strangers = [name for name in stated if name not in POLICY and name != IDLE]
    require(not strangers, "stated", f"fields of a policy or {IDLE}", ", ".join(strangers))
    own = _own(lane, history, policies, record.account.options.get("decimal"))
    for name, value in stated.items():
        if name in POLICY and (name not in own or not math.isnan(value)):
            own[name] = value
    statistics = lane_statistics(record).loc[[lane]]
    table, _ = policy_table(statistics, policies=own, period=record.calendar.length)
    policy = vars(policy_of(table.loc[lane]))
    values = {name: float(policy[name]) for name in {*stated, "holding_cost"} - {IDLE}}
    idle = IDLE_PLACE_COSTS.get(lane) if not (history or policies) else None
    values[IDLE] = values["holding_cost"] if idle is None else idle
    assumed = [name for name in stated if name in POLICY and own[name].isna().any()]
    if assumed:
        words = (f"{label(name)} {quantity(values[name], POLICY[name].unit, record.period)}" for name in assumed)
        print(f"by default for {lane}: {', '.join(words)}")
    return tuple(values[name] if math.isnan(value) else float(value) for name, value in stated.items())


def _own(lane, history, policies, decimal):
    """Return a table of one row: the known fields of the lane's policy."""
    if policies:
        known = read_policies(policies, decimal=decimal)
        print(*(f"{note}\n" for note in known.attrs["notes"]), sep="", end="")
    else:
        known = pd.DataFrame.from_dict({} if history else POLICIES, orient="index", dtype=float)
    return known.reindex([lane])
