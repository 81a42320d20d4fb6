"""A stock lane simulated day by day, as a witness of closed forms: it knows none of them.

In a day, deliveries arrive, demand is shipped (backorders first) or lost, and what was demanded or sold is ordered. An
order of day t arrives in the morning of day t + lead time, so a base stock covers demand over the lead time.
"""

import numpy as np


def lead_times(rng, mean, sd, days, paths, law):
    """Return whole lead times of at least a day, shape (days, paths); without overtaking unless "independent"."""
    if sd == 0:
        return np.full((days, paths), int(mean))

    def drawn(*shape):
        return np.maximum(np.rint(rng.gamma((mean / sd) ** 2, sd**2 / mean, shape)), 1).astype(int)

    if law == "independent":
        return drawn(days, paths)
    spells = np.repeat(drawn(days // 60 + 1, paths), 60, axis=0)[:days]
    today = np.arange(days)[:, np.newaxis]
    return np.maximum.accumulate(today + spells, axis=0) - today


def base_stock(
    level,
    mean,
    sd,
    *,
    lead_time,
    lead_time_sd=0.0,
    law="persistent",
    lost=False,
    return_rate=0.0,
    law_of_demand="normal",
    days=1500,
    paths=200,
    seed=17,
):
    """Return arrays (days, paths) by name: stock at close, places at peak, shortage, demand, returns."""
    rng = np.random.default_rng(seed)
    if law_of_demand == "normal":
        demand = np.maximum(rng.normal(mean, sd, (days, paths)), 0.0)
    else:
        demand = rng.gamma((mean / sd) ** 2, sd**2 / mean, (days, paths))
    returned = rng.binomial(np.rint(demand).astype(int), return_rate)
    times = lead_times(rng, lead_time, lead_time_sd, days, paths, law)
    due = np.zeros((times.max() + 1, paths))
    net, columns = np.full(paths, float(level)), np.arange(paths)
    found = {name: np.empty((days, paths)) for name in ("close", "peak", "short")}
    for day in range(days):
        arrived = due[day % len(due)].copy()
        due[day % len(due)] = 0.0
        found["peak"][day] = np.maximum(net, 0.0) + arrived + returned[day]
        net = net + arrived - demand[day]
        short = np.maximum(-net, 0.0)
        ordered = demand[day]
        if lost:
            net, ordered = np.maximum(net, 0.0), demand[day] - short
        found["close"][day], found["short"][day] = np.maximum(net, 0.0), short
        due[(day + times[day]) % len(due), columns] += ordered
    warm = slice(min(300, days // 3), None)
    return {name: values[warm] for name, values in {**found, "demand": demand, "returned": returned}.items()}


def mean_and_error(values):
    """Return the mean of an array (days, paths) and its standard error over independent paths."""
    paths = values.mean(axis=0)
    return paths.mean(), paths.std(ddof=1) / np.sqrt(len(paths))
