"""The LSP Digital Capacity Twin: stochastic capacity planning for logistics service providers.

`twin.assess` answers every question of the framework for a table of lanes under a `twin.Policy`. The formulas behind it
are the modules of this folder, one concept each: `twin.demand`, `twin.newsvendor`, `twin.buffers` and so on, and
`twin.games` for several partners. Attributes are loaded when they are first used.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twin import (
        accuracy as accuracy,
    )
    from twin import (
        answers as answers,
    )
    from twin import (
        buffers as buffers,
    )
    from twin import (
        continuous_review as continuous_review,
    )
    from twin import (
        continuous_review_poisson as continuous_review_poisson,
    )
    from twin import (
        cooperation as cooperation,
    )
    from twin import (
        crossing as crossing,
    )
    from twin import (
        demand as demand,
    )
    from twin import (
        distribution as distribution,
    )
    from twin import (
        finance as finance,
    )
    from twin import (
        forecast as forecast,
    )
    from twin import (
        games as games,
    )
    from twin import (
        joint_replenishment as joint_replenishment,
    )
    from twin import (
        lane as lane,
    )
    from twin import (
        lead_time_demand as lead_time_demand,
    )
    from twin import (
        lost_sales as lost_sales,
    )
    from twin import (
        lot_size as lot_size,
    )
    from twin import (
        min_max as min_max,
    )
    from twin import (
        motion as motion,
    )
    from twin import (
        newsvendor as newsvendor,
    )
    from twin import (
        newsvendor_limits as newsvendor_limits,
    )
    from twin import (
        ordering as ordering,
    )
    from twin import (
        overflow_ahead as overflow_ahead,
    )
    from twin import (
        own_places as own_places,
    )
    from twin import (
        past_errors as past_errors,
    )
    from twin import (
        periodic_review as periodic_review,
    )
    from twin import (
        poisson as poisson,
    )
    from twin import (
        policy as policy,
    )
    from twin import (
        promise_dates as promise_dates,
    )
    from twin import (
        protection as protection,
    )
    from twin import (
        quantity_discounts as quantity_discounts,
    )
    from twin import (
        reorder_approximations as reorder_approximations,
    )
    from twin import (
        reservation as reservation,
    )
    from twin import (
        resilience as resilience,
    )
    from twin import (
        simulate as simulate,
    )
    from twin import (
        space as space,
    )
    from twin import (
        stock_overflow as stock_overflow,
    )
    from twin import (
        volatility as volatility,
    )
    from twin.lane import assess as assess
    from twin.learned.book_ahead import book_ahead as book_ahead
    from twin.policy import Policy as Policy

__version__ = "0.1.0"

#: Names that `import twin` offers in addition to its modules -> the module that defines each.
_NAMES = {"assess": "twin.lane", "book_ahead": "twin.learned.book_ahead", "Policy": "twin.policy"}


def __getattr__(name: str) -> Any:
    """Load a name or a module of the package at its first use."""
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
    elif not name.startswith("_") and find_spec(f"twin.{name}"):
        value = import_module(f"twin.{name}")
    else:
        raise AttributeError(f"module 'twin' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    modules = (module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return sorted(["__version__", *_NAMES, *modules])
