"""Worlds of evidence for the labelled sentences of the analyst, each made from questions as a conversation makes it."""

from functools import cache

import numpy as np
import pandas as pd
from analyst_worlds import research

from twin.analyst.evidence import Evidence
from twin.analyst.gathering import gather
from twin.analyst.naming import Names
from twin.analyst.questions import understand
from twin.data.settle import history_from
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import portfolio_of


@cache
def network():
    """Return twelve lanes with a daily history of 200 days; TXL-PRG makes a loss."""
    means = {
        "JFK-LAX": 210, "LGA-ATL": 160, "BOS-CHI": 145, "MIA-DFW": 130, "SEA-DEN": 120, "PHL-DTW": 95,
        "TXL-PRG": 90, "OSL-CPH": 75, "MAD-LIS": 60, "VIE-BUD": 45, "ZRH-MIL": 30, "Bremen Port": 18,
    }  # fmt: skip
    policies = {
        lane: {
            "service_revenue": 62.0 if lane == "TXL-PRG" else 70.0 + 5 * (place % 5),
            "handling_cost": 66.0 if lane == "TXL-PRG" else 38.0 + 2 * (place % 4),
            "holding_cost": 2.0 + 0.5 * (place % 3),
            "sla_penalty": 35.0 + 5 * (place % 4),
            "lead_time_mean_days": 3.0 + place % 4,
            "lead_time_sd_days": 0.5 + 0.25 * (place % 4),
            "internal_capacity": round(2.7 * mean),
            "partner_surcharge": 9.0 + place % 5,
            "service_level": (0.95, 0.97, 0.9)[place % 3],
            "return_rate": 0.02 * (place % 6),
        }
        for place, (lane, mean) in enumerate(means.items())
    }
    return _made(means, policies, 200, "D", 11, slope=0.0004)


@cache
def monthly():
    """Return three lanes with a monthly history of four years."""
    means = {"Rotterdam-Wien": 5200, "Antwerp-Lyon": 3100, "Gdansk-Malmo": 880}
    policies = {
        "Rotterdam-Wien": {
            "service_revenue": 74.0, "handling_cost": 41.0, "holding_cost": 9.0, "sla_penalty": 55.0,
            "lead_time_mean_days": 12.0, "lead_time_sd_days": 3.0, "internal_capacity": 7000.0,
            "partner_surcharge": 14.0, "service_level": 0.96, "return_rate": 0.08,
        },
        "Antwerp-Lyon": {
            "service_revenue": 81.0, "handling_cost": 44.0, "holding_cost": 7.5, "sla_penalty": 48.0,
            "lead_time_mean_days": 21.0, "lead_time_sd_days": 4.0, "internal_capacity": 4500.0,
            "partner_surcharge": 17.0, "service_level": 0.92, "return_rate": 0.03,
        },
        "Gdansk-Malmo": {
            "service_revenue": 95.0, "handling_cost": 60.0, "holding_cost": 11.0, "sla_penalty": 70.0,
            "lead_time_mean_days": 9.0, "lead_time_sd_days": 2.0, "internal_capacity": 1500.0,
            "partner_surcharge": 21.0, "service_level": 0.98, "return_rate": 0.12,
        },
    }  # fmt: skip
    return _made(means, policies, 48, "MS", 12, slope=-0.002)


@cache
def weekly():
    """Return two lanes with a weekly history of two years; LEJ-WAW makes a loss."""
    means = {"LEJ-WAW": 640, "CGN-BRU": 520}
    policies = {
        "LEJ-WAW": {
            "service_revenue": 52.0, "handling_cost": 47.0, "holding_cost": 6.0, "sla_penalty": 45.0,
            "lead_time_mean_days": 10.0, "lead_time_sd_days": 4.0, "internal_capacity": 1500.0,
            "partner_surcharge": 16.0, "service_level": 0.95, "return_rate": 0.09,
        },
        "CGN-BRU": {
            "service_revenue": 78.0, "handling_cost": 49.0, "holding_cost": 5.5, "sla_penalty": 60.0,
            "lead_time_mean_days": 6.0, "lead_time_sd_days": 1.0, "internal_capacity": 900.0,
            "partner_surcharge": 13.0, "service_level": 0.97, "return_rate": 0.04,
        },
    }  # fmt: skip
    return _made(means, policies, 104, "W", 13, slope=0.0)


@cache
def northern():
    """Return three lanes with a weekly history of three years; Turku-Gdynia makes a loss."""
    means = {"Aarhus-Kiel": 410, "Turku-Gdynia": 260, "Bergen-Leith": 150}
    policies = {
        "Aarhus-Kiel": {
            "service_revenue": 66.0, "handling_cost": 39.0, "holding_cost": 4.0, "sla_penalty": 38.0,
            "lead_time_mean_days": 7.0, "lead_time_sd_days": 1.5, "internal_capacity": 700.0,
            "partner_surcharge": 11.0, "service_level": 0.94, "return_rate": 0.05,
        },
        "Turku-Gdynia": {
            "service_revenue": 58.0, "handling_cost": 51.0, "holding_cost": 6.5, "sla_penalty": 52.0,
            "lead_time_mean_days": 14.0, "lead_time_sd_days": 5.0, "internal_capacity": 900.0,
            "partner_surcharge": 15.0, "service_level": 0.97, "return_rate": 0.14,
        },
        "Bergen-Leith": {
            "service_revenue": 120.0, "handling_cost": 63.0, "holding_cost": 5.0, "sla_penalty": 80.0,
            "lead_time_mean_days": 5.0, "lead_time_sd_days": 1.0, "internal_capacity": 300.0,
            "partner_surcharge": 18.0, "service_level": 0.98, "return_rate": 0.01,
        },
    }  # fmt: skip
    return _made(means, policies, 156, "W", 17, slope=0.001)


def _made(means, policies, periods, period, seed, slope):
    """Return a portfolio of lanes whose volumes are normal around a line, with these mean volumes."""
    rng = np.random.Generator(np.random.PCG64(seed))
    dates = {
        "D": np.datetime64("2025-03-03") + np.arange(periods),
        "W": np.datetime64("2023-10-02") + 7 * np.arange(periods),
        "MS": (np.datetime64("2021-01", "M") + np.arange(periods)).astype("datetime64[D]"),
    }[period]
    parts = []
    for lane, mean in means.items():
        line = mean * (1 + slope * (np.arange(periods) - periods / 2))
        volume = rng.normal(line, rng.uniform(0.12, 0.35) * mean).clip(0).round()
        parts.append(pd.DataFrame({"date": dates, "lane": lane, "volume": volume}))
    flows = pd.concat(parts, ignore_index=True)
    flows.insert(0, "line", np.arange(1, len(flows) + 1))
    flows["lane"] = flows["lane"].astype("category")
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()}, period=period)
    return portfolio_of(feed_of_history(history), policies)


PORTFOLIOS = {"research": research, "network": network, "monthly": monthly, "weekly": weekly, "northern": northern}


def evidence_of(portfolio, lane, questions):
    """Return the evidence that questions to one conversation give, as a model that calls functions collects it.

    portfolio : name of one of `PORTFOLIOS`.
    lane : lane in view.
    questions : questions in English.
    """
    lanes = PORTFOLIOS[portfolio]()
    names, evidence, before = Names(), Evidence(lanes.feed.period), None
    names.look_at(tuple(lanes.policies.index))
    for question in questions:
        before = understand(question, names, lane, lanes.feed.period, before)
        gather(before, lanes, names, evidence)
    return evidence
