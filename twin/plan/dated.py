"""The numbers of a plan by date, with their units and meanings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from twin._period_kinds import PERIOD_KINDS
from twin.plan.unit_names import unit_names
from twin.plan.wording import written

if TYPE_CHECKING:
    from collections.abc import Mapping

_SMALL = 0.05  # bias of a forecast that is not worth a sentence [-]
#: Window of the worst share, in words.
WORST_WINDOW = {code: f"{kind.window} {kind.name}s" for code, kind in PERIOD_KINDS.items()}

#: Numbers of a lane on a date: name -> (unit, meaning).
DATED = {
    "mean": ("pallet/period", "forecast of demand"),
    "low": ("pallet/period", "lower end of the forecast's 95% interval"),
    "high": ("pallet/period", "upper end of the forecast's 95% interval"),
    "reserve": ("pallet", "stock or headroom above the forecast of the protection interval that begins on the date"),
    "reorder_point": ("pallet", "forecast of the protection interval that begins on the date, and reserve"),
    "fill_rate": ("-", "share of demand that the reorder point meets at once, on the paths"),
    "required_capacity": ("pallet", "forecast workload times dwell, and reserve"),
    "overflow_probability": ("-", "probability that the lane takes more than own capacity"),
    "expected_overflow": ("pallet", "mean of what the lane takes beyond own capacity"),
    "profit": ("$/period", "mean profit under this plan in the dynamic model"),
}
#: Numbers of a lane for all dates: name -> (unit, meaning).
OF_LANE = {
    "method": ("word", "method of the forecast with the largest weight"),
    "mase": ("-", "mean absolute error of past forecasts, in units of that of the volume one season ago"),
    "bias": ("-", "sum of past forecasts less what came, as a share of what came"),
    "coverage": ("-", "share of past volumes that lay in their intervals"),
    "worst_coverage": ("-", "the least such share of 90 days, 13 weeks, 12 months or 8 quarters in a row"),
    "service_level": ("-", "cycle service level that is promised"),
    "kept": ("-", "share of past protection intervals that the reorder point of their time covered"),
    "worst_kept": ("-", "the least such share of 90 days, 13 weeks, 12 months or 8 quarters in a row"),
    "formula_kept": ("-", "the same of the formula's constant reorder point, which knows the whole record"),
    "formula_reserve": ("pallet", "reserve of the formula, for every date"),
    "formula_required_capacity": ("pallet", "required capacity of the formula, for every date"),
    "formula_overflow_probability": ("-", "probability of the formula that the lane takes more than own capacity"),
    "record_overflow": ("-", "share of periods on record on which the lane would have taken more than own capacity"),
    "gain": ("$/period", "money of this plan less that of the formula's, on the same paths in the dynamic model"),
    "gain_error": ("$/period", "standard error of the gain"),
    "remark": ("sentence", "what the record cannot carry"),
    "season": ("sentence", "what the forecast of dates months ahead knows of the season of the year"),
}


def bias_in_words(bias: float) -> str:
    """Return a sentence on forecasts that were too low or too high together; empty if they were not, or it is unknown.

    >>> bias_in_words(0.3), bias_in_words(0.01)
    ('Summed over the record, past forecasts were 30.0% above what came.', '')
    """
    if not abs(bias) > _SMALL or not math.isfinite(bias):
        return ""
    said = f"Summed over the record, past forecasts were {abs(bias):.1%} {'below' if bias < 0 else 'above'} what came"
    why = ": a forecast is a usual volume, and rare large ones lift the mean. The reserve covers them"
    return f"{said}{why if bias < 0 else ''}."


def judged_in_words(lane: Mapping[str, Any], period: str) -> list[str]:
    """Return sentences on what plans by date and forecasts of a lane have kept on its own past; "–" where unknown.

    lane : fields of `OF_LANE`; period : "D", "W", "MS" or "QS".
    """

    def said(name: str) -> str:
        return written(lane[name], OF_LANE[name][0]) if lane[name] == lane[name] else "–"

    window = WORST_WINDOW[period]
    return [
        f"Of {said('service_level')} promised, such reserves kept {said('kept')} on the lane's own past, and "
        f"{said('worst_kept')} in its worst {window}; the buffer of {said('formula_reserve')} {unit_names().many} of "
        f"the formula kept {said('formula_kept')}.",
        f"The forecast is by {lane['method']}; {said('coverage')} of past volumes lay in their 95% interval, "
        f"{said('worst_coverage')} in the worst {window}.",
        *filter(None, (bias_in_words(lane["bias"]), lane["remark"], lane["season"])),
    ]
