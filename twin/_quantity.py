"""The form of a registry row: what one number is, at every place where it appears."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """The bounds of a quantity that a planner can turn, the step of a key press, and the group of its control.

    The upper bound of a price per period is that of a day and grows with the length of the period; None where it
    depends on the lane.
    """

    group: str
    low: float
    high: float | None
    step: float


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A row of the registry.

    unit : with "period" for the period of the history; "-" for a pure number.
    meaning : without the name, in the field's standard terms; NOTATION.md, `--help`, dials and the analyst show it.
    source : the function that defines it, without "twin.".
    symbol : LaTeX, or "".
    term : name in words, where it differs from the Python name.
    heading : name in a narrow table, where it differs from the name in words.
    words : further names that people use for it, separated by " | ".
    default : of a policy field: the value of an unset field; `unset` says it in words where it depends on the lane.
    control : of a quantity that a planner can turn.
    reported : whether a what-if reports how it changes.
    """

    name: str
    unit: str
    meaning: str
    source: str
    symbol: str = ""
    term: str = ""
    heading: str = ""
    words: str = ""
    default: float | None = None
    unset: str = ""
    control: Bounds | None = None
    reported: bool = True

    @property
    def label(self) -> str:
        """Return the name in words.

        >>> Quantity(name="sla_penalty", unit="$/pallet", meaning="", source="").label
        'SLA penalty'
        """
        return self.term or self.name.removesuffix("_days").replace("_", " ").replace("sla ", "SLA ")

    @property
    def also(self) -> tuple[str, ...]:
        """Return further names that people use for it."""
        return tuple(self.words.split(" | ")) if self.words else ()
