"""The names and words of forms: one quantity for each name, the best and planned values of quantities, and causes."""

from twin.analyst._vocabulary import CLASSES
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label


def _names():
    """Return name in words -> the one quantity that it means."""
    meant = {}
    for name, row in QUANTITIES.items():
        for phrase in (label(name), *row.also):
            meant.setdefault(phrase.lower().replace("-", " ").replace("'s", " 's"), set()).add(name)
    return {phrase: names.pop() for phrase, names in meant.items() if len(names) == 1}


#: Name of a quantity in words -> the quantity.
NAMES = _names() | {"demand": "demand_mean", "mean demand": "demand_mean", "resilience": "resilience_index"}
NAMES |= {
    "use": "use_with_buffer",
    "index": "resilience_index",
    "needed capacity": "required_capacity",
    "capacity needed": "required_capacity",
    "cost of handling": "handling",
}
NAMES |= {
    "places needed": "required_capacity",
    "space needed": "required_capacity",
    "odds of an overflow": "overflow_probability",
}
for _vague in ("margin", "fine", "sweet spot", "variation"):
    NAMES.pop(_vague, None)
#: Quantity as things stand -> the same over a horizon.
AHEAD_OF = {"demand_mean": "horizon_mean", "forecast_mean": "horizon_mean", "horizon_mean": "horizon_mean"}
AHEAD_OF |= {"workload_mean": "horizon_workload", "horizon_workload": "horizon_workload"}
AHEAD_OF |= {"required_capacity": "horizon_capacity", "horizon_capacity": "horizon_capacity"}
#: Case -> {quantity as things stand: its value in this case}.
IN_BEST_CASE = {
    "best": {"profit": "best_profit", "service_level": "best_profit_level", "best_profit": "best_profit"},
    "optimum": {"space_cost": "optimal_space_cost", "internal_capacity": "optimal_own_capacity"},
    "critical": {"buffer_cost": "best_buffer_cost", "service_level": "critical_ratio"},
}
#: Quantity -> the same by plan.
PLANNED = {
    "expected_outsourcing_cost": "planned_outsourcing_cost",
    "expected_warehousing_cost": "planned_warehousing_cost",
    "expected_overflow": "planned_overflow",
    "expected_dependency": "dependency",
}
#: Quantities that are compared with own capacity, "more than the 5 that it owns".
NEEDS = {"required_capacity", "horizon_capacity", "workload_mean", "horizon_workload", "optimal_own_capacity"}
#: Words for a cause of the variance of lead-time demand -> its share; and of the demand itself.
SHARE_OF_CAUSE = {"demand": "demand_share", "demand itself": "demand_share", "lead times": "lead_time_share"}
SHARE_OF_CAUSE |= {"lead time": "lead_time_share", "returns": "returns_share", "return rate": "returns_share"}
SHARE_OF_RHYTHM = {"month of the year": "season_share", "day of the week": "weekday_share", "season": "season_share"}
SHARE_OF_RHYTHM |= {
    "month": "season_share",
    "weekday": "weekday_share",
    "seasons": "season_share",
    "weekdays": "weekday_share",
}
#: Verb of a lane -> the quantity that is its object.
OBJECT_OF_VERB = dict.fromkeys("earn earns make makes".split(), "profit")
OBJECT_OF_VERB |= dict.fromkeys("need needs require requires".split(), "required_capacity")
OBJECT_OF_VERB |= dict.fromkeys("own owns".split(), "internal_capacity")
OBJECT_OF_VERB |= dict.fromkeys("ship see bring expect expects".split(), "forecast_mean")
MORE = dict.fromkeys("more higher larger greater bigger longer".split(), 1)
MORE |= dict.fromkeys("less lower smaller fewer shorter".split(), -1)
#: Forms of verbs, besides those of the vocabulary, that say a rise or a fall.
_FORMS = {"rise", "fall"}
_BARE = "rise increase grow climb jump fall drop decrease decline shrink improve".split()
MOVES = {word: 1 if "rise" in classes else -1 for word, classes in CLASSES.items() if len(classes & _FORMS) == 1}
for (
    _word
) in "add added adding adds up down upward upwards downward downwards peak peaked mount save savings saving".split():
    MOVES.pop(_word, None)
#: Verbs that change what stands after them -> 1 for a rise, -1 for a fall.
SHIFTS = MOVES | {"lower": -1, "raise": 1}
MOVES |= {"rise": 1}
#: What is paid for -> what it costs in a period.
PAYABLES = {"buffer": "buffer_cost", "safety stock": "buffer_cost", "handling": "handling", "holding": "holding"}
PAYABLES |= {"penalties": "penalty", "surcharge": "surcharge", "orders": "order_cost", "ordering": "order_cost"}
PAYABLES |= {"outsourcing": "expected_outsourcing_cost", "warehousing": "expected_warehousing_cost"}
#: Quantity -> its standard deviation.
SPREAD_OF = {"demand_mean": "demand_sd", "lead_time_mean_days": "lead_time_sd_days", "profit": "profit_sd"}
SPREAD_OF |= {"workload_mean": "workload_sd", "lead_time_demand_mean": "lead_time_demand_sd"}
