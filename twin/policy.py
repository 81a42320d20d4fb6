"""The policy of a lane. Each field is a row of the registry, so a field added here appears in every interface."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from twin._check import numbers
from twin._choices import unit_of
from twin._quantity import Bounds, Quantity

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def _row(default: float | str | None, **row: Any) -> Any:
    """Return a field of `Policy`; its metadata hold its row of the registry, except name and default."""
    return field(default=default, metadata=row)


def _choice(*words: str, **row: Any) -> Any:
    """Return a field of `Policy` whose value is one of some words, by default the first; its control is in "Rules"."""
    bounds = Bounds("Rules", 0.0, len(words) - 1.0, 1.0)
    return _row(words[0], unit=unit_of(words), source="policy.Policy", control=bounds, **row)


@dataclass(frozen=True)
class Policy:
    """The decisions and prices of a lane; each field is one number or word, or an array with one entry per lane.

    In Python an unset field has the default shown here. Files, tables and the hub fill in unset fields lane by lane:
    own capacity with the required capacity, the return rate with the one on record (`plan.policies.filled`). A number
    that is NaN or infinite is refused.
    Units and meanings are in NOTATION.md, and in `policy.POLICY`.

    >>> Policy(service_level=0.95).partner_surcharge
    5.0
    """

    holding_cost: ArrayLike = _row(
        5.0,
        symbol="$h$, $H$",
        unit="$/pallet/period",
        meaning="cost of keeping a pallet for a period",
        source="policy.Policy",
        control=Bounds("Costs", 0.1, 30.0, 0.1),
        words=(
            "hold one pallet | hold a pallet | store a pallet | keep a pallet | holding one pallet | "
            "holding a pallet | cost of holding | holding price | holding rate | storage cost | "
            "storage rate | cost of storage | cost of keeping a pallet | carrying cost"
        ),
    )
    own_place_cost: ArrayLike = _row(
        0.0,
        unit="$/pallet/period",
        meaning="cost of an own place, used or not, besides holding; without it, holding is that cost",
        source="policy.Policy",
        control=Bounds("Costs", 0.0, 30.0, 0.1),
        words="rent of a place | cost of an own place | price of an own place | rent per place",
    )
    sla_penalty: ArrayLike = _row(
        20.0,
        symbol="$p$",
        unit="$/pallet",
        meaning="penalty for a pallet not served",
        source="policy.Policy",
        control=Bounds("Costs", 0.0, 500.0, 1.0),
        words=(
            "are we fined | fined for | penalty x | sla fine | fine | penalty per pallet | contract "
            "penalty | penalty rate | penalty for a missed pallet"
        ),
    )
    service_revenue: ArrayLike = _row(
        85.0,
        symbol="$r$",
        unit="$/pallet",
        meaning="revenue of a shipped pallet",
        source="policy.Policy",
        control=Bounds("Costs", 1.0, 1000.0, 1.0),
        words=(
            "charge the client | charge a customer | charge per pallet | charge the customer | offers "
            "to pay | pay us | pays us | service revenue per pallet | earn per pallet | get per "
            "pallet | paid per pallet | revenue per pallet | price per pallet | revenue a pallet | "
            "rate per pallet | price we charge | price | tariff"
        ),
    )
    handling_cost: ArrayLike = _row(
        50.0,
        symbol="$c$",
        unit="$/pallet",
        meaning="cost of handling a pallet, shipped or returned",
        source="policy.Policy",
        control=Bounds("Costs", 0.0, 500.0, 1.0),
        words="handling price | handling rate | handling per pallet | handling a pallet | handling fee",
    )
    fixed_order_cost: ArrayLike = _row(
        100.0,
        symbol="$K$",
        unit="$/order",
        meaning="fixed cost of a replenishment order",
        source="policy.Policy",
        words=(
            "raising an order | raising a single order | single order | raise an order | fixed cost "
            "of placing an order | placing an order | place an order | fixed cost | order cost per "
            "replenishment | fixed cost of ordering | fixed cost per order | ordering fee | setup "
            "cost | cost per order | fixed ordering cost"
        ),
    )
    lead_time_mean_days: ArrayLike = _row(
        7.0,
        unit="day",
        meaning="mean lead time, from review to arrival",
        source="policy.Policy",
        control=Bounds("Flow", 0.0, 90.0, 0.5),
        words="lead time | lead times | average lead time | transit time | replenishment time",
    )
    lead_time_sd_days: ArrayLike = _row(
        1.0,
        unit="day",
        meaning="standard deviation of the lead time",
        source="policy.Policy",
        control=Bounds("Flow", 0.0, 30.0, 0.1),
        words=(
            "lead time variability | lead time spread | lead time sd | sd of the lead time | standard "
            "deviation of the lead time | sd of lead time | lead time standard deviation | lead time "
            "uncertainty | lead time deviation | standard deviation of lead time | lead-time spread"
        ),
    )
    review_period_days: ArrayLike = _row(
        0.0,
        unit="day",
        meaning="time between orders, which the buffer covers together with the lead time",
        source="policy.Policy",
        control=Bounds("Flow", 0.0, 90.0, 0.5),
        words="time between reviews | review interval | time between orders",
    )
    return_rate: ArrayLike = _row(
        0.0,
        symbol=r"$\rho$",
        unit="-",
        meaning="probability that a shipped pallet is returned",
        source="policy.Policy",
        control=Bounds("Flow", 0.0, 1.0, 0.01),
        unset="the share on record",
        words=(
            "comes back | fraction that comes back | come back | sent back | returns | returns rate | "
            "share of returns | rate of returns | share that comes back | return share"
        ),
    )
    internal_capacity: ArrayLike = _row(
        150.0,
        symbol="$C_{max}$",
        unit="pallet",
        meaning="own pallet places",
        source="policy.Policy",
        control=Bounds("Flow", 0.0, None, 1.0),
        unset="the required capacity, so that the plan just fits",
        words=(
            "places do we own | space do we own | capacity do we own | places we own | capacity we "
            "have | own capacity | own space | own places | own warehouse | our capacity | our own "
            "capacity | our space | own pallet places | own pallet space | warehouse capacity | "
            "warehouse space | in-house capacity | capacity of our own"
        ),
    )
    partner_surcharge: ArrayLike = _row(
        5.0,
        symbol="$S$, $s$",
        unit="$/pallet/period",
        meaning="cost of a pallet place at a partner, in addition to holding",
        source="policy.Policy",
        control=Bounds("Costs", 0.0, 60.0, 0.5),
        words=(
            "surcharge does the partner | surcharge per pallet | partner charge | surcharge rate | "
            "partner price | competitor's surcharge | partner's price | partner fee | partner's "
            "surcharge | surcharge of the partner"
        ),
    )
    dwell: ArrayLike = _row(
        1.0,
        unit="period",
        meaning="time that a pallet stays in the warehouse",
        source="policy.Policy",
        words=(
            "pallet sit | pallets sit | pallet stays | pallet typically sit | pallet stay | pallet "
            "typically stay | dwell time | storage time | time in the warehouse | stay in the "
            "warehouse"
        ),
    )
    service_level: ArrayLike | None = _row(
        None,
        symbol=r"$\alpha$",
        unit="-",
        meaning="cycle service level: probability of no shortage in a cycle",
        source="policy.Policy",
        control=Bounds("Target", 0.5, 0.999, 0.001),
        unset="the critical ratio",
        words="cycle service level | service target | service | target service level | service goal",
    )
    kind: ArrayLike = _choice(
        "flow",
        "stock",
        term="kind of lane",
        meaning="goods in process alone, the buffer being headroom; or goods held in stock, which demand draws",
    )
    unmet: ArrayLike = _choice(
        "backordered",
        "lost",
        "partner",
        term="rule for unmet demand",
        meaning="demand that is short is shipped later, is lost, or is served by the partner at its whole price",
    )
    basis: ArrayLike = _choice(
        "peak",
        "close",
        term="billing basis",
        meaning="space is counted at the peak of a period, or when it closes; a flow lane has the same space at both",
    )
    lead_times: ArrayLike = _choice(
        "persistent",
        "waiting",
        "independent",
        term="law of lead times",
        meaning="lead times stay for long spells, wait for earlier orders, or let orders overtake each other",
    )

    def __post_init__(self) -> None:
        """Refuse a field that is NaN or infinite; arrays and the other rules are left to the formulas."""
        numbers(**{name: value for name, value in vars(self).items() if isinstance(value, float)})


#: Registry row of each field of `Policy`, by name and in order.
POLICY = {entry.name: Quantity(name=entry.name, default=entry.default, **entry.metadata) for entry in fields(Policy)}
