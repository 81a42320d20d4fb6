"""The registry rows of the answers of `lane.assess`, in the order of its columns."""

from twin._quantity import Quantity
from twin.policy import POLICY

_ROWS = (
    Quantity(
        name="workload_mean",
        reported=False,
        symbol=r"$\mu_W$",
        unit="pallet/period",
        meaning="mean of demand plus returns",
        source="demand.workload",
        words="workload | mean workload | average workload | mean daily workload",
    ),
    Quantity(
        name="workload_sd",
        reported=False,
        symbol=r"$\sigma_W$",
        unit="pallet/period",
        meaning="standard deviation of demand plus returns",
        source="demand.workload",
        words="sd of the workload | workload standard deviation",
    ),
    Quantity(
        name="exposure",
        reported=False,
        unit="period",
        meaning="time that the buffer protects: mean lead time and review period",
        source="lane.assess",
        words="protection interval | exposure time",
    ),
    Quantity(
        name="lead_time_demand_mean",
        reported=False,
        symbol=r"$L\mu_W$",
        unit="pallet",
        meaning="mean workload over the exposure: lead time and review period",
        source="demand.lead_time_demand",
        words=(
            "lead-time demand | demand during the lead time | demand over the lead time | mean "
            "lead-time demand | avg demand during the lead time"
        ),
    ),
    Quantity(
        name="lead_time_demand_sd",
        symbol=r"$\sigma$",
        unit="pallet",
        meaning="standard deviation of the workload over the lead time, as a root sum of squares",
        source="demand.lead_time_demand",
        words=(
            "sd of lead-time demand | standard deviation of lead-time demand | lead-time demand sd | "
            "spread of lead-time demand | sd of demand over the lead time"
        ),
    ),
    Quantity(
        name="critical_ratio",
        symbol=r"$\alpha^*$",
        unit="-",
        meaning="service level that minimises expected cost",
        source="newsvendor.critical_ratio",
        words="newsvendor ratio | critical fractile | cheapest service level | newsvendor optimum",
    ),
    POLICY["service_level"],
    Quantity(
        name="safety_stock",
        symbol="$SS$",
        unit="pallet",
        meaning="buffer above the mean lead-time demand",
        source="buffers.safety_stock",
        words="buffer of stock | buffer | safety buffer | buffer stock | safety stocks | reserve stock",
    ),
    Quantity(
        name="goods_buffer",
        reported=False,
        unit="pallet",
        meaning="buffer that protects demand alone, as for goods in stock; `safety_stock` protects returns as well",
        source="buffers.safety_stock",
        words="buffer of goods | safety stock of goods",
    ),
    Quantity(
        name="reorder_point",
        reported=False,
        symbol=r"$L\mu_W + SS$",
        unit="pallet",
        meaning="stock level at which an order is placed",
        source="lane.assess",
        words="order point | reorder level | when do we reorder | stock level do we reorder | reorder at",
    ),
    Quantity(
        name="expected_shortage",
        symbol="ESC",
        unit="pallet/period",
        meaning="pallets backordered at the end of an average cycle; in `assess` a period, or a longer review period",
        source="buffers.expected_shortage",
        words="are we short | pallets are we short | shortage | pallets short | expected shortages | shortfall",
    ),
    Quantity(
        name="order_quantity",
        symbol="$Q$",
        unit="pallet",
        meaning="economic order quantity, in `assess` at least the workload between two orders",
        source="lot_size.order_quantity",
        words="eoq | economic order quantity | lot size | economic lot | order size | batch size",
    ),
    Quantity(
        name="order_cost",
        unit="$/period",
        meaning="ordering and cycle-stock cost",
        source="lot_size.order_cost",
        words="ordering cost | cost of ordering | cycle-stock cost",
    ),
    Quantity(
        name="fill_rate",
        symbol=r"$\beta$",
        unit="-",
        meaning="share of demand met from stock; in `assess` a cycle is a period, or the review period if longer",
        source="buffers.fill_rate",
        words=(
            "stockout | stockouts | run out of stock | out of stock | fillrate | share of demand met "
            "| demand met at once"
        ),
    ),
    Quantity(
        name="buffer_cost",
        unit="$/period",
        meaning="expected overage and underage cost of the buffer",
        source="lane.assess",
        words=(
            "cost of the buffer | cost of the safety stock | carry the safety buffer | overage and "
            "underage cost | cost of the safety buffer"
        ),
    ),
    Quantity(
        name="unmet_service",
        reported=False,
        unit="-",
        meaning="cycle service level under the rule for unmet demand: probability that a cycle has no shortage",
        source="lost_sales.loss_probability",
    ),
    Quantity(
        name="unmet_shortage",
        reported=False,
        unit="pallet/period",
        meaning="mean backlog, pallets lost, or pallets that the partner serves, by the rule for unmet demand",
        source="lost_sales.lost_pallets",
        words="pallets lost | pallets we lose",
    ),
    Quantity(
        name="unmet_cost",
        reported=False,
        unit="$/period",
        meaning="expected overage and underage cost under the rule for unmet demand",
        source="lost_sales.cost",
    ),
    Quantity(
        name="unmet_level",
        reported=False,
        unit="pallet",
        meaning="base stock that minimises the cost under the rule for unmet demand",
        source="lost_sales.best_base_stock",
        words="best base stock | optimal base stock",
    ),
    Quantity(
        name="required_capacity",
        symbol="$C_{req}$",
        unit="pallet",
        meaning="places for the workload of the dwell time and for the buffer",
        source="buffers.required_capacity",
        words="capacity required | capacity needed | needed capacity | space required | required space",
    ),
    Quantity(
        name="planned_overflow",
        reported=False,
        unit="pallet",
        meaning="required capacity in excess of own capacity, in a plan that uses means alone",
        source="cooperation.planned_overflow",
        words="overflow of the plan | overflow in the plan | overflow planned",
    ),
    Quantity(
        name="dependency",
        symbol=r"$\delta$",
        unit="-",
        meaning="share of the required capacity that the partner provides",
        source="cooperation.dependency",
        words="dependence | dependency figure | dependency on the partner | dependent on the partner",
    ),
    Quantity(
        name="planned_warehousing_cost",
        reported=False,
        unit="$/period",
        meaning="holding and surcharge of the required capacity, in a plan that uses means alone",
        source="cooperation.planned_cost",
    ),
    Quantity(
        name="expected_overflow",
        symbol=r"$\mathrm{E}[(X-C_{max})^+]$",
        unit="pallet",
        meaning="mean number of pallets at the partner in a period",
        source="cooperation.expected_overflow",
        words="overflow | average overflow | overflow on average",
    ),
    Quantity(
        name="overflow_probability",
        heading="overflow",
        unit="-",
        meaning="probability that own capacity is exceeded, at the record's average demand with the whole buffer in it",
        source="cooperation.overflow_probability",
        words=(
            "odds that we overflow | odds of overflow | odds of an overflow | chance that we overflow "
            "| probability that we overflow | probability of overflow | chance of overflow | chance "
            "of an overflow | probability of an overflow | how often do we overflow | risk of "
            "overflow | likelihood of overflow | overflow chance"
        ),
    ),
    Quantity(
        name="expected_dependency",
        reported=False,
        unit="-",
        meaning="expected overflow as a share of the required capacity",
        source="cooperation.dependency",
    ),
    Quantity(
        name="expected_warehousing_cost",
        unit="$/period",
        meaning="expected holding and surcharge",
        source="lane.assess",
        words="warehousing cost | warehouse cost | cost of warehousing | warehousing bill",
    ),
    Quantity(
        name="headroom_overflow",
        reported=False,
        unit="pallet",
        meaning="mean overflow of goods in process alone, the buffer being reserved headroom",
        source="space.goods_in_process",
    ),
    Quantity(
        name="close_overflow",
        reported=False,
        unit="pallet",
        meaning="mean overflow of a stock lane when a period closes; that of goods in process on a flow lane",
        source="stock_overflow.overflow",
    ),
    Quantity(
        name="peak_overflow",
        reported=False,
        unit="pallet",
        meaning="mean overflow of a stock lane at the peak of a period; that of goods in process on a flow lane",
        source="stock_overflow.overflow",
    ),
    Quantity(
        name="lane_overflow",
        reported=False,
        unit="pallet",
        meaning="mean overflow by kind of lane and basis",
        source="stock_overflow.overflow",
    ),
    Quantity(
        name="lane_overflow_probability",
        reported=False,
        unit="-",
        meaning="probability that own capacity is exceeded at the record's average demand, by kind of lane and basis",
        source="stock_overflow.overflow",
    ),
    Quantity(
        name="space_cost",
        reported=False,
        unit="$/period",
        meaning="cost of own places and of places at the partner's, by kind of lane and basis",
        source="own_places.places_cost",
        words="cost of space | cost of places",
    ),
    Quantity(
        name="optimal_own_capacity",
        reported=False,
        unit="pallet",
        meaning="own places that minimise the cost of space, by kind of lane and basis",
        source="own_places.best_places",
        words=(
            "how much own capacity | best own capacity | best capacity | optimal capacity | ideal capacity | "
            "how many places should we own | "
            "right own capacity"
        ),
    ),
    Quantity(
        name="optimal_space_cost",
        reported=False,
        unit="$/period",
        meaning="cost of space with the optimal own capacity",
        source="own_places.places_cost",
        words="least cost of space",
    ),
    Quantity(
        name="capacity_gives_away",
        reported=False,
        unit="$/period",
        meaning="cost of space in excess of that with the optimal own capacity",
        source="own_places.places_cost",
        words="money given away | wasted on capacity | what the wrong capacity costs",
    ),
    Quantity(
        name="resilience_index",
        heading="resilience",
        unit="points",
        meaning="index of buffer and independence, 0 to 100",
        source="resilience.resilience_index",
        words="resilience score | index of resilience",
    ),
    Quantity(
        name="revenue",
        reported=False,
        unit="$/period",
        meaning="revenue of shipped demand",
        source="finance.unit_economics",
        words="turnover | income | sales",
    ),
    Quantity(
        name="handling",
        reported=False,
        unit="$/period",
        meaning="handling cost of the workload",
        source="finance.unit_economics",
        words="handling in total | total handling | handling bill | spend on handling",
    ),
    Quantity(
        name="holding",
        reported=False,
        unit="$/period",
        meaning="holding cost of the expected leftover",
        source="finance.unit_economics",
        words="holding in total | total holding | booked as holding | holding of leftovers | holding bill",
    ),
    Quantity(
        name="penalty",
        reported=False,
        unit="$/period",
        meaning="SLA penalties for the mean backlog of a period, in each period that it lasts",
        source="finance.unit_economics",
        words="penalties | total penalty | penalty bill | spent on penalties | penalties in total",
    ),
    Quantity(
        name="surcharge",
        reported=False,
        unit="$/period",
        meaning="partner's surcharge on the expected overflow",
        source="finance.unit_economics",
        words="surcharges | total surcharge | surcharge bill | surcharges altogether | paid in surcharge",
    ),
    Quantity(
        name="profit",
        symbol=r"$\Pi$",
        unit="$/period",
        meaning="revenue less handling, holding, penalties and surcharge; ordering and cycle stock are left out",
        source="finance.unit_economics",
        words="earnings | margin | net profit | bottom line",
    ),
    Quantity(
        name="lane_profit",
        reported=False,
        heading="profit",
        unit="$/period",
        meaning="revenue less handling, space, penalties and orders of a lane as it runs, by kind of lane and basis",
        source="lane.assess",
        words="profit as it runs | profit of the running lane | profit in motion | profit in the dynamic model",
    ),
)

#: Registry row of each answer, by name.
ANSWERS = {row.name: row for row in _ROWS}
#: Unit of each answer, by name.
UNITS = {name: row.unit for name, row in ANSWERS.items()}
