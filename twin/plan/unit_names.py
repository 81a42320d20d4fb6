"""The names that a planner gives to the unit of goods and to the currency: labels use them, and numbers stay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from twin._check import require
from twin.data.text import visible

GOODS_UNIT, MONEY_UNIT = "pallet", "$"  # names in the units of this package


@dataclass(frozen=True)
class UnitNames:
    """Names of the unit of goods and of the currency.

    goods : what flows and places are counted in, in the singular: letters, at most 16.
    currency : one sign such as €, or up to three letters.

    >>> names = UnitNames("tonne", "€")
    >>> names.many, names.renamed("$/pallet/day")
    ('tonnes', '€/tonne/day')
    """

    goods: str = GOODS_UNIT
    currency: str = MONEY_UNIT

    def __post_init__(self) -> None:
        word = re.fullmatch(r"[^\W\d_]{1,16}", self.goods) is not None
        require(word, "unit of goods", "one word of at most 16 letters, such as tonne", visible(self.goods, 40))
        sign = len(self.currency) == 1 and unicodedata.category(self.currency) == "Sc"
        letters = re.fullmatch(r"[^\W\d_]{1,3}", self.currency) is not None
        require(sign or letters, "currency", "one sign such as €, or up to three letters", visible(self.currency, 40))

    @property
    def many(self) -> str:
        """Plural of the unit of goods; abbreviations such as t and TEU have none."""
        if len(self.goods) <= 2 or self.goods.isupper():
            return self.goods
        return f"{self.goods}es" if re.search(r"(?:[sxz]|ch|sh)$", self.goods) else f"{self.goods}s"

    @property
    def before(self) -> str:
        """Currency as it stands before an amount: letters are followed by a space that does not break."""
        return f"{self.currency}\N{NO-BREAK SPACE}" if self.currency.isalpha() else self.currency

    def renamed(self, unit: str) -> str:
        """Return a unit of this package with the planner's names."""
        return unit.replace(GOODS_UNIT, self.goods).replace(MONEY_UNIT, self.currency)


_USUAL = UnitNames()
_NAMES: ContextVar[UnitNames] = ContextVar("unit_names", default=_USUAL)


def unit_names() -> UnitNames:
    """Return the names that labels use now.

    >>> unit_names().many
    'pallets'
    """
    return _NAMES.get()


@contextmanager
def named_units(names: UnitNames) -> Iterator[None]:
    """Use these names in the labels that are made inside the block.

    >>> with named_units(UnitNames("flight", "EUR")):
    ...     unit_names().many
    'flights'
    """
    token = _NAMES.set(names)
    try:
        yield
    finally:
        _NAMES.reset(token)
