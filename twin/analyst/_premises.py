"""Find what a sentence supposes of an input, such as "a higher price" or "raising the service level"."""

from twin.analyst._advice import IMPERATIVES, is_advice
from twin.analyst._name_words import goes_by
from twin.analyst._relations import RELATIONS
from twin.analyst._sentence import Reading
from twin.analyst._sides import PIVOTS
from twin.analyst._vocabulary import ADJECTIVES

_HAVING = set("has have had having shows keeps keep gets earns needs works offers sees runs is are was".split())
_BEFORE = set(
    "a an the this that any such even with without at if when by through for through and or , : still".split()
)


def premise_at(reading: Reading, place: int) -> tuple[str, int, int] | None:
    """Return (input, 1 or -1, place of its name) for what a comparative, or a change, supposes of an input; or None."""
    token, word, before = reading.tokens[place], reading.text(place), reading.text(place - 1)
    if not token.says("more", "less", "rise", "fall", "better", "worse") or word in PIVOTS:
        return None
    if {reading.text(i) for i in reading.part(place) if i < place} & {"unless", "until"}:
        return None
    if before in _HAVING or reading.text(place - 2) in _HAVING:
        return None
    found = _of_adjective(reading, place) or _of_name(reading, place)
    if found is None or (token.says("rise", "fall") and not _supposes(reading, place)):
        return None
    name, sign, end = found
    return None if "than" in {reading.text(i) for i in range(place, end + 3)} else (name, sign, end)


def _supposes(reading, place):
    """Return whether a word for a change is a gerund, a noun, an imperative or an aim, and no verb of a statement."""
    word, before = reading.text(place), reading.text(place - 1)
    noun = word in _NOUNS and place - 1 in reading.names
    return noun or word.endswith("ing") or before in _BEFORE or place == 0 or before in _AIMING


def _of_adjective(reading, place):
    """Return (input, sign, place of the noun) for "a more punctual carrier" or "cheaper handling"; or None."""
    here = place + 1 if reading.text(place) in ("more", "less") else place
    if reading.text(here) not in ADJECTIVES:
        return None
    measure, sign = ADJECTIVES[reading.text(here)]
    sign = -sign if reading.text(place) == "less" else sign
    noun = next((i for i in range(here + 1, here + 4) if reading.text(i) in _CARRIER), None)
    if noun is not None and measure in ("coefficient_of_variation", "lead_time_sd_days"):
        return "lead_time_sd_days", sign, noun
    name = reading.name_after(here, 2)
    if name is None:
        return None
    measures = reading.tokens[name].measures
    if measure == "expected_warehousing_cost":
        inputs = sorted(measures & _PRICES) or [one for one in _changed(reading) if goes_by(one, measures)]
        return (inputs[0], sign, name) if inputs else None
    if measure == "coefficient_of_variation" and measures & {"demand_mean", "demand_sd"}:
        return "demand_sd", sign, name
    return None


def _of_name(reading, place):
    """Return (input, sign, place of the name) for "a higher price" or "a price increase"; or None."""
    token, name = reading.tokens[place], reading.name_after(place, 2)
    if name is None and token.says("rise", "fall") and place - 1 in reading.names and not _is_verb(reading, place):
        name = place - 1
    if name is None and reading.text(place) in _NOUNS and reading.text(place - 1) in _BEFORE and _changed(reading):
        return _changed(reading)[0], 1 if token.says("rise") else -1, place
    if name is None or token.says("better", "worse"):
        return None
    measures = reading.tokens[name].measures
    inputs = [one for one in _changed(reading) if goes_by(one, measures)]
    inputs = inputs or sorted(measures & RELATIONS.keys())
    return (inputs[0], 1 if token.says("more", "rise") else -1, name) if inputs else None


def _is_verb(reading, place):
    """Return whether a word for a change is the verb of what stands before it, as in "demand rises"."""
    return reading.text(place) not in _NOUNS


def _changed(reading):
    """Return the inputs that the what-ifs of the evidence change, those of the one that a sentence tells first."""
    cases = sorted(reading.evidence.scenarios, key=lambda key: key != reading.scenario())
    return [name for key in cases for name in reading.evidence.scenarios[key][1]]


def _case_with(reading, name, sign):
    """Return (key of the what-if that changes an input, whether in this direction); ("", False) without one."""
    for key in sorted(reading.evidence.scenarios, key=lambda key: key != reading.scenario()):
        change = reading.value(f"{name}.change", key)
        if change is not None:
            return key, change * sign > 0
    return "", False


def free_premise(reading: Reading, place: int) -> tuple[str, int] | None:
    """Return the premise of a sentence, other than a word itself, that no what-if of the evidence has; or None."""
    return next((premise for here, premise in reading.premises.items() if here != place), None)


def premises_hold(reading: Reading) -> None:
    """Settle what a sentence supposes of the input that a what-if changes; raise `Unsupported` if it does the contrary.

    A premise on another input claims nothing by itself; what is said to follow from it is checked elsewhere.
    """
    cases = {reading.tokens[i].fact.key for i in reading.facts} & reading.evidence.scenarios.keys()
    supposes = bool(reading.words & _MODALS) or is_advice(reading) or reading.text(0) in IMPERATIVES
    for place in reading.find("more", "less", "rise", "fall", "better", "worse"):
        premise = premise_at(reading, place)
        if premise is None or _has_aim(reading, place, premise[0]) or _is_subject(reading, place, premise[2]):
            continue
        scenario, alike = _case_with(reading, *premise[:2])
        if alike and (not cases or scenario in cases):
            reading.settle(place, proved=False)
            reading.background.add(premise[2])
            reading.supposed = scenario
        elif scenario in cases:
            reading.refuse(place, "is not what the what-if changes")
        elif not cases and supposes and reading.text(place - 1) not in ("the", "this", "that", "its"):
            adjective = [place + 1] if reading.text(place + 1) in ADJECTIVES else []
            reading.settle(place, *adjective, proved=False)
            reading.premises[place] = premise[:2]
            reading.background.add(premise[2])


#: Input -> the direction in which a change of it helps.
_HELPS = {"service_revenue": 1, "internal_capacity": 1, "lead_time_mean_days": -1, "lead_time_sd_days": -1}
_HELPS |= {"return_rate": -1, "handling_cost": -1, "holding_cost": -1, "sla_penalty": -1, "partner_surcharge": -1}
_HELPS |= {"demand_sd": -1}


def help_holds(reading: Reading) -> None:
    """Raise `Unsupported` if what a sentence says would help is a change for the worse."""
    for place, (name, sign) in reading.premises.items():
        if (
            reading.words & {"help", "helps", "helpful", "benefit", "relief", "relieve"}
            and _HELPS.get(name, sign) != sign
        ):
            reading.refuse(place, "would not help")


def best_levels_hold(reading: Reading) -> None:
    """Raise `Unsupported` if another service level than the one on the side of the best is said to earn the most."""
    best = [reading.tokens[i].fact for i in reading.facts if reading.tokens[i].fact.measure.startswith("best_profit")]
    for place, (name, sign) in reading.premises.items():
        denied = {reading.text(place - 1), reading.text(place - 2)} & {"not", "no", "than"}
        for fact in best if name == "service_level" and not denied else ():
            values = [reading.value(one, fact.key) for one in ("best_profit_level", "service_level")]
            if None not in values and (values[0] - values[1]) * sign < 0:
                reading.refuse(place, "is not the way to the best level")


def _has_aim(reading, place, name):
    """Return whether a number says to what an input would be changed, which is checked with the changes."""
    return any(
        0 < i - place <= 7 and reading.tokens[i].fact.measure in (name, "best_profit_level") for i in reading.facts
    )


def _is_subject(reading, place, name):
    """Return whether a sentence begins with a comparative that its number follows: "The higher price, 5, is"."""
    return place == 1 and reading.text(0) == "the" and reading.text(name + 1) == "," and name + 2 in reading.facts


_CARRIER = {"carrier", "carriers", "supplier", "suppliers", "deliveries", "delivery", "lead time", "lead times"}
_PRICES = {"handling_cost", "holding_cost", "sla_penalty", "partner_surcharge", "service_revenue"}
_MODALS = set("would could can may might should will if let lets".split())
_NOUNS = set("increase rise cut reduction drop fall decrease growth change".split())
_AIMING = set("to should would could might can may not never please also first then consider try".split())
