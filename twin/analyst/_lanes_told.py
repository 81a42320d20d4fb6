"""Find the lane that a number is told of."""

from itertools import pairwise

from twin.analyst._sentence import Reading

#: Words before the lane that another one is compared with.
_OTHER = set(
    """than unlike versus vs against to with from over beats beat outperforms exceeds above below behind ahead of
    trails leads as what after""".split()
)
_JOINS = set("and or , & both the on of for lane lanes".split())


def lanes_of(reading: Reading, place: int) -> tuple[set[str], bool]:
    """Return (keys of the lanes that a number is told of, whether it is told of each of them)."""
    tokens = reading.tokens
    if pair := _lanes_after(reading, place):
        return pair, True
    after = place + 1
    if reading.text(after) == "that" and after + 1 in reading.lanes:
        return {tokens[after + 1].lane}, True
    if belongs := _belongs_to(reading, place):
        return {belongs}, True
    if reading.text(after) == "," and reading.text(after + 1) in ("on", "for", "of"):
        if after + 2 not in reading.lanes or after + 3 not in reading.facts:
            after += 1
    if reading.text(after) in ("on", "for", "of", "at", "("):
        after += 1
        while reading.text(after) in ("both", "lane", "the"):
            after += 1
        group = _group_from(reading, after)
        if group:
            return group, True
    before = [i for i in reading.lanes if i < place]
    if not before:
        later = [i for i in reading.lanes if i in reading.clause(place) and reading.text(i - 2) not in ("that", "than")]
        measure = tokens[place].fact.measure
        after_next = [i for i in reading.facts if i > place and tokens[i].fact.measure == measure]
        if (
            later
            and after_next
            and after_next[0] < later[0]
            and tokens[after_next[0]].fact.key != tokens[place].fact.key
        ):
            if len(reading.lanes) == 1:
                return set(), False  # "its cost comes to 5, compared with 4 on A-B"
        return {tokens[i].lane for i in later[:1]}, True
    last_fact = max((i for i in reading.facts if i < before[-1]), default=-1)
    run = [i for i in before if i > last_fact]
    following = [i for i in reading.facts if i > run[-1]]
    measure = tokens[place].fact.measure
    same = [i for i in following if tokens[i].fact.measure == measure and tokens[i].fact.key in reading.evidence.lanes]
    opens = {reading.text(i) for i in range(run[0])}
    concedes = opens & _CONCEDES and not any(_joined(reading, a, b) for a, b in pairwise(run))
    if len(run) > 1 and len(same) == len(run) and place in same and (_OPENS & opens or concedes):
        run = [*run[1:], run[0]]
    heading = len(run) > 1 and len(same) == len(run) and ":" in {reading.text(i) for i in range(run[-1], same[0])}
    if heading and place in same:
        return {tokens[run[same.index(place)]].lane}, True  # "A-B loses money, C-D earns money: -5 against 6"
    apart = len(run) == 2 and not (
        _joined(reading, *run) or (run[1] and (_OTHER & {reading.text(run[1] - 1), reading.text(run[1] - 2)}))
    )
    if apart and not (_OPENS & opens or (concedes and len(same) == len(run))):
        return {tokens[run[-1]].lane}, True
    if len(run) > 1 and len(same) == len(run) and place in same:
        return {tokens[run[same.index(place)]].lane}, True
    if reading.text(run[-1] + 1) in _RELATIVE or (
        reading.text(run[-1] + 1) == "," and reading.text(run[-1] + 2) in _RELATIVE
    ):
        return {tokens[run[-1]].lane}, True
    if _is_compared(reading, place):
        return set(), False
    than = reading.is_compared_with(run[-1]) and ":" in {reading.text(i) for i in range(run[-1], place)}
    if (
        not (than and len(same) > 1)
        and place - run[-1] <= 4
        and {reading.text(i) for i in range(run[-1] + 1, place)} <= _HOLDS
        and (reading.text(place - 1) != ",")
    ):
        return {tokens[run[-1]].lane}, True
    others = {i for i in run if reading.text(i - 1) in _OTHER or reading.text(i - 2) in ("than", "compared")}
    for i in run:
        if i not in others and any(
            one < i and {reading.text(n) for n in range(one + 1, i)} <= {"and", "or"} for one in others
        ):
            others.add(i)
    own = [i for i in run if i not in others] or [i for i in before if i not in others and i < run[0]][-1:]
    if len(run) == 1 and run[0] in others and len(before) > 1:
        return {tokens[i].lane for i in before[-2:]}, False
    if len(own) > 1 and not all(_joined(reading, a, b) for a, b in pairwise(own)):
        own = own[-1:]
    own = own or run
    return {tokens[i].lane for i in own}, True


def _belongs_to(reading, place):
    """Return the lane that a number is said to be that of: "18 %, belongs to A-B", "21 days, is that of A-B"; or ""."""
    here = place + 1
    while reading.text(here) in _BELONGS:
        here += 1
    words = [reading.text(i) for i in range(place + 1, here)]
    said = (
        here in reading.lanes
        and here + 1 not in reading.facts
        and reading.text(here + 1) not in ("is", "are")
        and {"that", "belongs", "belong", "found", "seen", "one"} & set(words)
    )
    return reading.tokens[here].lane if said and words[-1] in ("of", "to", "on", "at") else ""


_BELONGS = set(", ) is are that belongs belong found seen one the of to on at lane".split())


def _lanes_after(reading, place):
    """Return the lane of a number in a list of numbers that a list of as many lanes follows."""
    facts = [i for i in reading.facts if reading.tokens[i].fact.measure == reading.tokens[place].fact.measure]
    run = [i for i in reading.facts if i in facts]
    lanes = [i for i in reading.lanes if i > run[-1]]
    if len(run) > 1 and len(lanes) == len(run) and not any(run[0] < i < run[-1] for i in reading.lanes):
        if not any(i < run[0] for i in reading.lanes):
            return {reading.tokens[lanes[run.index(place)]].lane}
    return set()


def _is_compared(reading, place):
    """Return whether a number follows another of its measure and "versus" or "against", with no lane between."""
    alike = [i for i in reading.facts if reading.tokens[i].fact.measure == reading.tokens[place].fact.measure]
    before = max((i for i in alike if i < place), default=None)
    return (
        before is not None
        and not any(before < i < place for i in reading.lanes)
        and any(reading.text(i) in _AGAINST for i in range(before + 1, place))
        and any(token.says("more", "less", "better", "worse") for token in reading.tokens)
    )


_RELATIVE = {"whose", "which", "where", "'s"}
_OPENS = set("compared unlike versus against".split())
_CONCEDES = set("although though while whereas".split())
_HOLDS = {",", "at", "with", "(", "has", "'s", ":", "earns", "makes", "which", "where", "whose"}
_AGAINST = set("opposed against versus vs compared instead than".split())


def _group_from(reading, start):
    """Return the keys of lanes that are listed from a token on."""
    group, here = set(), start
    while here < len(reading.tokens) and (reading.tokens[here].lane or (group and reading.text(here) in ("and", ","))):
        group |= {reading.tokens[here].lane} - {""}
        here += 1
    return group


def _joined(reading, first, second):
    """Return whether two lanes are joined by "and"."""
    return all(reading.text(i) in _JOINS for i in range(first + 1, second))
