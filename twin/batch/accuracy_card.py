"""Write the accuracy card of the closed forms: python -m twin.batch.accuracy_card, or `make card`.

The blocks of `twin.motion.design` run in parallel. Each has the same seed in every run, so the card is the same.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

import twin
from twin._card import CARD_FILE, Card, Row, tolerance
from twin._regions import outside
from twin.batch.digest import digest
from twin.compute.pool import in_parallel
from twin.motion import design, judged

#: Errors of one block: errors and standard errors of each answer, one of each lane.
Errors = dict[str, tuple[list[float], list[float]]]


def errors(number: int) -> Errors:
    """Return the errors of a block of the design, by its number."""
    block = design.blocks()[number]
    found = judged.judge(block)
    return {name: tuple(part.tolist() for part in judged.error_of(name, each)) for name, each in found.items()}


def rows_of(block: design.Block, found: Errors) -> list[Row]:
    """Return the rows of a block; lanes on which an answer does not apply are left out."""
    rows = []
    for name, parts in found.items():
        error, spread = (np.array(part)[~np.isnan(parts[0])] for part in parts)
        room = tolerance(name) + np.minimum(4 * spread, tolerance(name))
        inside = bool(np.all(np.abs(error) <= room))
        numbers = (float(f"{value:.3g}") for value in (np.median(error), error.min(), error.max(), spread.max()))
        rows.append(Row(block.switches["kind"], block.factor, block.level, name, *numbers, inside))
    return rows


def card_of(found: Mapping[int, Errors]) -> Card:
    """Return the card, given the errors of each block by its number."""
    blocks = design.blocks()
    alone = [(block, found[number]) for number, block in enumerate(blocks) if block.factor != "mixed"]
    rows = tuple(row for block, each in alone for row in rows_of(block, each))
    mixed = [(block, found[number]) for number, block in enumerate(blocks) if block.factor == "mixed"]
    return Card(rows, {**_provenance(rows), "check": _check(Card(rows, {}), mixed)})


def write(card: Card) -> None:
    """Write the card to the file that comes with the package: blocks of rows, one row a line."""
    provenance, columns = json.dumps(card.provenance, indent=1, sort_keys=True), json.dumps(Row._fields)
    blocks = []
    for block, rows in card.blocks.items():
        lines = ",\n".join(json.dumps(row[len(block) :]) for row in rows)
        blocks.append(f"[{json.dumps(block)}, [\n{lines}]]")
    listed = ",\n".join(blocks)
    text = f'{{"provenance": {provenance},\n"columns": {columns},\n"blocks": [\n{listed}]}}\n'
    CARD_FILE.write_text(text, encoding="utf-8")


def _provenance(rows: tuple[Row, ...]) -> dict[str, Any]:
    """Return what the card was computed from, and a digest of it with the rows."""
    plan = {
        "lanes_in_a_block": design.LANES_OF_A_BLOCK,
        "levels": design.FACTOR_LEVELS,
        "levels_of_flow_lanes": design.FACTORS_OF_FLOW_LANES,
        "background": design.BACKGROUND,
        "base": {**design.BASE_LANE, **design.BASE_SWITCHES},
    }
    known = {
        "design": plan,
        "seed_of_the_design": design.SEED,
        "seed_of_the_first_run": judged.STREAM,
        "runs": judged.RUNS,
        "runs_with_spells": judged.RUNS_OF_SPELLS,
        "runs_of_mixed_blocks": judged.RUNS_OF_MIXED,
        "replications_of_a_run": judged.REPLICATIONS,
        "periods": judged.PERIODS,
        "warm_up": judged.WARM_UP,
        "package": twin.__version__,
        "numpy": np.__version__,
    }
    return {**known, "digest": digest([known, rows])}


def _check(card: Card, mixed: list[tuple[design.Block, Errors]]) -> dict[str, int]:
    """Return how many answers of the mixed blocks are off, and how many of them the card says to be outside."""
    count = dict.fromkeys(("answers", "off", "off_and_outside", "outside"), 0)
    for block, found in mixed:
        told = outside(card, judged.lanes_of(block), "D")
        for name, parts in found.items():
            error, spread = map(np.array, parts)
            judged_lanes = ~np.isnan(error)
            off = judged_lanes & (np.abs(error) > tolerance(name) + 4 * spread)
            count["answers"] += int(judged_lanes.sum())
            count["off"] += int(off.sum())
            count["off_and_outside"] += int((off & told[name]).sum())
            count["outside"] += int((judged_lanes & told[name]).sum())
    return count


def main() -> int:
    """Simulate every block, write the card, and return the exit code."""
    found: dict[int, Errors] = {}
    tasks = {f"{n} {block.factor} {block.level}".rstrip(): (n,) for n, block in enumerate(design.blocks())}

    def receive(name: str, result: Errors) -> None:
        found[tasks[name][0]] = result

    failures = in_parallel(errors, tasks, receive=receive)
    if failures:
        print(*failures.values(), sep="\n", file=sys.stderr)
        return 1
    write(card_of(found))
    print(f"{CARD_FILE.name}: {len(found):,} blocks of {design.LANES_OF_A_BLOCK} lanes")
    return 0


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    sys.exit(main())
