"""The direction in which each output moves when an input rises, for any numbers: more returns mean more workload."""

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES

#: Input -> (outputs that rise with it, outputs that fall).
RELATIONS = {
    "demand_mean": (
        "workload_mean required_capacity expected_overflow overflow_probability revenue handling reorder_point use",
        "",
    ),
    "demand_sd": (
        "safety_stock coefficient_of_variation required_capacity reorder_point profit_sd expected_shortage",
        "",
    ),
    "lead_time_mean_days": ("safety_stock reorder_point required_capacity lead_time_demand_mean", ""),
    "lead_time_sd_days": ("safety_stock reorder_point required_capacity lead_time_demand_sd expected_shortage", ""),
    "return_rate": (
        "workload_mean handling required_capacity safety_stock expected_overflow overflow_probability surcharge use"
        " dependency expected_outsourcing_cost expected_warehousing_cost",
        "profit",
    ),
    "internal_capacity": (
        "resilience_index independence_points profit",
        "expected_overflow overflow_probability surcharge dependency expected_outsourcing_cost planned_overflow use",
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
_CARRIER = {"carrier", "carriers", "supplier", "suppliers", "deliveries", "delivery", "lead time", "lead times"}


def relations_hold(reading: Reading) -> None:
    """Settle a rise of one quantity that follows from a rise of an input; raise `Unsupported` if it falls instead."""
    if any(reading.tokens[i].fact.key in reading.evidence.scenarios for i in reading.facts):
        return
    moves = [i for i in reading.find("rise", "fall", "more", "less") if _output(reading, i)]
    for first in moves:
        word = reading.text(first)
        if not (
            reading.classes(first) & {"more", "less"}
            or word.endswith("ing")
            or reading.text(first - 2) in ("if", "when")
        ):
            continue
        cause = _input(reading, first)
        if not cause:
            continue
        name, sign = cause
        for place in moves:
            if place == first:
                continue
            outputs = [RELATIONS[name][out] for out in _output(reading, place) if out in RELATIONS[name]]
            if not outputs or len(set(outputs)) > 1 or name in _output(reading, place):
                continue
            if outputs[0] * sign != _sign(reading, place):
                reading.refuse(place, "is the wrong direction")
            reading.settle(first, place, *([first + 1] if reading.text(first + 1) in ADJECTIVES else []))
        return


_EARN = {"earn", "earns", "make"}


def _sign(reading, place):
    """Return 1 for a word that says more, -1 for one that says less."""
    return 1 if reading.classes(place) & {"rise", "more"} else -1


def _input(reading, place):
    """Return (input, 1 or -1) for the input that a word says rises or falls; None if it is about no input."""
    if reading.text(place + 1) in ADJECTIVES and any(reading.text(i) in _CARRIER for i in range(place, place + 4)):
        measure, sign = ADJECTIVES[reading.text(place + 1)]
        return (measure, sign * _sign(reading, place)) if measure in RELATIONS else None
    if reading.text(place) in ADJECTIVES:
        measure, sign = ADJECTIVES[reading.text(place)]
        steady = measure == "coefficient_of_variation" and any(
            reading.text(i) in _CARRIER for i in range(place, place + 4)
        )
        return ("lead_time_sd_days", sign) if steady else None
    inputs = _output(reading, place) & RELATIONS.keys()
    return (min(inputs), _sign(reading, place)) if len(inputs) == 1 else None


def _output(reading, place):
    """Return the measures that a word for a rise or a fall is about."""
    if reading.text(place + 1) in ADJECTIVES and any(reading.text(i) in _CARRIER for i in range(place, place + 4)):
        return {"lead_time_sd_days"}
    if reading.text(place - 1) in _EARN and reading.name_after(place, 2) is None:
        return {"profit"}
    name = reading.name_after(place, 3)
    if name is None and reading.classes(place) & {"rise", "fall"}:
        name = reading.name_before(place, reading.clause(place).start)
    return set(reading.tokens[name].measures) if name is not None else set()
