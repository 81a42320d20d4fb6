"""Weights of the shipped network, with their provenance: recipe, digests, and the log of the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from twin.learned.perceptron import Layers

#: Weights that come with the package, and their provenance beside them.
_WEIGHTS = Path(__file__).with_name("lost_sales.npz")
_PROVENANCE = _WEIGHTS.with_suffix(".json")


def digest_of_layers(layers: Layers) -> str:
    """Return the SHA-256 digest of the numbers of all layers, in their order."""
    total = sha256()
    for layer in layers:
        for part in layer:
            total.update(np.ascontiguousarray(part, "<f4").tobytes())
    return total.hexdigest()


def digest_of_recipe(recipe: Mapping[str, Any]) -> str:
    """Return the SHA-256 digest of a recipe, written as JSON with sorted keys."""
    return sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


def provenance_of(layers: Layers, recipe: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return recipe, digests, and log of a training run, whose rows have the seconds of processor time until then."""
    return {
        "recipe": dict(recipe),
        "recipe_digest": digest_of_recipe(recipe),
        "weights_digest": digest_of_layers(layers),
        "numpy": np.__version__,
        "log": list(log),
    }


def write_weights(layers: Layers, provenance: Mapping[str, Any]) -> None:
    """Write weights and provenance to the files that come with the package."""
    numbered = ((place, *layer) for place, layer in enumerate(layers))
    parts = {f"{name}{place}": part for place, *layer in numbered for name, part in zip("wb", layer, strict=True)}
    with _WEIGHTS.open("wb") as file:
        np.savez(file, **parts)
    _PROVENANCE.write_text(json.dumps(provenance, indent=1) + "\n", encoding="utf-8")


@cache
def shipped_layers() -> Layers:
    """Return the layers that come with the package.

    Errors
    ------
    ValueError if the file of the weights is not the one that its provenance describes.
    """
    with np.load(_WEIGHTS) as file:
        layers = [(file[f"w{place}"], file[f"b{place}"]) for place in range(len(file.files) // 2)]
    if digest_of_layers(layers) != shipped_provenance()["weights_digest"]:
        raise ValueError(f"{_WEIGHTS.name} is not the file that {_PROVENANCE.name} describes; run make train")
    return layers


@cache
def shipped_provenance() -> dict[str, Any]:
    """Return recipe, digests and log of the weights that come with the package."""
    return json.loads(_PROVENANCE.read_text(encoding="utf-8"))
