"""Check that every number is told of its own lane, and that words such as "all" and "together" mean all lanes."""

from itertools import pairwise

from twin.analyst._lanes_told import lanes_of
from twin.analyst._sentence import HARD, Reading

_NETWORK = set("network portfolio company business".split())
#: What lanes do, and numbers do not.
_DEEDS = set("has earns needs owns plans leads makes carries brings uses ships loses".split())
_THINGS = set("pallet order place".split())
_OTHERS = set("return returned returns customer delivery missing shipment partner single extra additional new".split())
_TIMES = set("day days week weeks month months period periods cycle cycles".split())


def told_of_its_lane(reading: Reading) -> None:
    """Raise `Unsupported` if a number is told of another lane, or of the network though it is of a lane."""
    evidence, seen, tokens = reading.evidence, set(), reading.tokens
    named = {tokens[i].lane for i in reading.lanes}
    for place in reading.lanes:
        after_fact = reading.text(place - 1) == "is" and place > 1 and reading.tokens[place - 2].fact
        if after_fact or (
            reading.text(place - 1) in ("earns", "brings", "explains")
            and place + 1 not in reading.facts
            and reading.text(place + 1) not in ("back", "into", "to", "closer", "down", "up", "out", "over")
        ):
            reading.refuse(place, "is a lane, where a number belongs")
        listed = len(reading.lanes) > 1 and reading.words & {"order", "ranking", "sequence"}
        if reading.text(place - 1) == "is" and place - 2 in reading.names and not listed:
            reading.refuse(place, "is a lane, where a number belongs")
    for place in reading.facts:
        fact = tokens[place].fact
        if (
            fact.unit != "lane"
            and reading.text(place + 1) in _DEEDS
            and reading.text(place - 1) not in ("of", "above", "below", "than", "over")
        ):
            reading.refuse(place, "is a number, where a lane belongs")
    for one, two in pairwise(reading.lanes):
        if tokens[one].lane == tokens[two].lane and reading.is_compared_with(two):
            reading.refuse(two, "is compared with itself")
    for place in reading.facts:
        if tokens[place].fact.unit == "lane" and reading.text(place - 1) in ("earn", "earns"):
            reading.refuse(place, "is a number of lanes, where an amount belongs")
    for place in reading.facts:
        fact = reading.tokens[place].fact
        about = evidence.about(fact)
        if fact.key == "twin" or fact.unit == "lane":
            continue
        if any(
            reading.text(i).endswith(("average", "typical", "normal")) and reading.text(i + 1) in ("lane", "lanes")
            for i in range(place)
        ):
            reading.refuse(place, "is not the number of an average lane")
        if not about:
            if not (_scope_before(reading, place) == "network" or _is_whole(reading, place)):
                reading.refuse(place, "is a number of the whole network, and is not told of it")
            continue
        following = [reading.text(i) for i in range(place + 1, place + 4)]
        if any(place < i <= place + 6 and tokens[i].fact.key == "network" for i in reading.facts):
            following = []
        if (following[:1] in (["of"], ["for"], ["across"]) and "network" in following) or (
            (reading.text(0), reading.text(2)) == ("of", "total") and place < 7
        ):
            reading.refuse(place, "is a number of one lane, and is told of the whole network")
        alike = any(token.text in ("same", "equal", "alike", "identical") for token in reading.tokens)
        if _scope_before(reading, place) == "network" and not alike and not _lane_follows(reading, place) & about:
            reading.refuse(place, "is a number of one lane, and is told of the whole network")
        if not reading.lanes and any(
            reading.text(i) == "other" and reading.text(i + 1) in ("lane", "one") for i in range(place)
        ):
            reading.refuse(place, "is of a lane that is not named")
        told, everyone = lanes_of(reading, place)
        if not about & named and len(named) > 1:
            reading.refuse(place, "is of a lane that is not named")
        if told and not told & about and not _is_other_of_two(reading, place, told):
            reading.refuse(place, "is of another lane")
        if everyone and len(told) > 1 and not told <= about and not _alike(reading, fact, told):
            reading.refuse(place, "is not the same on these lanes")
        seen |= set() if told or "_less_" in fact.key else about
    told = [reading.tokens[i].fact for i in reading.facts if evidence.about(reading.tokens[i].fact)]
    pair = len(evidence.lanes) == 2 == len(told) == len(seen) and not reading.lanes
    if pair and told[0].name == told[1].name and reading.words & {
        "against", "versus", "vs", "opposed", "compared", "similar", "alike", "respectively",
    }:  # fmt: skip
        return  # the two lanes of a comparison, one against the other
    spread = len({fact.name for fact in told}) == 1 and len(told) == len(seen)
    if spread and reading.words & {"lanes", "everywhere", "both"} and not reading.lanes:
        return  # one quantity of each of several lanes: "both lanes: 5 and 4"
    if len(seen) > 1 and not (seen == set(evidence.lanes) and any(token.text == "lanes" for token in reading.tokens)):
        reading.refuse(reading.facts[-1], "is of a lane that is not named")


def whole_words_hold(reading: Reading) -> None:
    """Raise `Unsupported` if "all", "each" or "together" is said of facts of some lanes only."""
    tokens, evidence = reading.tokens, reading.evidence
    for place in reading.find("whole"):
        facts = [tokens[i].fact for i in reading.facts if i in reading.clause(place)]
        lanes = {key for fact in facts for key in evidence.about(fact)}
        word, following = reading.text(place), [reading.text(i) for i in range(place + 1, place + 4)]
        if word == "overall" and reading.text(place + 1) == ",":
            reading.settle(place, proved=False)
            continue
        if (
            word == "together"
            and any(fact.measure == "workload_mean" for fact in facts)
            and not any(i < place and i in reading.clause(place) for i in reading.lanes)
        ):
            reading.settle(place, proved=False)  # demand and returns, which make up the workload
            continue
        if word == "together" and reading.text(place + 1) == "with":
            reading.settle(place, proved=False)
            continue
        if word == "sum" and reading.text(place - 1) == "to" and reading.text(place + 1) == "up":
            reading.settle(place, proved=False)
            continue
        named = {tokens[i].lane for i in reading.lanes if i in reading.clause(place)}
        if word in ("each", "every") and any(fact.key == "network" and fact.unit != "lane" for fact in facts):
            reading.refuse(place, "is said of numbers of the whole network")
        if word == "all" and reading.text(place - 1) == "of" and following[0] in _TIMES and place - 2 in reading.facts:
            reading.settle(place, proved=False)  # a share of all days, which is checked as a number
        elif word in ("each", "every") and {following[0].split(" ")[0], following[1].split(" ")[0]} & (
            _TIMES | _THINGS
        ):
            reading.settle(place, proved=False)  # the unit is checked elsewhere
        elif word in ("each", "every") and (
            following[0].split(" ")[0] in _OTHERS or {"pallets", "orders", "shipments"} & set(following)
        ):
            reading.settle(place, proved=False)  # pallets and orders, not lanes
        elif word == "each" and facts and all("/pallet" in fact.unit for fact in facts):
            reading.settle(place, proved=False)
        elif word == "across" and any(fact.key == "network" for fact in facts) and "network" in following:
            reading.settle(place, proved=False)
        elif word == "total" and reading.text(place - 1) == "network" and _next_is_network(reading, place):
            reading.settle(place)
        elif any(fact.key == "network" for fact in facts) and (not lanes or _next_is_network(reading, place)):
            reading.settle(place)
        elif word == "total" and reading.text(place - 1) == "in" and named == lanes:
            reading.settle(place, proved=False)  # "the holding cost in total is 5 on A-B and 6 on C-D"
        elif word == "both" and len(named) == 2 and (not facts or lanes <= named):
            reading.settle(place, proved=False)
        elif (
            word in ("total", "overall")
            and (len(lanes) == 1 or (not facts and len(named) == 1))
            and (named == lanes or not facts or len(evidence.lanes) == 1)
            and not _says_network(reading)
        ):
            reading.settle(place, proved=False)
        elif word in ("all", "each", "every", "both", "everywhere") and evidence.lanes and not named:
            alike = facts and all(_alike(reading, fact, set(evidence.lanes)) for fact in facts)
            if alike and len(lanes) == 1 and _complete(reading):
                reading.settle(place)
                continue
            if facts and lanes != set(evidence.lanes):
                reading.refuse(place, "is said of one lane")
            if {"lane", "lanes"} & set(following) or word == "both":
                if _complete(reading):
                    reading.settle(place, proved=False)  # other checks test the claim for each lane


def _is_whole(reading, place):
    """Return whether a number of the network is what that of a lane is a part of, or the sum of all lanes named."""
    if reading.text(place + 1) in ("for", "across") and _NETWORK & {reading.text(place + i) for i in (2, 3, 4)}:
        return True
    following = range(place + 1, min(place + 8, len(reading.tokens)))
    ends = next((i for i in following if reading.tokens[i].kind in ("mark", "fact", "lane")), following.stop)
    after = [reading.text(i) for i in range(place + 1, ends)]
    if after[:1] == ["of"] and "in" in after[-3:] and _NETWORK & set(after[-2:]):
        return True  # "of the 62 pallets of expected overflow in the network"
    part = next((reading.tokens[i].fact for i in range(place - 2, place - 5, -1) if i in reading.facts), None)
    if part and part.measure == reading.tokens[place].fact.measure and reading.evidence.about(part):
        return "of" in (reading.text(place - 1), reading.text(place - 2))
    named = {reading.tokens[i].lane for i in reading.lanes if i < place}
    return _complete(reading) and named == set(reading.evidence.lanes) and bool(reading.words & {"add", "sum"})


def _is_other_of_two(reading, place, told):
    """Return whether a number is that of the other of two lanes, "5 days on A-B instead of 3", with no lane between."""
    before = max((i for i in reading.facts if i < place), default=None)
    if before is None or len(reading.evidence.lanes) != 2 or reading.text(place + 1) in ("on", "of", "for", "at"):
        return False
    one, own = reading.tokens[before].fact, reading.tokens[place].fact
    between = [reading.text(i) for i in range(before + 1, place)]
    known = one.name == own.name and reading.evidence.about(one) == told
    known = known and bool(reading.find("more", "less", "better", "worse"))  # which is decided elsewhere
    return known and 0 < len(between) <= 2 and between[0] in _AGAINST and between[-1] in {*_AGAINST, "of", "to", "with"}


_AGAINST = set("instead against versus vs compared opposed rather".split())


def _lane_follows(reading, place):
    """Return the key of the lane that stands after a number, as in "5 pallets on BER-MUC", in a set."""
    here = place + 1
    while reading.text(here) in _LEADS_TO_LANE:
        here += 1
    return {reading.tokens[here].lane} if here in reading.lanes else set()


_LEADS_TO_LANE = set("fall falls pallets , ( them on for of at from to belong belongs arise arises come comes".split())


def _next_is_network(reading, place):
    """Return whether the next number after a word is one of the network."""
    after = next((i for i in reading.facts if i > place), None)
    return after is not None and reading.tokens[after].fact.key == "network"


def _complete(reading):
    """Return whether the evidence has every lane of the network."""
    lanes = reading.evidence.value("network.lanes")
    return len(reading.evidence.lanes) > 1 and (lanes is None or len(reading.evidence.lanes) >= lanes)


def _says_network(reading):
    return any(token.text in _NETWORK or token.text == "lanes" for token in reading.tokens)


def _scope_before(reading, place):
    """Return "network", "lane" or "", whichever a sentence speaks of last before a number, or first after it."""
    if reading.text(place - 1) in ("the", "total") and _NETWORK & {
        reading.text(i) for i in range(place + 1, place + 4)
    }:
        return "network" if not reading.evidence.about(reading.tokens[place].fact) else "lane"
    for here in [*range(place - 1, -1, -1), *range(place + 1, len(reading.tokens))]:
        token = reading.tokens[here]
        if token.lane:
            return "lane"
        if (
            token.text in ("total", "overall")
            and not reading.tokens[place].lane
            and not reading.evidence.about(reading.tokens[place].fact)
        ):
            return "network"
        if token.text in _NETWORK or token.text == "lanes" or (token.fact and token.fact.unit == "lane"):
            member = any(reading.text(i) in ("of", "in", "among", "across") for i in range(max(here - 3, 0), here))
            leads = any(
                reading.tokens[i].says("most", "least", "best", "worst", "better", "more")
                for i in range(max(here - 7, 0), here)
            )
            if (
                reading.evidence.about(reading.tokens[place].fact)
                and reading.lanes
                and (leads or (member and reading.lanes[0] < here))
            ) or (
                reading.evidence.about(reading.tokens[place].fact)
                and leads
                and any(reading.tokens[i].lane for i in range(place, min(place + 4, len(reading.tokens))))
            ):
                continue
        if token.text == "together" and here - 1 in reading.facts and reading.lanes and reading.lanes[0] < here:
            continue  # costs of a lane that are added up
        if token.text in _NETWORK or token.text in ("together", "jointly", "altogether", "combined"):
            return "network"
        if token.text == "lanes" and reading.text(here - 1) not in ("other", "these", "two", "both"):
            return "network"
        if token.fact and token.fact.unit == "lane":
            return "network"
        if here > place and token.text in HARD:
            break
    return ""


def _alike(reading, fact, lanes):
    """Return whether a measure is printed alike for each of these lanes."""
    facts = [reading.evidence.facts.get(f"{key}.{fact.name}") for key in lanes]
    return None not in facts and len({reading.evidence.printed(one) for one in facts}) == 1
