"""The JSON schema of `assess --json`: python -m twin.command.schema writes the file that is published."""

from __future__ import annotations

import json
from typing import Any

from twin.command.printing import SCHEMA_FILE, SCHEMA_VERSION
from twin.plan.quantities import QUANTITIES
from twin.plan.table_report import COLUMNS

_TEXT = {"type": "string"}


def schema() -> dict[str, Any]:
    """Return the schema: each answer of a lane with its meaning and unit, from the registry of quantities."""
    answers = {
        name: {**_kind(QUANTITIES[name]), "description": f"{QUANTITIES[name].meaning} [{QUANTITIES[name].unit}]"}
        for name in COLUMNS
    }
    lane = {"type": "object", "properties": answers, "required": list(COLUMNS), "additionalProperties": False}
    properties = {
        "schema_version": {"const": SCHEMA_VERSION},
        "period": {"enum": ["D", "W", "MS"], "description": "one period is a day, a week or a month"},
        "assumptions": {"type": "array", "items": _TEXT, "description": "a sentence on each unset policy field"},
        "accuracy": {
            "type": "array",
            "items": _TEXT,
            "description": "a sentence on each condition under which answers are off on simulated lanes",
        },
        "units": {"type": "object", "additionalProperties": _TEXT, "description": "unit of each answer"},
        "lanes": {"type": "object", "additionalProperties": lane, "description": "answers by the name of a lane"},
        "refused_lanes": {"type": "object", "additionalProperties": _TEXT, "description": "reason by name of a lane"},
        "account": {"type": "object", "description": "what was read, refused and decided"},
        "audit": {"type": "array", "items": _TEXT, "description": "findings across rows and lanes to be judged"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "twin assess --json",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _kind(row):
    return {"enum": list(row.choices)} if row.choices else {"type": ["number", "null"]}


def written() -> str:
    """Return the schema as text."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(written(), encoding="utf-8")
