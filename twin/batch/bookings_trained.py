"""Train the network of bookings by a file with its recipe: python -m twin.batch.bookings_trained FILE.

The weights and their provenance, with exact gaps on random problems that are not those of training, are written to the
package. `make train` uses papers/certified-policies/booking_training.yml.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from twin.batch.network_training import TrainingLog, built
from twin.batch.plan_yaml import load_yaml
from twin.learned.booking_gaps import gaps_of_rules, judged_bookings
from twin.learned.booking_training import BookingRecipe, train_bookings
from twin.learned.weights import BOOKINGS, file_of, provenance_of, write_weights


def main(arguments: list[str]) -> int:
    """Train the network, judge it, and return the exit code."""
    recipe, log = built(BookingRecipe, load_yaml(Path(arguments[0])), "the recipe"), TrainingLog()
    layers = train_bookings(recipe, log.keep)
    found = provenance_of(layers, json.loads(json.dumps(asdict(recipe))), log.rows)
    found["gaps"] = [
        {rule: round(gap, 4) for rule, gap in gaps_of_rules(layers, solved).items()} for solved in judged_bookings()
    ]
    write_weights(layers, found, BOOKINGS)
    means = {
        rule: round(sum(each[rule] for each in found["gaps"]) / len(found["gaps"]), 3) for rule in found["gaps"][0]
    }
    print(f"{file_of(BOOKINGS)}: {log.rows[-1]['seconds']:.0f} s, mean gaps {means} %")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
