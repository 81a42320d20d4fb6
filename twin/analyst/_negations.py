"""Check negations: "not served", "no overflow", "no longer profitable"."""

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES, COSTS

_EVALUATIONS = set(
    """bad good fine ideal perfect great wise worth advisable necessary possible realistic sensible useful helpful
    urgent surprising alarming dramatic critical recommended easy clear needed required obvious""".split()
)
_HELP = set("partner share rent".split())  # helps for a lane with too little capacity of its own
_NOT_SERVED = {"sla_penalty", "penalty", "expected_shortage", "fill_rate", "service_level"}


def negations_hold(reading: Reading) -> None:
    """Settle "not served" beside a number of what is not served, and "no overflow" where there is none."""
    for place, token in enumerate(reading.tokens):
        if (token.text, reading.text(place + 1)) in (("far", "from"), ("used", "to")) and token.kind == "word":
            if token.text == "far" or reading.text(place + 2) in ("be", "earn", "have", "make", "cost"):
                reading.refuse(place, "denies what the number says")
    for place in reading.find("negation"):
        tells_apart = reading.text(place + 1) in ("separate", "distinguish", "differ")
        if (
            reading.text(place) == "not"
            and tells_apart
            and any(token.text in ("same", "equal") and i in reading.settled for i, token in enumerate(reading.tokens))
        ):
            reading.settle(place)
            continue
        if reading.text(place) == "not" and place + 1 in reading.facts and _is_contrast(reading, place):
            reading.settle(place)
            continue
        following = {word for i in range(place + 1, place + 5) for word in reading.text(i).split()}
        planned = [reading.value("planned_overflow", key) for key in reading.subjects(place)]
        fills = [reading.tokens[i].fact.value for i in reading.facts if reading.tokens[i].fact.measure == "fill_rate"]
        if reading.text(place) == "hardly" and reading.text(place + 1) == "ever" and fills and min(fills) >= 0.99:
            reading.settle(place, *(i for i in range(place, place + 5) if reading.text(i) == "short"))
        no_plan = bool(planned) and all(value == 0 for value in planned)
        if no_plan and reading.text(place) in ("no", "none", "without") and following & {"partner", "planned"}:
            reading.settle(place)
        if (
            no_plan
            and reading.text(place) == "no"
            and "overflow" in following
            and reading.words & {"plan", "plans", "planned"}
        ):
            reading.settle(
                place, *(i for i in range(place, place + 5) if reading.text(i) == "all" and reading.text(i - 1) == "at")
            )
        told = {reading.tokens[i].fact.measure for i in reading.facts}
        if reading.text(place) == "not" and {reading.text(i) for i in range(place + 1, place + 3)} & _EVALUATIONS:
            reading.settle(place, proved=False)
        if (
            reading.text(place) == "not"
            and following & {"depend", "rely", "need"}
            and _HELP & {reading.text(i) for i in range(place, place + 6)}
        ):
            values = [planned_overflow(reading, key, reading.case(place)) for key in reading.subjects(place)]
            if values and all(value == 0 for value in values):
                reading.settle(place)
        earlier = {reading.tokens[i].fact.measure for i in reading.facts if i < place and i in reading.clause(place)}
        if (
            reading.text(place) == "not"
            and following & {"served", "met", "covered", "delivered"}
            and told & _NOT_SERVED
            and not ("fill_rate" in earlier and "so" not in reading.words)
            and not reading.words & {"all", "almost", "nearly", "most"}
        ):
            reading.settle(place)
        if [reading.text(place + i) for i in (0, 1)] == ["not", "free"] and _costs_more(reading):
            reading.settle(place, place + 1)
        if (
            reading.text(place) == "not"
            and reading.text(place - 1) in ("would", "should")
            and reading.text(place - 2) in ("i", "we", "you")
        ):
            reading.settle(place, proved=False)
        name = reading.name_after(place, 6 if reading.text(place) in ("neither", "none") else 2)
        keys = reading.subjects(place)
        if reading.text(place) == "neither" and reading.text(place + 2) == "nor" and place + 3 in reading.lanes:
            name, keys = reading.name_after(place + 3, 5), [reading.tokens[i].lane for i in (place + 1, place + 3)]
        if reading.text(place) in ("no", "without", "neither", "none") and name is not None:
            values = [reading.value(measure, key) for key in keys for measure in reading.tokens[name].measures]
            if values and all(value is not None and abs(value) < 1e-9 for value in values):
                reading.settle(place, *(i for i in (place + 2,) if reading.text(i) == "nor"))


def _costs_more(reading):
    """Return whether a sentence tells that a cost rises."""
    told = (reading.tokens[i].fact for i in reading.facts)
    return any(fact.name.endswith(".change") and fact.measure in COSTS and fact.value > 0 for fact in told)


def planned_overflow(reading: Reading, key: str, case: str) -> float | None:
    """Return how many pallets a lane plans to store with its partner, as it stands or in a what-if; None if unknown."""
    planned = reading.value_in("planned_overflow", key, case)
    if planned is not None or not case:
        return planned
    needed, own = (reading.value_in(name, key, case) for name in ("required_capacity", "internal_capacity"))
    return None if None in (needed, own) else max(needed - own, 0.0)


_NOT_DENIED = set("longer only lane day week month period one pallet order customer".split())


def denial_before(reading: Reading, place: int) -> list[int]:
    """Return the place of a "not" or "no" that denies a word after it, as a list: "does not earn more than"."""
    if {reading.text(i) for i in range(place + 1, place + 10)} & {"any", "ever", "every"}:
        return []  # a mean does not show that something holds at all times
    if reading.text(place - 1) in ("no", "not") and reading.text(place + 1) == "than":
        return []  # "no more than" is a bound
    start = reading.clause(place).start
    if reading.text(start) == "no" and "service_level" in reading.tokens[min(start + 1, place)].measures:
        return [start]
    at_all = [i for i in range(place, place + 6) if reading.text(i) == "all" and reading.text(i - 1) == "at"]
    for i in range(place - 1, max(place - 4, start) - 1, -1):
        if reading.text(i) == "no" and reading.text(i + 1) == "longer":
            return [i, i + 1, *at_all]
        if reading.text(i) in ("hardly", "barely", "scarcely") and i == place - 1 and reading.text(place) in ADJECTIVES:
            return [i]
        if reading.text(i) == "not" and i == place - 1 and reading.text(i - 1) == "would":
            if reading.text(i - 2) == "i" and reading.tokens[place].says("rise", "fall"):
                return []  # "I would not raise it", which denies no rise
        if reading.text(i) in ("not", "no", "cannot", "without") and reading.text(i + 1) not in _NOT_DENIED:
            return [i, *at_all]
        if reading.tokens[i].kind in ("mark", "fact", "lane") or reading.text(i) in ("and", "but", "because"):
            return []
    return []


def _is_contrast(reading, place):
    """Return whether "not" stands between two numbers of one quantity that differ: "5, not 6"."""
    before = max((i for i in reading.facts if i < place), default=None)
    if before is None or place - before > 2:
        return False
    one, two = reading.tokens[before].fact, reading.tokens[place + 1].fact
    return one.name == two.name and reading.evidence.printed(one) != reading.evidence.printed(two)


def no_longer_holds(reading: Reading) -> None:
    """Settle "no longer" where a what-if changes the sign of profit."""
    for place in range(len(reading.tokens) - 1):
        if reading.text(place) == "no" and reading.text(place + 1) == "longer" and (scenario := reading.scenario()):
            before = reading.value("profit", reading.evidence.scenarios[scenario][0])
            after = reading.value("profit", scenario)
            said = {reading.text(i) for i in range(place + 2, place + 6)}
            enough = [i for i in range(place + 2, place + 6) if reading.classes(i) & {"enough"}]
            base = reading.evidence.scenarios[scenario][0]
            if enough:
                needs = [reading.value("required_capacity", key) for key in (base, scenario)]
                own = reading.value("internal_capacity", scenario) or reading.value("internal_capacity", base)
                if None not in needs and own is not None and needs[0] <= own < needs[1]:
                    reading.settle(place, place + 1, *enough)
            if None not in (before, after) and said & {"profit", "profitable", "money", "earns", "earn"}:
                if not before > 0 >= after:
                    reading.refuse(place, "is not so")
                reading.settle(place, place + 1)
