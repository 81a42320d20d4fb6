"""The JSON schemas of `assess --json` and --jsonl: python -m twin.command.schema writes the published files."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twin._period_kinds import PERIOD_KINDS
from twin.command import plan_by_date
from twin.command.printing import LANE_SCHEMA_FILE, SCHEMA_FILE, SCHEMA_VERSION
from twin.data.files.options import READING
from twin.plan.quantities import QUANTITIES
from twin.plan.table_report import COLUMNS

_TEXT = {"type": "string"}
_PERIOD = {"enum": list(PERIOD_KINDS), "description": "one period is a day, a week, a month or a quarter"}
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the schema: each answer of a lane with its meaning and unit, from the registry of quantities."""
    properties = {
        "schema_version": {"const": SCHEMA_VERSION},
        "period": _PERIOD,
        "horizon": _horizon(
            {
                "units": _units(),
                "lanes": _by_lane(plan_by_date.schema_of_lane()),
                "sites": {
                    "type": "object",
                    "additionalProperties": plan_by_date.schema_of_booking(),
                    "description": "places to book ahead by the name of a site of the plan that lanes share",
                },
            }
        ),
        "assumptions": {"type": "array", "items": _TEXT, "description": "a sentence on each unset policy field"},
        "accuracy": {
            "type": "array",
            "items": _TEXT,
            "description": "a sentence on each condition under which answers are off on simulated lanes",
        },
        "units": _units(),
        "lanes": _by_lane(_lane()),
        "refused_lanes": {"type": "object", "additionalProperties": _TEXT, "description": "reason by name of a lane"},
        "account": {"type": "object", "description": "what was read, refused and decided"},
        "reading": _reading(),
        "audit": {"type": "array", "items": _TEXT, "description": "findings across rows and lanes to be judged"},
    }
    return {
        "$schema": _DRAFT,
        "title": "twin assess --json",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _reading() -> dict[str, Any]:
    """Return the schema of the options of reading, and of what the reader decided."""
    options = {
        row.name: {"description": f"{row.meaning} [{', '.join(map(str, row.choices)) or 'text'}]"}
        for row in READING.values()
    }
    parts = {
        "options": {"type": "object", "properties": options, "required": list(options), "additionalProperties": False},
        "decided": {"type": "object", "properties": options, "additionalProperties": False},
    }
    return {
        "type": "object",
        "description": "the options of reading, and the values that the reader decided where they left it open",
        "properties": parts,
        "required": list(parts),
        "additionalProperties": False,
    }


def lane_schema() -> dict[str, Any]:
    """Return the schema of a row of `assess --jsonl`: a lane with its answers, and what holds for all of them."""
    head = {
        "lane": {"type": "string", "description": "name of the lane, as in the file"},
        "schema_version": {"const": SCHEMA_VERSION},
        "period": _PERIOD,
    }
    lane = _lane()
    plan = {"horizon": _horizon(plan_by_date.schema_of_lane()["properties"])}
    return {
        "$schema": _DRAFT,
        "title": "twin assess --jsonl",
        **lane,
        "properties": {**head, **lane["properties"], **plan},
        "required": [*head, *lane["required"], *plan],
    }


def _horizon(parts: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a plan by date, which is null if none was asked for."""
    properties = {"dates": plan_by_date.schema_of_dates(), **parts}
    plan = {"properties": properties, "required": list(properties), "additionalProperties": False}
    return {"type": ["object", "null"], "description": "plan of the next periods by date (--horizon)", **plan}


def _units() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _TEXT, "description": "unit of each answer"}


def _by_lane(lane: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": lane, "description": "answers by the name of a lane"}


def _kind(row):
    return {"enum": list(row.choices)} if row.choices else {"type": ["number", "null"]}


def _lane():
    """Return the schema of the answers of a lane."""
    answers = {
        name: {**_kind(QUANTITIES[name]), "description": f"{QUANTITIES[name].meaning} [{QUANTITIES[name].unit}]"}
        for name in COLUMNS
    }
    return {"type": "object", "properties": answers, "required": list(COLUMNS), "additionalProperties": False}


def written(make: Callable[[], dict[str, Any]] = schema) -> str:
    """Return the text of the schema that a function makes."""
    return json.dumps(make(), indent=1) + "\n"


#: File of each published schema -> the function that makes it.
PUBLISHED = {SCHEMA_FILE: schema, LANE_SCHEMA_FILE: lane_schema}

if __name__ == "__main__":
    for file, make in PUBLISHED.items():
        file.write_text(written(make), encoding="utf-8")
