"""Compute the mechanism map from records on this machine, and write its table into the package.

    TWIN_REAL_DATA=FOLDER python tools/mechanisms.py

The records are those of the online retailer's 40 codes, six straits and SFO's regions, and the suite's own three lanes.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

import twin
from twin.batch.digest import digest_of_file
from twin.data.scenarios import research_lanes
from twin.motion import mechanisms
from twin.motion.effects import shapley_effects

FILES = {
    "online retail": ("seed_online_retail_top40_daily.csv.gz", "D"),
    "straits": ("seed_portwatch_daily.csv.gz", "D"),
    "SFO air cargo": ("seed_sfo_monthly.csv.gz", "MS"),
}
TARGET = Path(twin.__file__).parent / "motion" / "mechanisms.json"
SEED, REPLICATIONS, RESAMPLES = 1, 24, 2000
SHORTEST = 60  # periods on record that a lane must have


def wide(flows, period):
    """Return volumes with a row a lane and a column a period; days without a record are days without flow."""
    table = flows.pivot_table(index="product_name", columns="date", values="demand", aggfunc="sum")
    dates = pd.date_range(table.columns.min(), table.columns.max(), freq=period)
    table = table.reindex(columns=dates)
    return table[table.notna().sum(axis=1) >= SHORTEST].fillna(0.0)


def history(table, period):
    """Return records with the factors of weekday and month of the year; a record under two years has weekdays alone."""
    dates, volumes = table.columns, table.to_numpy(float)
    level = volumes.mean(axis=1, keepdims=True)
    season = np.ones_like(volumes)
    typical = pd.date_range("2001-01-01", periods=364 if period == "D" else 12, freq=period)
    calendar = np.ones((len(volumes), len(typical)))
    parts = [lambda days: days.weekday] if period == "D" else []
    parts += [lambda days: days.month] if len(dates) >= (730 if period == "D" else 24) else []
    for part in parts:
        for value in np.unique(part(dates)):
            there = part(dates) == value
            factor = (volumes / season)[:, there].mean(axis=1, keepdims=True) / level
            factor = np.maximum(factor, 0.05)
            season[:, there] *= factor
            calendar[:, part(typical) == value] *= factor
    return mechanisms.Flows(volumes, season, calendar)


def shares(first, second):
    """Return the share of each switch in the variance of an answer, lane by lane."""
    parts = shapley_effects(first, second)
    return parts / parts.sum(axis=-1, keepdims=True)


def decisions(found, planned):
    """Return how often, and by how much, the places of the plan differ from the best ones, over lanes and worlds."""
    best, cost = found.places.mean(axis=0), found.cost.mean(axis=0)
    gap = planned[:, None] / best - 1
    given = found.given_away.mean(axis=0) / cost
    spread = {name: values.mean(axis=0).std(axis=-1) for name, values in found._asdict().items()}
    return {
        "share of worlds in which the plan is more than 10 % off": rounded(np.mean(np.abs(gap) > 0.1)),
        "share of worlds in which it has more than 10 % too many places": rounded(np.mean(gap > 0.1)),
        "median difference of the places": rounded(np.median(np.abs(gap))),
        "share of the cost that the plan gives away, median": rounded(np.median(given)),
        "share of the cost that the plan gives away, 90 of 100": rounded(np.quantile(given, 0.9)),
        "variation of the cost over worlds": rounded(np.median(spread["cost"] / cost.mean(axis=-1))),
        "variation of the best places over worlds": rounded(np.median(spread["places"] / best.mean(axis=-1))),
        "variation of the best buffer over worlds": rounded(
            np.median(spread["buffer"] / found.buffer.mean(axis=(0, 2)))
        ),
    }


def rounded(value):
    """Return a number with the digits that are kept in the table."""
    return round(float(value), 4)


def rows(effects, seed):
    """Yield the mean share of each switch over lanes with its 95 % interval, from resampling the lanes."""
    random = np.random.default_rng(seed)
    for answer, share in effects.items():
        chosen = random.integers(len(share), size=(RESAMPLES, len(share)))
        low, high = np.quantile(share[chosen].mean(axis=1), [0.025, 0.975], axis=0)
        for name, mean, least, most in zip(mechanisms.SWITCHES, share.mean(axis=0), low, high, strict=True):
            yield {"answer": answer, "switch": name, "share": rounded(mean)} | {
                "low": rounded(least),
                "high": rounded(most),
            }


def main():
    folder = Path(os.environ.get("TWIN_REAL_DATA", ""))
    if not os.environ.get("TWIN_REAL_DATA") or not folder.is_dir():
        sys.exit(f"TWIN_REAL_DATA must name the folder of the records; got {str(folder)!r}")
    flows = research_lanes().flows.rename(columns={"lane": "product_name", "volume": "demand"})
    tables = {"research lanes": (wide(flows, "D"), "D")}
    for name, (file, period) in FILES.items():
        tables[name] = wide(pd.read_csv(folder / file, parse_dates=["date"]), period), period
    lanes = {name: len(table) for name, (table, _) in tables.items()}
    histories = [history(*each) for each in tables.values()]
    found = mechanisms.worlds(histories, replications=REPLICATIONS, seed=SEED, each=tqdm)
    effects = {answer: shares(*values) for answer, values in zip(mechanisms.OUTCOMES, found, strict=True)}
    report = {
        "provenance": {
            "lanes": lanes,
            "data": {file: digest_of_file(folder / file) for file, _ in FILES.values()},
            "package": twin.__version__,
            "seed": SEED,
            "replications": REPLICATIONS,
            "switches": mechanisms.SWITCHES,
        },
        "effects": list(rows(effects, SEED)),
        "decisions": decisions(found, mechanisms.planned_places(histories)),
    }
    TARGET.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {sum(lanes.values())} lanes in {found.cost.shape[-1]} worlds")


if __name__ == "__main__":
    main()
