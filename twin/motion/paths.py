"""Simulated paths: arrays, estimates with their standard errors, and a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._check import require
from twin._labels import with_labels
from twin.motion.model import Model
from twin.motion.state import FLOWS, Array
from twin.simulate import Estimate

_BATCHES = 30  # least number of values behind a standard error: replications, or batches of a long path


class Recorder:
    """Arrays of the paths that are kept, and batch sums of the others."""

    def __init__(self, keep: tuple[str, ...], steps: int, lanes: int, replications: int) -> None:
        self.steps = steps
        self.batches = min(steps, -(-_BATCHES // replications))
        self.kept = {name: np.zeros((steps, lanes, replications)) for name in FLOWS if name in keep}
        self.sums = {name: np.zeros((self.batches, lanes, replications)) for name in FLOWS if name not in keep}

    def run(self, model: Model, columns: slice) -> None:
        """Advance a model of some replications through all steps, and record its states."""
        nothing = model.nothing
        kept = [(name, array[:, :, columns]) for name, array in self.kept.items()]
        sums = [(name, array[:, :, columns]) for name, array in self.sums.items()]
        for at in range(self.steps):
            flows = vars(model.advance())
            for name, array in kept:
                if flows[name] is not nothing:
                    array[at] = flows[name]
            batch = at * self.batches // self.steps
            for name, array in sums:
                if flows[name] is not nothing:
                    array[batch] += flows[name]

    def batch_means(self, name: str) -> Array:
        """Return the mean of each batch, shape (lanes, batches * replications)."""
        first = -(-np.arange(self.batches + 1) * self.steps // self.batches)  # first step of each batch
        if name in self.kept:
            sums = np.add.reduceat(self.kept[name], first[:-1], axis=0)
        else:
            sums = self.sums[name]
        means = sums / np.diff(first)[:, None, None]
        return np.moveaxis(means, 1, 0).reshape(means.shape[1], -1)


class Paths:
    """Paths of a simulation; each flow is an attribute, an array of (replications, steps), lanes first if several.

    Flows of goods are in pallets a step, stocks and places in pallets, money in $ a step.
    """

    demand: Array
    on_hand: Array
    backlog: Array
    on_order: Array
    shipped: Array
    overtime: Array
    lost: Array
    partner: Array
    returns: Array
    space: Array
    booked: Array
    overflow: Array
    unplaced: Array
    ordered: Array
    money: Array

    def __init__(self, recorder: Recorder, labels: Any, *, several: bool) -> None:
        self._recorder, self.labels, self._several = recorder, labels, several
        for name, array in recorder.kept.items():
            lanes_first = np.moveaxis(array, 0, 2)
            setattr(self, name, lanes_first if several else lanes_first[0])

    def __getattr__(self, name: str) -> Any:
        kept = ", ".join(self._recorder.kept) if name in FLOWS else ""
        raise AttributeError(
            f"{name} was not kept; kept: {kept or 'nothing'}. Name it in `keep`, or ask for its estimate."
            if name in FLOWS
            else f"paths have no {name}; they have {', '.join(FLOWS)}"
        )

    def estimate(self, name: str) -> Estimate:
        """Return the mean of a flow per step and its standard error for each lane.

        The standard error comes from at least 30 values: the means of replications, or of batches of long paths.
        Batches must be long compared with the time over which a path remembers.
        """
        require(name in FLOWS, "name", "one of " + ", ".join(FLOWS), name)
        return self._estimated(self._recorder.batch_means(name))

    def share(self, name: str, beyond: float = 0.0) -> Estimate:
        """Return the share of steps in which a kept flow exceeds a value, and its standard error. [-]"""
        values = self._recorder.kept[name] if name in self._recorder.kept else getattr(self, name)
        hit = Recorder((), self._recorder.steps, *values.shape[1:])
        hit.kept[name] = (values > beyond).astype(float)
        return self._estimated(hit.batch_means(name))

    def _estimated(self, means: Array) -> Estimate:
        require(means.shape[1] > 1, "periods", "more than one for a standard error of a single path", 1)
        mean, error = means.mean(axis=1), means.std(axis=1, ddof=1) / np.sqrt(means.shape[1])
        if not self._several:
            return Estimate(float(mean[0]), float(error[0]))
        return Estimate(*(with_labels(part, self.labels) for part in (mean, error)))

    def table(self) -> dict[str, NDArray[Any]]:
        """Return the kept paths as columns of a long table: lane, replication, step, and one column for each flow.

        `pandas.DataFrame(paths.table())` is the table; lanes have their labels, or numbers from 0.
        """
        shape = next(iter(self._recorder.kept.values())).shape
        lanes, replications, steps = shape[1], shape[2], shape[0]
        names = np.arange(lanes) if self.labels is None else np.asarray(self.labels)
        columns: dict[str, NDArray[Any]] = {
            "lane": np.repeat(names, replications * steps),
            "replication": np.tile(np.repeat(np.arange(replications), steps), lanes),
            "step": np.tile(np.arange(steps), lanes * replications),
        }
        for name, array in self._recorder.kept.items():
            columns[name] = np.moveaxis(array, 0, 2).ravel()
        return columns
