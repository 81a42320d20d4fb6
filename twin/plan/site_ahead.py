"""The next days of a site, whose lanes share places and handling: today, under an alternative, and on the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin import cooperation, lane, space
from twin._check import require
from twin._choices import word_of
from twin.motion.laws import Given
from twin.motion.prices import price_list_of
from twin.plan import ahead
from twin.policy import POLICY, Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from twin.plan.ahead import Ahead
    from twin.plan.site_lanes import SiteLanes

_LANE_PATHS = 16_000  # most paths of all lanes of a site together
_REPLAYED = 500_000  # most periods of the record of all lanes on all paths together [period]
#: Fields of a policy that a run of the dynamic model has once for all its lanes, by kind of lane.
_ALIKE = {"flow": ("unmet",), "stock": ("unmet", "basis", "lead_times", "review_period_days")}


@dataclass(frozen=True)
class SiteAhead:
    """The next days of a site under today's policies and under the alternative, and its days on record.

    places : places of the alternative, those of least cost on other paths. [pallet]
    promised_overflow : probability of the formula that own places are exceeded; None for several lanes of which one
        holds stock. [-]
    promised_short : probability of the formula that demand of a lane is short, the mean over lanes; None if the site
        has a limit of handling. [-]
    """

    today: Ahead
    other: Ahead
    record: Ahead
    places: float
    promised_overflow: float | None
    promised_short: float | None


class _Unplaced(NamedTuple):
    """Paths of the lanes of a site before its places are counted.

    spaces : shape (lanes, paths, days). [pallet]
    money : of all lanes together, shape (paths, days). [$]
    short : share of days on which demand of a lane is short, the mean over lanes. [-]
    """

    spaces: NDArray[np.float64]
    money: NDArray[np.float64]
    short: float


def site_ahead(site: SiteLanes) -> SiteAhead:
    """Return the next days of a site under today's policies and under the alternative, and its days on record.

    One block of the record is drawn for all lanes, so that the dependence between them stays; each lane is at the level
    of its forecast. Under the alternative
    each lane has its critical ratio as service level, and the site the number of places that costs least on paths of
    another seed (`best_shared_places`).

    Limits
    ------
    The partner has places for all that goes beyond. Handling limits flow lanes alone.
    """
    answers = lane.assess(site.statistics, site.policy, period=site.period)
    best = ahead.alternative(site.policy, answers)
    prices = price_list_of(best)
    places = best_shared_places(
        _ahead(site, best, ahead.OTHER_SEED).spaces, prices.own_place_cost, prices.partner_surcharge
    )
    return SiteAhead(
        today=_placed(site, site.policy, _ahead(site, site.policy, ahead.SHOWN_SEED), site.places),
        other=_placed(site, best, _ahead(site, best, ahead.SHOWN_SEED), places),
        record=_placed(site, site.policy, _on_record(site), site.places),
        places=places,
        promised_overflow=_promised_overflow(site, answers),
        promised_short=None
        if site.handling is not None
        else float(np.mean((1 - answers["service_level"]) * site.stocks)),
    )


def best_shared_places(spaces: ArrayLike, always: ArrayLike, beyond: ArrayLike) -> float:
    """Return the number of places of a site that costs least on paths of the space of its lanes.

    cost = c C + mean of sum_i s_i x_i (X - C)+ / X,  X = sum_i x_i, which is least at the smallest C at which the mean
    of sum_i s_i x_i / X over the days with X > C is at most c; with equal prices, P(X > C) = c / s

    Parameters
    ----------
    spaces : array_like, shape (lanes, ...)
        Places x that each lane needs, on any number of paths and days. [pallet]
    always : array_like, shape () or (lanes,)
        Price of an own place, used or not, of which c is the mean: a site's places count in equal parts for its lanes.
        [$/pallet/period]
    beyond : array_like, shape () or (lanes,)
        Price s of a place at the partner's, less what an own place costs in addition when it is used.
        [$/pallet/period]

    Returns
    -------
    float, >= 0; 0 if the partner is not dearer. [pallet]

    Source
    ------
    Notebook 03, eq. (3.7), for paths in place of normal space.

    >>> best_shared_places([[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]], 1.0, 3.0)
    6.0
    """
    needs = np.asarray(spaces, float)
    total, price = needs.sum(axis=0).ravel(), _price_beyond(needs, beyond).ravel()
    order = np.argsort(-total, kind="stable")
    saved = price[order].cumsum() / len(total)  # by one more place, where so many days need more
    at = int(np.searchsorted(saved, np.mean(always) * (1 + 1e-12), side="right"))
    return float(total[order[at]]) if at < len(total) else 0.0


def _price_beyond(spaces: NDArray[np.float64], beyond: ArrayLike) -> NDArray[np.float64]:
    """Return the mean price of a place beyond those of the site, of which each lane has a part by its space."""
    total = spaces.sum(axis=0)
    prices = np.broadcast_to(np.asarray(beyond, float), len(spaces))
    return np.tensordot(prices, spaces, axes=1) / np.maximum(total, np.finfo(float).tiny)


def _placed(site: SiteLanes, policy: Policy, paths: _Unplaced, places: float) -> Ahead:
    """Return the paths of a site with so many places, which cost money, as does what goes beyond them."""
    prices, step = price_list_of(policy), 1 / ahead.steps_of(site.period)
    total = paths.spaces.sum(axis=0)
    over = np.maximum(total - places, 0.0)
    cost = np.mean(prices.own_place_cost) * places + _price_beyond(paths.spaces, prices.partner_surcharge) * over
    return ahead.told(total, paths.money - step * cost, over, np.array(paths.short))


def _ahead(site: SiteLanes, policy: Policy, seed: int) -> _Unplaced:
    """Return the next days of the lanes of a site."""
    lanes, parts, days = len(site.lanes), ahead.steps_of(site.period), ahead.steps_ahead(site.period)
    paths = min(ahead.PATHS_AHEAD, max(_LANE_PATHS // lanes, 1))
    drawn, before = ahead.demand_ahead(site.volumes, site.period, site.forecast, paths=paths, seed=seed)
    run = {"periods": drawn.shape[-1] // parts - before, "warm_up": before, "replications": paths}
    return _of_lanes(site, policy, drawn, slice(0, days), seed, run)


def _on_record(site: SiteLanes) -> _Unplaced:
    """Return the days on record of the lanes of a site, without the first ones, as `ahead.on_record` does."""
    parts, (lanes, periods) = ahead.steps_of(site.period), site.volumes.shape
    given = np.repeat(ahead.known_volumes(site.volumes) / parts, parts, axis=-1)[:, np.newaxis]
    later = slice(ahead.first_replayed(site.policy, site.period, periods * parts), None)
    run = {"periods": periods, "replications": min(ahead.REPLAYS, max(_REPLAYED // (lanes * periods), 1))}
    return _of_lanes(site, site.policy, given, later, ahead.SHOWN_SEED, run)


def _of_lanes(
    site: SiteLanes, policy: Policy, demand: NDArray[np.float64], days: slice, seed: int, run: dict[str, Any]
) -> _Unplaced:
    """Return the paths of the lanes on some days; demand is given, shape (lanes, paths or 1, steps)."""
    spaces, short, money = [None] * len(site.lanes), [], 0.0
    for number, (members, one) in enumerate(_runs(site, policy)):
        prices = price_list_of(one)._replace(own_place_cost=0.0, partner_surcharge=0.0)  # `_placed` counts them
        shared = {"sites": np.zeros(len(members), np.int64), "handling": site.handling if one.kind == "flow" else None}
        paths = ahead.paths_of(
            {name: values[members] for name, values in site.statistics.items()},
            one,
            Given(demand[members]),
            site.period,
            **{**run, **shared, "capacity": None, "costs": prices, "seed": seed + number},
        )
        shape = (len(members), run["replications"], -1)
        for at, lane_space in zip(members, paths.space.reshape(shape)[..., days], strict=True):
            spaces[at] = lane_space
        short.append(ahead.are_short(paths).reshape(shape)[..., days].mean() * len(members))
        money = money + paths.money.reshape(shape)[..., days].sum(axis=0)
    return _Unplaced(np.stack(spaces), money, sum(short) / len(spaces))


def _runs(site: SiteLanes, policy: Policy) -> Iterator[tuple[NDArray[np.int64], Policy]]:
    """Yield the numbers of the lanes that one run of the dynamic model takes, with their policy.

    Lanes differ in kind and rules from run to run; nothing but their demand and the site's places joins the runs, and a
    run gives the space that is needed whatever the places. So flow lanes that share handling must be in one run.
    """
    count = len(site.lanes)
    fields = {name: np.broadcast_to(np.asarray(value), count) for name, value in vars(policy).items()}
    words = {name: [word_of(value, row.unit) for value in fields[name]] for name, row in POLICY.items() if row.choices}
    kinds = words["kind"]
    groups: dict[tuple, list[int]] = {}
    for at, kind in enumerate(kinds):
        alike = tuple((words.get(name) or fields[name])[at] for name in _ALIKE[kind])
        groups.setdefault((kind, *alike), []).append(at)
    flows = [dict(zip(_ALIKE["flow"], alike, strict=True))["unmet"] for kind, *alike in groups if kind == "flow"]
    rule = "one and the same for the flow lanes of a site with a limit of handling"
    require(site.handling is None or len(flows) < 2, "rule for unmet demand", rule, ", ".join(flows))
    for (kind, *alike), members in groups.items():
        own = {name: values[members] for name, values in fields.items() if name not in words}
        rules = {name: texts[members[0]] for name, texts in words.items()}
        same = dict(zip(_ALIKE[kind], alike, strict=True))
        yield np.array(members), Policy(**{**own, **rules, "review_period_days": 0.0, **same})


def _promised_overflow(site: SiteLanes, answers: Any) -> float | None:
    """Return the probability that normal space of flow lanes, correlated as on record, exceeds the places.

    For one lane alone, it is the lane's own.
    """
    if len(site.lanes) == 1:
        alone = lane.assess(site.statistics, replace(site.policy, internal_capacity=site.places), period=site.period)
        return float(np.squeeze(alone["lane_overflow_probability"]))
    if site.stocks.any():
        return None
    need = space.goods_in_process(answers["workload_mean"], answers["workload_sd"], site.policy.dwell)
    known = ahead.known_volumes(site.volumes)
    spread = known.std(axis=1, keepdims=True)
    scores = (known - known.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    sd = np.std(need.sd @ scores)  # that of the sum of lanes, given the sd of each
    return float(cooperation.overflow_probability(need.mean.sum(), sd, site.places))


def _promised_short(site: SiteLanes, answers: Any) -> float | None:
    """Return the probability that demand of a stock lane is short, the mean over all lanes; None with handling."""
    return None if site.handling is not None else float(np.mean((1 - answers["service_level"]) * site.stocks))
