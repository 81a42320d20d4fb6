"""Synthetic lanes with fixed dates and seeds, equal byte for byte on every machine."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin._check import numbers, require, whole
from twin.data.history import History
from twin.data.settle import history_from

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

START = np.datetime64("2023-01-02", "D")  # first day of every synthetic record, a Monday
RESEARCH_DAYS = 156 * 7  # length of the research record [day]; it ends on Sunday 2025-12-28
RESEARCH_SEED = 20230102

#: Policies of the research lanes: costs [$/pallet], holding cost [$/pallet/day], fixed cost [$/order], times [day].
POLICIES: dict[str, dict[str, float]] = {
    "BER-MUC": {
        "holding_cost": 2.5,
        "sla_penalty": 40.0,
        "service_revenue": 85.0,
        "handling_cost": 50.0,
        "fixed_order_cost": 600.0,
        "lead_time_mean_days": 5.0,
        "lead_time_sd_days": 1.5,
        "internal_capacity": 460.0,
        "partner_surcharge": 12.0,
        "service_level": 0.95,
    },
    "HAM-ROT": {
        "holding_cost": 2.5,
        "sla_penalty": 30.0,
        "service_revenue": 70.0,
        "handling_cost": 45.0,
        "fixed_order_cost": 600.0,
        "lead_time_mean_days": 3.0,
        "lead_time_sd_days": 0.5,
        "internal_capacity": 285.0,
        "partner_surcharge": 9.0,
        "service_level": 0.95,
    },
    "FRA-PAR": {
        "holding_cost": 6.0,
        "sla_penalty": 180.0,
        "service_revenue": 240.0,
        "handling_cost": 120.0,
        "fixed_order_cost": 1500.0,
        "lead_time_mean_days": 7.0,
        "lead_time_sd_days": 3.0,
        "internal_capacity": 150.0,
        "partner_surcharge": 35.0,
        "service_level": 0.95,
    },
}

#: Cost of a place that is reserved on a research lane for a day and left empty. [$/pallet]
IDLE_PLACE_COSTS: dict[str, float] = {"BER-MUC": 18.5, "HAM-ROT": 12.0, "FRA-PAR": 60.0}


def research_lanes(*, period: str | None = None, gaps: str = "zero", seed: int = RESEARCH_SEED) -> History:
    """Return the history of the three research lanes, daily from 2023-01-02 to 2025-12-28 (whole weeks).

    BER-MUC : e-commerce; weekly and yearly season, peak in the fourth quarter, many returns.
    HAM-ROT : industrial overflow; stable, without season, few returns.
    FRA-PAR : pharmaceuticals; low volume and a few large shocks.

    Volumes and returns are whole pallets. Each lane has its own random stream. Another seed, at least 0, gives another
    draw of the same three lanes.

    >>> research_lanes().flows.groupby("lane")["volume"].mean().round().tolist()
    [100.0, 20.0, 140.0]
    """
    seed = whole("seed", seed, least=0)
    draws = [("BER-MUC", _seasonal, 0.18), ("HAM-ROT", _stable, 0.02), ("FRA-PAR", _shocked, 0.01)]
    volumes, returns = [], []
    for stream, (_, volume_of, return_rate) in enumerate(draws):
        rng = np.random.Generator(np.random.PCG64([seed, stream]))
        volumes.append(_whole(volume_of(rng)))
        returns.append(rng.binomial(volumes[-1], return_rate))
    lanes = [name for name, _, _ in draws]
    options = {"period": period, "gaps": gaps}
    return _history("synthetic research lanes", lanes, np.array(volumes), np.array(returns), **options)


def research_partners(*, seed: int = RESEARCH_SEED) -> History:
    """Return the history of five LSPs that could pool their space, weekly from 2023-01-02 to 2025-12-28.

    fashion, garden, grocery, parcels, toys : the partners, named by the goods they store. Parcels and toys peak before
    Christmas, garden in spring, fashion twice a year; grocery is steady. Part of the weekly noise is common to all.
    Another seed, at least 0, gives another draw of the same partners.

    >>> research_partners().flows.groupby("lane")["volume"].mean().round(-1).tolist()
    [300.0, 240.0, 500.0, 350.0, 200.0]
    """
    week, seed = np.arange(RESEARCH_DAYS // 7), whole("seed", seed, least=0)

    def peak(middle, width):
        """Return a bump of height 1 around one week of a 52-week year."""
        away = (week - middle + 26) % 52 - 26
        return np.exp(-0.5 * (away / width) ** 2)

    partners = {  # mean [pallet/week], season, coefficient of variation, share of variance common to all
        "fashion": (300, 1 + 0.5 * peak(10, 3) + 0.6 * peak(36, 3), 0.12, 0.2),
        "garden": (240, 0.6 + 1.6 * peak(18, 5), 0.15, 0.1),
        "grocery": (500, np.ones(len(week)), 0.08, 0.4),
        "parcels": (350, 0.9 + 0.9 * peak(49, 3), 0.10, 0.5),
        "toys": (200, 0.6 + 2.4 * peak(48, 3), 0.15, 0.4),
    }
    common = np.random.Generator(np.random.PCG64([seed, len(partners)])).standard_normal(len(week))
    volumes = []
    for stream, (mean, season, variation, shared) in enumerate(partners.values()):
        own = np.random.Generator(np.random.PCG64([seed, len(partners), stream])).standard_normal(len(week))
        noise = np.sqrt(shared) * common + np.sqrt(1 - shared) * own
        volumes.append(_whole(mean * season / season.mean() * (1 + variation * noise)))
    return _history("synthetic research partners", list(partners), np.array(volumes), step=7)


def network(lanes: int = 12, correlation: "ArrayLike" = 0.3, periods: int = 365, seed: int = RESEARCH_SEED) -> History:
    """Return a daily history of lanes with correlated normal demand, rounded to whole pallets.

    Parameters
    ----------
    lanes : int
        Number of lanes, at least 1, with means of 40 to 200 and coefficients of variation of 0.1 to 0.3.
    correlation : float or array_like, shape (lanes, lanes)
        One correlation in [0, 1] for all pairs (a common factor), or a correlation matrix. [-]
    periods : int
        Number of days from 2023-01-02, at least 1. [day]
    seed : int
        Seed, at least 0; the same arguments give the same history.

    >>> network(lanes=2, periods=3).flows["lane"].tolist()
    ['LANE-1', 'LANE-1', 'LANE-1', 'LANE-2', 'LANE-2', 'LANE-2']
    """
    lanes, periods = whole("lanes", lanes, least=1), whole("periods", periods, least=1)
    seed = whole("seed", seed, least=0)
    (rho,) = numbers(correlation=correlation)
    rng = np.random.Generator(np.random.PCG64([seed, lanes]))
    mean, variation = rng.uniform(40, 200, lanes), rng.uniform(0.1, 0.3, lanes)
    own = rng.standard_normal((lanes, periods))
    if rho.ndim == 0:
        require((rho >= 0) & (rho <= 1), "correlation", "in [0, 1], or a matrix", correlation)
        normal = np.sqrt(rho) * rng.standard_normal(periods) + np.sqrt(1 - rho) * own
    else:
        normal = _root(rho, lanes) @ own
    names = [f"LANE-{i:0{len(str(lanes))}d}" for i in range(1, lanes + 1)]
    return _history("synthetic network", names, _whole(mean[:, None] * (1 + variation[:, None] * normal)))


def _root(matrix, lanes):
    """Return the symmetric square root of a correlation matrix, the one root without arbitrary signs."""
    shape = (lanes, lanes)
    require(matrix.shape == shape, "correlation", f"a number or a matrix of shape {shape}", matrix.shape)
    require(np.allclose(matrix, matrix.T, atol=1e-12), "correlation", "symmetric", "an asymmetric matrix")
    require(np.isclose(np.diag(matrix), 1, atol=1e-12), "correlation", "1 on its diagonal", np.diag(matrix))
    value, vector = np.linalg.eigh(matrix)
    least = value.min()
    require(least >= -1e-10, "correlation", "positive semidefinite", f"an eigenvalue of {least:.3g}")
    return (vector * np.sqrt(np.maximum(value, 0.0))) @ vector.T  # rounding only


def _seasonal(rng):
    day = np.arange(RESEARCH_DAYS)
    week = np.array([1.25, 1.15, 1.05, 1.05, 1.10, 0.85, 0.55])[day % 7]
    of_year = (START + day - (START + day).astype("datetime64[Y]")).astype(int)
    peak = np.exp(-0.5 * ((of_year - 335) / 18) ** 2)  # the peak season, around 1 December
    year = 1 - 0.12 * np.cos(2 * np.pi * (of_year - 200) / 365.25) + 0.9 * peak  # lowest in July
    season = week * year
    return 100 * season / season.mean() * np.maximum(1 + 0.12 * rng.standard_normal(RESEARCH_DAYS), 0)


def _stable(rng):
    return 140 + 25 * rng.standard_normal(RESEARCH_DAYS)


def _shocked(rng):
    calm = rng.poisson(17, RESEARCH_DAYS)
    hits = rng.random(RESEARCH_DAYS) < 0.01
    size = np.where(hits, rng.gamma(4.0, 32.0, RESEARCH_DAYS), 0.0)
    return calm + np.convolve(size, [1.0, 0.6, 0.3, 0.1])[:RESEARCH_DAYS]  # each shock decays over four days


def _whole(volume):
    return np.maximum(np.rint(volume), 0).astype(np.int64)


def _history(name, lanes, volumes, returns=None, *, step=1, **options):
    """Return the history of arrays of shape (lanes, periods); step is the length of a period. [day]"""
    count, periods = volumes.shape
    rows = pd.DataFrame(
        {
            "line": np.arange(1, volumes.size + 1),
            "date": np.tile(START + step * np.arange(periods), count),
            "lane": pd.Categorical(np.repeat(lanes, periods)),
            "volume": volumes.ravel(),
        }
    )
    if returns is not None:
        rows["returns"] = returns.ravel()
    facts = {"file": name, "rows_read": len(rows), "notes": ()}
    return history_from(rows, facts, **options)
