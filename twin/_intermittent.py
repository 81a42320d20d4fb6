"""Intermittent demand: forecasts and intervals of lanes without flow in most periods, from a pool of all such lanes.

The forecast is the smoothed share of periods with flow times the smoothed size of a flow (Teunter, Syntetos and Babai
2011); the two constants are those with the least absolute error of the whole pool, each lane's in units of its size.
The interval's quantile is taken among the errors, in units of size, of all lanes of about the same share of periods
with flow (conformal prediction within classes: Vovk, Gammerman and Shafer 2005), so that a pool carries levels for
which each of its lanes has too few periods. Large errors of lanes whose flows have grown count as in `_conformal`. What
is said at an origin depends on nothing that comes later.
"""

from __future__ import annotations

from copy import copy

import numpy as np

from twin._conformal import LARGE_SCORE
from twin._seasons import cumulated
from twin._smoothing import Spread

_SHARE = 0.5  # share of periods with flow below which a lane is intermittent [-]
_CONSTANTS = [
    (a, b) for a in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5) for b in (0.0, 0.1)
]  # of share and size; 0 is the mean [-]
_PATTERN = 0.7  # share of our squared errors below which other forecasts are taken to have found a pattern [-]
_CLASSES = np.array([0.05, 0.1, 0.2, 0.35])  # shares that divide the pool into classes [-]
_EDGES = np.r_[0.0, np.geomspace(1e-3, 1e4, 700)]  # upper edges of the counted errors, 2.3% apart [-]


class IntermittentPool:
    """Forecasts of the intermittent lanes at every origin, and the quantiles of their errors.

    Those of one step do not depend on the number of steps, so that `until` adds the steps that are missing.
    """

    def __init__(self, volumes, horizon, level, warm_up):
        """Take all lanes, shape (periods, lanes); only those that are intermittent at some origin are worked on."""
        known = ~np.isnan(volumes)
        count = cumulated(known)[1:]
        share = cumulated(volumes > 0)[1:] / np.maximum(count, 1.0)
        belongs = (share < _SHARE) & (count > warm_up)
        self.columns = np.flatnonzero(belongs.any(axis=0))
        self.member = belongs[:, self.columns]
        self._volumes, self._known, self._horizon = volumes[:, self.columns], known[:, self.columns], horizon
        self._level, self._found = level, np.empty((len(volumes), 0, len(_CLASSES) + 1))
        self._class = np.searchsorted(_CLASSES, share[:, self.columns], side="right")
        if self.columns.size:
            self._forecast()
            self._quantiles(0, horizon)

    def until(self, horizon):
        """Return the pool with so many steps; the quantiles of steps that it has are not computed again."""
        if self.columns.size and self._found.shape[1] < horizon:
            self._quantiles(self._found.shape[1], horizon)
        found = copy(self)
        found._horizon = horizon
        return found

    def _forecast(self):
        shape = (len(_CONSTANTS), len(self.columns))
        rate, size = np.zeros(shape), np.zeros(shape)
        count, flows, errors = np.zeros(shape[1]), np.zeros(shape[1]), np.zeros(shape[0])
        gain, growth = np.array(_CONSTANTS).T[:, :, np.newaxis]
        self.mean, self.size = np.empty(self._volumes.shape), np.empty(self._volumes.shape)
        unit, spread = np.ones(shape[1]), Spread(shape)
        for at, (volume, known) in enumerate(zip(self._volumes, self._known, strict=True)):
            volume = np.where(known, volume, 0.0)
            if at:
                judged = known & self.member[at - 1]
                errors += np.sum(np.abs(volume - rate * size) / unit * judged, axis=1)
            flow = volume > 0
            count += known
            flows += flow
            rate += known * np.maximum(gain, 1 / np.maximum(count, 1.0)) * (flow - rate)
            usual = spread.usual(np.where(flow, volume - size, 0.0), flow & (flows > 1))
            size += flow * np.maximum(growth, 1 / np.maximum(flows, 1.0)) * usual
            unit = np.where(size[0] > 0, size[0], 1.0)
            best = np.argmin(errors)
            self.mean[at], self.size[at] = rate[best] * size[best], unit

    def _quantiles(self, first, horizon):
        """Add the quantile of each origin, step and class of a member, in units of size; infinite if errors are few."""
        counts = np.zeros((horizon - first, len(_CLASSES) + 1, len(_EDGES) + 1))
        found = np.full((len(self._volumes), *counts.shape[:2]), np.inf)
        edges, cells = np.r_[_EDGES, np.inf], counts.reshape(-1)  # the same numbers
        for at, volume in enumerate(self._volumes):
            origins = np.arange(at - 1 - first, max(at - 1 - horizon, -1), -1)
            step, lane = np.nonzero(self._known[at] & self.member[origins])
            origin = origins[step]
            error = np.abs(volume[lane] - self.mean[origin, lane])
            score = error / np.maximum(self.size[origin, lane], np.minimum(self.size[at, lane], error / LARGE_SCORE))
            row = step * counts.shape[1] + self._class[origin, lane]
            np.add.at(cells, row * counts.shape[2] + np.searchsorted(_EDGES, score), 1.0)
            kinds = np.unique(self._class[at, self.member[at]])  # classes of which a quantile is needed
            total = counts[:, kinds].cumsum(axis=2)
            rank = np.ceil((total[..., -1:] + 1) * self._level - 1e-9)
            cell = np.argmax(total >= rank, axis=2)
            found[at][:, kinds] = np.where(rank[..., 0] <= total[..., -1], edges[cell], np.inf)
        self._found = np.concatenate([self._found, found], axis=1)

    def into(self, mean, start):
        """Put the forecasts of the pool's lanes among those of lanes `start`, ...; return half widths and members.

        A half width is NaN where a lane is no member or its class has too few errors; there are as many steps of them
        as the pool has, if `mean` has as many. A lane whose few flows follow a
        pattern, such as fixed weekdays, is no member: there the forecasts that are given have the smaller squares.
        """
        steps = min(mean.shape[1], self._horizon)
        half = np.full((len(mean), steps, mean.shape[2]), np.nan)
        member = np.zeros((len(mean), mean.shape[2]), bool)
        if not self.columns.size:
            return half, member
        inside = np.flatnonzero((self.columns >= start) & (self.columns < start + member.shape[1]))
        place = self.columns[inside] - start
        given, ours = (self._squares(part, inside) for part in (mean[:, 0, place], self.mean[:, inside]))
        member[:, place] = self.member[:, inside] & (given >= _PATTERN * ours)
        at, lane = np.nonzero(member[:, place])
        mean[at, :, place[lane]] = self.mean[at, inside[lane], np.newaxis]
        quantile = self._found[at, :steps, self._class[at, inside[lane]]]
        width = np.where(np.isinf(quantile), np.nan, quantile) * self.size[at, inside[lane], np.newaxis]
        half[at, :, place[lane]] = width
        return half, member

    def _squares(self, mean, inside):
        """Return the sums of squared one-step errors up to each period."""
        errors = self._volumes[1:, inside] - mean[:-1]
        return cumulated(np.where(np.isnan(errors), 0.0, errors) ** 2)
