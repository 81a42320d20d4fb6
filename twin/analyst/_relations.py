"""The direction in which each output moves when an input rises, for any numbers: more returns mean more workload."""

from twin.analyst._sentence import Reading

#: Input -> (outputs that rise with it, outputs that fall).
RELATIONS = {
    "demand_mean": (
        "workload_mean required_capacity expected_overflow overflow_probability revenue handling reorder_point "
        "use_with_buffer",
        "",
    ),
    "demand_sd": (
        "safety_stock coefficient_of_variation required_capacity reorder_point profit_sd expected_shortage",
        "",
    ),
    "lead_time_mean_days": ("safety_stock reorder_point required_capacity lead_time_demand_mean", ""),
    "lead_time_sd_days": ("safety_stock reorder_point required_capacity lead_time_demand_sd expected_shortage", ""),
    "return_rate": (
        "workload_mean handling required_capacity safety_stock expected_overflow overflow_probability surcharge "
        "use_with_buffer dependency expected_outsourcing_cost expected_warehousing_cost",
        "profit",
    ),
    "internal_capacity": (
        "resilience_index independence_points profit",
        "expected_overflow overflow_probability surcharge dependency expected_outsourcing_cost planned_overflow "
        "use_with_buffer",
    ),
    "partner_surcharge": ("surcharge expected_outsourcing_cost expected_warehousing_cost", "profit"),
    "service_level": (
        "safety_stock fill_rate required_capacity reorder_point resilience_index buffer_points holding",
        "penalty expected_shortage",
    ),
    "holding_cost": ("holding buffer_cost", "profit"),
    "sla_penalty": ("penalty buffer_cost", "profit"),
    "handling_cost": ("handling", "profit"),
    "service_revenue": ("revenue profit", ""),
    "dwell": ("required_capacity expected_overflow overflow_probability", "profit"),
}
RELATIONS = {
    name: {out: sign for sign, outs in ((1, up), (-1, down)) for out in outs.split()}
    for name, (up, down) in RELATIONS.items()
}


def effect_of(reading: Reading, name: str, sign: int, measures: set[str], lane: str) -> int | None:
    """Return the direction in which measures of a lane move if an input moves by `sign`; None if that is not known.

    The service level has no direction of its own: profit rises towards the level that earns most.
    """
    signs = {RELATIONS[name][one] for one in measures if one in RELATIONS[name]}
    if name in measures:
        signs = {1}
    if not signs and name == "service_level" and "profit" in measures:
        best, level = reading.value("best_profit_level", lane), reading.value("service_level", lane)
        signs = set() if None in (best, level) else {1 if best > level else -1}
    return signs.pop() * sign if len(signs) == 1 else None
