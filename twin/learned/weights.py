"""Weights of the shipped networks, with their provenance: recipe, digests, and the log of the training run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from twin.learned.perceptron import Layers

LOST_SALES, BOOKINGS = "lost_sales", "bookings"  # networks that come with the package


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


def file_of(network: str) -> Path:
    """Return the file of a network's weights; its provenance, with the suffix .json, is beside it."""
    return Path(__file__).with_name(f"{network}.npz")


def write_weights(layers: Layers, provenance: Mapping[str, Any], network: str = LOST_SALES) -> None:
    """Write weights and provenance to the files that come with the package."""
    numbered = ((place, *layer) for place, layer in enumerate(layers))
    parts = {f"{name}{place}": part for place, *layer in numbered for name, part in zip("wb", layer, strict=True)}
    with file_of(network).open("wb") as file:
        np.savez(file, **parts)
    file_of(network).with_suffix(".json").write_text(json.dumps(provenance, indent=1) + "\n", encoding="utf-8")


@cache
def shipped_layers(network: str = LOST_SALES) -> Layers:
    """Return the layers of a network that comes with the package.

    Errors
    ------
    ValueError if the file of the weights is not the one that its provenance describes.
    """
    path = file_of(network)
    with np.load(path) as file:
        layers = [(file[f"w{place}"], file[f"b{place}"]) for place in range(len(file.files) // 2)]
    if digest_of_layers(layers) != shipped_provenance(network)["weights_digest"]:
        raise ValueError(f"{path.name} is not the file that {path.stem}.json describes; run make train")
    return layers


@cache
def shipped_provenance(network: str = LOST_SALES) -> dict[str, Any]:
    """Return recipe, digests and log of the weights of a network that comes with the package."""
    return json.loads(file_of(network).with_suffix(".json").read_text(encoding="utf-8"))
