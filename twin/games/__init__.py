"""Cooperation as a game: the cost of each coalition, rules of sharing it, and stability."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin.games import alliance as alliance
    from twin.games import allocation as allocation
    from twin.games import coalitions as coalitions
    from twin.games import core_allocation as core_allocation
    from twin.games import joint_demand as joint_demand
    from twin.games import mutual_help as mutual_help
    from twin.games import pooled_bookings as pooled_bookings
    from twin.games import pooling as pooling
    from twin.games import stability as stability


def __getattr__(name: str) -> Any:
    """Return a module of this package; it is loaded at its first use."""
    if name.startswith("_") or not find_spec(f"twin.games.{name}"):
        raise AttributeError(f"module 'twin.games' has no attribute {name!r}")
    return import_module(f"twin.games.{name}")


def __dir__() -> list[str]:
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
