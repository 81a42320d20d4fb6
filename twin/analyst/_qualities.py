"""Check words for qualities: enough, steady, erratic, high, often, and adjectives of lanes."""

from twin.analyst._sentence import Reading
from twin.analyst._vocabulary import ADJECTIVES
from twin.analyst.lane_stories import HARDLY, OFTEN, STEADY

_SHARES = ("-", "points")
_LENGTHS = {"lead_time_mean_days", "dwell", "periods", "horizon"}


def qualities_hold(reading: Reading) -> None:
    """Settle words for qualities that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place, token in enumerate(reading.tokens):
        if token.text in ("left", "spare") and reading.text(place - 1).split(" ")[-1] in (
            "room",
            "space",
            "capacity",
            "places",
        ):
            if _fits(reading, place) is not True:
                reading.refuse(place, "is not so")
            reading.proved += 1
    for place in reading.find("enough", "short", "steady", "erratic", "high", "low", "often", "seldom"):
        token = reading.tokens[place]
        holds = None
        negation = [
            i
            for i in range(max(place - 3, 0), place)
            if reading.text(i) in ("not", "no", "hardly") and i in reading.clause(place)
        ]
        if token.text == "short" and any(reading.tokens[i].fact.measure == "expected_shortage" for i in reading.facts):
            reading.settle(place)
            continue
        if token.text == "short" and reading.text(place - 1) == "in":
            reading.settle(place, proved=False)
            continue
        name = reading.name_before(place)
        if token.text == "short" and name is not None and "periods" in reading.tokens[name].measures:
            if negation:
                reading.refuse(place, "is not so")
            missing = [f"{key}.season_share" in reading.evidence.missing for key in reading.subjects(place)]
            if missing and all(missing):
                reading.settle(place)
                continue
        if token.text == "short" and name is not None and reading.tokens[name].measures & _LENGTHS:
            reading.settle(place, proved=False)  # a length, of which nobody can say when it is short
            continue
        if token.says("enough", "short"):
            holds = _fits(reading, place)
            holds = None if holds is None else holds == token.says("enough")
        elif token.says("steady", "erratic"):
            variation = [reading.value("coefficient_of_variation", key) for key in reading.subjects(place)]
            if variation and None not in variation:
                low, high = (0.0, STEADY) if token.says("steady") else (STEADY, float("inf"))
                holds = all(low <= value <= high for value in variation)
        elif token.says("often", "seldom"):
            chances = [reading.value("overflow_probability", key) for key in reading.subjects(place)]
            if chances and None not in chances:
                holds = all(value >= OFTEN if token.says("often") else HARDLY < value < OFTEN for value in chances)
        else:
            holds = _is_high(reading, place)
        if holds is not None:
            if bool(negation) == holds:
                reading.refuse(place, "is not so")
            reading.settle(place, *negation)


def _fits(reading, place):
    """Return whether own capacity holds the required capacity of a plan, or of an outlook; None if it is not known."""
    told = [reading.tokens[i].fact.value for i in reading.facts if reading.tokens[i].fact.measure == "use"]
    if told and "latest" in reading.words:
        return told[0] <= 1.0
    ahead = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure == "horizon_capacity"]
    keys = reading.subjects(place)
    scenario = reading.scenario()
    if scenario:
        keys = [scenario]
    needed = [ahead[-1].value] if ahead else [reading.value("required_capacity", key) for key in keys]
    own = [reading.value("internal_capacity", key) for key in keys]
    if scenario and own == [None]:
        own = [reading.value("internal_capacity", reading.evidence.scenarios[scenario][0])]
    if not needed or None in needed or None in own:
        return None
    fits = {need <= have for need, have in zip(needed, own, strict=False)}
    return fits.pop() if len(fits) == 1 else None


def _is_high(reading, place):
    """Return whether a share or an index is as high, or the latest volume as large, as a word says; True for others."""
    told = {reading.tokens[i].fact.measure: reading.tokens[i].fact.value for i in reading.facts}
    if {"last_volume", "demand_mean"} <= told.keys():
        return (told["last_volume"] > told["demand_mean"]) == reading.tokens[place].says("high")
    near = [i for i in reading.facts if reading.tokens[i].fact.unit in _SHARES and i in reading.clause(place)]
    if not near:
        return True
    value = reading.tokens[min(near, key=lambda i: abs(i - place))].fact
    half = 50.0 if value.unit == "points" else 0.5
    return value.value >= half if reading.tokens[place].says("high") else value.value <= half


def _reliability_is(reading, key, sign):
    """Return whether the lead time of a lane varies (1) or hardly does (-1), by its standard deviation and mean."""
    mean, spread = reading.value("lead_time_mean_days", key), reading.value("lead_time_sd_days", key)
    if mean is None or spread is None:
        return False
    return spread > 0 if sign > 0 else spread <= 0.3 * mean


def adjectives_hold(reading: Reading) -> None:
    """Raise `Unsupported` if a lane is called resilient, dependent or busy, and is not."""
    for place, token in enumerate(reading.tokens):
        if (
            token.kind == "word"
            and token.text in ADJECTIVES
            and place not in reading.settled
            and not token.says("gain", "loss", "erratic", "steady")
        ):
            measure, sign = ADJECTIVES[token.text]
            if any(reading.tokens[i].fact.measure == "lead_time_share" for i in reading.facts):
                continue
            if measure == "lead_time_sd_days":
                if not all(_reliability_is(reading, key, sign) for key in reading.subjects(place)):
                    reading.refuse(place, "is not so")
                continue
            if token.text in ("expensive", "costly", "cheap") and reading.facts:
                continue
            half = {
                "resilience_index": 50.0,
                "dependency": 0.0,
                "use": 0.5,
                "overflow_probability": OFTEN,
                "lead_time_sd_days": 0.0,
            }.get(measure)
            values = [reading.value(measure, key) for key in reading.subjects(place)]
            if half is None or not values or None in values:
                reading.refuse(place, "cannot be checked")
            if not all((value > half) == (sign > 0) for value in values):
                reading.refuse(place, "is not so")
            reading.proved += 1
