"""The class of a registry row, which defines the name, unit and meaning of one number for every interface."""

from __future__ import annotations

from dataclasses import dataclass

from twin._choices import words_in


@dataclass(frozen=True)
class Bounds:
    """Bounds of a control in the hub, step of a key press, and group of the control on the page.

    `high` is None if the upper bound depends on the lane. The upper bound of a price per period is given per day and is
    scaled by the length of the period.
    """

    group: str
    low: float
    high: float | None
    step: float


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A row of the registry.

    unit : unit, in which "period" stands for the period of the history; "-" for a pure number; the words of a field
        whose value is one of a few words (`_choices.unit_of`).
    meaning : noun phrase in standard terms, without the name; NOTATION.md, `--help`, the hub and the analyst show it.
    source : function or module that defines the quantity, without "twin.".
    symbol : LaTeX, or "".
    term : name in words, if it differs from the Python name.
    heading : name in a narrow table, if it differs from the name in words.
    words : further names that people use, separated by " | ".
    default : value of an unset policy field.
    unset : description of that value in words, if it depends on the lane.
    control : bounds of the control in the hub; None if there is no control.
    reported : whether the analyst reports the change of the quantity in a what-if.
    """

    name: str
    unit: str
    meaning: str
    source: str
    symbol: str = ""
    term: str = ""
    heading: str = ""
    words: str = ""
    default: float | str | None = None
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
    def choices(self) -> tuple[str, ...]:
        """Return the words that the value is one of; none if it is a number."""
        return words_in(self.unit)

    @property
    def also(self) -> tuple[str, ...]:
        """Return further names that people use for it."""
        return tuple(self.words.split(" | ")) if self.words else ()
