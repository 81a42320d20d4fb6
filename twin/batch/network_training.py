"""Train networks of lost-sales lanes by a file of recipes: python -m twin.batch.network_training FILE [RUN ...].

Each run is judged exactly, and written to runs/RUN.json beside the file; the run `shipped` also writes the weights that
come with the package. `make train` uses papers/certified-policies/training.yml.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from twin.batch.plan_yaml import load_yaml
from twin.learned import exact_gaps
from twin.learned.ordering_policy import network_policy
from twin.learned.perceptron import Layers
from twin.learned.refining import RefiningRecipe, refined
from twin.learned.training import TrainingRecipe, train
from twin.learned.weights import provenance_of, write_weights

SHIPPED = "shipped"  # name of the run whose weights come with the package


class RunRecipe(NamedTuple):
    """Both parts of a training run; one without the second ends with derivatives along simulated paths."""

    training: TrainingRecipe
    refining: RefiningRecipe | None

    def settings(self) -> dict[str, Any]:
        """Return all settings by name, those of the refining, if any, under `refining`."""
        found = asdict(self.training) | ({"refining": asdict(self.refining)} if self.refining else {})
        return json.loads(json.dumps(found))  # tuples become lists


def recipe_of(name: str, given: dict[str, Any]) -> RunRecipe:
    """Return the recipe of a run, given the settings that are not the defaults of its parts."""
    own = {key: value for key, value in given.items() if key != "refining"}
    training = built(TrainingRecipe, own, f"run {name}")
    if "refining" not in given:
        return RunRecipe(training, None)
    return RunRecipe(training, built(RefiningRecipe, given["refining"], f"the refining of run {name}"))


def built(kind: type, given: dict[str, Any], whose: str) -> Any:
    """Return a recipe with the given settings, or raise a sentence that names the unknown ones."""
    known = {field.name for field in fields(kind)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{whose} has unknown settings {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def trained(recipe: RunRecipe, tell: Callable[[dict[str, Any]], None]) -> Layers:
    """Return the layers of a run: trained along simulated paths, then refined if its recipe says so."""
    layers = train(recipe.training, tell)
    return layers if recipe.refining is None else refined(layers, recipe.refining, recipe.training, tell)


def gaps_of(layers: Layers, lanes: Sequence[exact_gaps.JudgedLane]) -> dict[str, float]:
    """Return the exact gap of a network on each lane. [%]"""
    return {
        lane.name: round(100 * exact_gaps.exact_gap(lane, lambda problem: network_policy(layers, problem)), 4)
        for lane in lanes
    }


class TrainingLog:
    """Rows of a training run with the seconds of processor time until then, printed as they come."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._begun = process_time()

    def keep(self, row: dict[str, Any]) -> None:
        """Keep and print a row."""
        timed = {**row, "seconds": process_time() - self._begun}
        self.rows.append({key: float(f"{value:.7g}") for key, value in timed.items()})
        print(json.dumps(self.rows[-1]), flush=True)


def main(arguments: list[str]) -> int:
    """Train the named runs, by default the shipped one, and return the exit code."""
    file = Path(arguments[0])
    runs = load_yaml(file)
    for name in arguments[1:] or [SHIPPED]:
        if name not in runs:
            print(f"{file} has no run {name}; it has {', '.join(runs)}", file=sys.stderr)
            return 2
        recipe, log = recipe_of(name, runs[name]), TrainingLog()
        layers = trained(recipe, log.keep)
        found = provenance_of(layers, recipe.settings(), log.rows)
        if name == SHIPPED:
            write_weights(layers, found)
        judged = exact_gaps.lanes_of_the_literature(), exact_gaps.lanes_of_long_lead_times(), exact_gaps.unseen_lanes()
        found["gaps"], found["fresh"] = gaps_of(layers, sum(judged, ())), gaps_of(layers, exact_gaps.fresh_lanes())
        target = file.parent / "runs" / f"{name}.json"
        target.parent.mkdir(exist_ok=True)
        target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"{target}: {log.rows[-1]['seconds']:.0f} s, largest gap {max(found['gaps'].values())} %")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
