"""Laws of demand in whole pallets, from means and standard deviations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, require


def laws_by_period(demand: Any, demand_sd: ArrayLike | None, *, one_regime: bool) -> Any:
    """Return the laws of demand; without regimes, a list has an entry for each period."""
    given = np.array(demand, dtype=object)
    if not any(hasattr(law, "support") for law in given.flat):
        given = _laws(given, demand_sd)
    else:
        require(demand_sd is None, "demand_sd", "absent where demand is given as laws", demand_sd)
    return given[:, None] if one_regime and given.ndim == 1 else given


def _laws(demand: Any, demand_sd: ArrayLike | None) -> Any:
    """Return a law of whole numbers for each mean and standard deviation."""
    from scipy.stats import poisson

    (means,) = nonnegative(demand=np.asarray(demand, dtype=float))
    laws = np.empty(means.shape, dtype=object)
    if demand_sd is None:
        laws.ravel()[:] = [poisson(mean) for mean in means.ravel()]
        return laws
    (sds,) = nonnegative(demand_sd=demand_sd)
    sds = np.broadcast_to(sds, means.shape)
    rest = means % 1
    least = np.sqrt(rest * (1 - rest))
    require(sds >= least * (1 - 1e-9), "demand_sd", "one that whole pallets can have (Poisson without it)", sds)
    pairs = zip(means.ravel().tolist(), sds.ravel().tolist(), strict=True)
    laws.ravel()[:] = [whole_numbers_with_moments(mean, sd) for mean, sd in pairs]
    return laws


def whole_numbers_with_moments(mean: float, sd: float) -> Any:
    """Return a law of whole numbers with a given mean and standard deviation.

    Negative binomial above the standard deviation of Poisson, a mixture of two binomials below it.

    Source
    ------
    Adan, van Eenige and Resing (1995), Fitting discrete distributions on the first two moments.

    >>> law = whole_numbers_with_moments(8.0, 2.0)
    >>> round(float(law.mean()), 9), round(float(law.std()), 9)
    (8.0, 2.0)
    """
    from scipy.stats import binom, nbinom, poisson, rv_discrete

    variance = sd**2
    if mean == 0 or abs(variance - mean) <= 1e-9 * mean:
        return poisson(mean)
    if variance > mean:
        return nbinom(mean**2 / (variance - mean), mean / variance)
    spread = variance / mean**2 - 1 / mean  # -1/k <= spread <= -1/(k + 1)
    trials = int(np.floor(-1 / spread + 1e-9))
    root = np.sqrt(max(-spread * trials * (1 + trials) - trials, 0.0))
    share = min(max((1 + spread * (1 + trials) + root) / (1 + spread), 0.0), 1.0)
    chance = min(mean / (trials + 1 - share), 1.0)
    counts = np.arange(trials + 2)
    weights = share * binom.pmf(counts, trials, chance) + (1 - share) * binom.pmf(counts, trials + 1, chance)
    return rv_discrete(values=(counts, weights / weights.sum()))
