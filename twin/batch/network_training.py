"""Train networks of lost-sales lanes by a file of recipes: python -m twin.batch.network_training FILE [RUN ...].

Each run is judged exactly, and written to runs/RUN.json beside the file; the run `shipped` also writes the weights that
come with the package. `make train` uses papers/certified-policies/training.yml.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from twin.batch.plan_yaml import load_yaml
from twin.learned import exact_gaps
from twin.learned.ordering_policy import network_policy
from twin.learned.perceptron import Layers
from twin.learned.training import TrainingRecipe, train
from twin.learned.weights import provenance_of, write_weights

SHIPPED = "shipped"  # name of the run whose weights come with the package


def recipe_of(name: str, given: dict[str, Any]) -> TrainingRecipe:
    """Return the recipe of a run, given the settings that are not those of `TrainingRecipe`."""
    known = {field.name for field in fields(TrainingRecipe)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"run {name} has unknown settings {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return TrainingRecipe(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def gaps_of(layers: Layers) -> dict[str, float]:
    """Return the exact gap of a network on every judged lane. [%]"""
    lanes = (*exact_gaps.lanes_of_the_literature(), *exact_gaps.lanes_of_long_lead_times(), *exact_gaps.unseen_lanes())
    return {
        lane.name: round(100 * exact_gaps.exact_gap(lane, lambda problem: network_policy(layers, problem)), 4)
        for lane in lanes
    }


class _Log:
    """Rows of a training run, printed as they come."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def keep(self, row: dict[str, Any]) -> None:
        self.rows.append({key: float(f"{value:.7g}") for key, value in row.items()})
        print(json.dumps(self.rows[-1]), flush=True)


def main(arguments: list[str]) -> int:
    """Train the named runs, by default the shipped one, and return the exit code."""
    file = Path(arguments[0])
    runs = load_yaml(file)
    for name in arguments[1:] or [SHIPPED]:
        if name not in runs:
            print(f"{file} has no run {name}; it has {', '.join(runs)}", file=sys.stderr)
            return 2
        recipe, log = recipe_of(name, runs[name]), _Log()
        layers = train(recipe, log.keep)
        found = provenance_of(layers, asdict(recipe), log.rows)
        if name == SHIPPED:
            write_weights(layers, found)
        found["gaps"] = gaps_of(layers)
        target = file.parent / "runs" / f"{name}.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"{target}: {log.rows[-1]['seconds']:.0f} s, largest gap {max(found['gaps'].values())} %")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
