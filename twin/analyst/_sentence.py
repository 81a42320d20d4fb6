"""Read a sentence as tokens: words, marks, facts, lanes, and names of quantities, and find what a word refers to."""

from collections.abc import Callable, Sequence

from twin.analyst._pieces import Piece, Unsupported
from twin.analyst._statements import without_statements
from twin.analyst._tokens import Token, tokens_of
from twin.analyst._vocabulary import CLASSES, LONGEST, MENTIONS, NO_UNITS, THINGS, VERBS, is_known
from twin.analyst.evidence import Evidence
from twin.plan.portfolio import INPUTS

MARKS = set(".,;:!?()'\"“”‘’-–—/…=%")
HARD = set(".;:!?()—–…")  # marks between clauses
#: Words that begin a clause.
_CLAUSE = set("while whereas but because although though so since yet therefore however".split())


class Reading:
    """The tokens of a sentence; `settled` holds the places of words whose claims have been found to hold."""

    def __init__(self, pieces: Sequence[Piece], evidence: Evidence) -> None:
        self.evidence = evidence
        self.tokens = _named(without_statements(tokens_of(pieces), evidence))
        self.settled: set[int] = set()
        self.proved = 0
        self.supposed = ""  # key of the what-if whose change a sentence supposes, as in "the higher price"
        self.claims: dict[int, Callable[[str], bool | None]] = {}  # place of a word -> whether it holds of a lane
        self.background: set[int] = set()  # places of names that belong to what a sentence supposes
        self.premises: dict[int, tuple[str, int]] = {}  # place of a word -> input and sign that it supposes
        self.hard = [i for i, token in enumerate(self.tokens) if token.text in HARD or token.text in _CLAUSE]
        self.facts = [i for i, token in enumerate(self.tokens) if token.fact]
        self.lanes = [i for i, token in enumerate(self.tokens) if token.lane]
        self.words = {word for token in self.tokens for word in token.text.split()}
        self.names = [i for i, token in enumerate(self.tokens) if token.measures]

    def text(self, place: int) -> str:
        """Return the text of a token; "" beyond the sentence."""
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def clause(self, place: int) -> range:
        """Return the places of the clause around a token."""
        start = max((i + 1 for i in self.hard if i < place), default=0)
        return range(start, min((i for i in self.hard if i >= place and i > start), default=len(self.tokens)))

    def part(self, place: int) -> range:
        """Return the places between the commas, or the marks of a clause, around a token."""
        clause = self.clause(place)
        start = max((i + 1 for i in clause if i < place and self.text(i) == ","), default=clause.start)
        return range(start, min((i for i in clause if i >= place and self.text(i) == ","), default=clause.stop))

    def classes(self, place: int) -> set[str]:
        """Return the classes of claims of a word."""
        return CLASSES.get(self.text(place), set())

    def find(self, *classes: str) -> list[int]:
        """Return the places of words that make a claim of one of these classes."""
        return [i for i, token in enumerate(self.tokens) if token.says(*classes) and i not in self.settled]

    def settle(self, *places: int, proved: bool = True) -> None:
        """Record that the claims of words hold; `proved` if a fact of the evidence shows it."""
        self.settled |= set(places)
        self.proved += proved

    def refuse(self, place: int, why: str) -> None:
        """Raise `Unsupported` for a word."""
        raise Unsupported(f"{self.text(place)!r} {why}")

    # ---------------------------------------------------------------- what a word refers to

    def name_before(self, place: int, start: int = 0) -> int | None:
        """Return the place of the last name of a quantity before a token."""
        return max((i for i in self.names if start <= i < place), default=None)

    def name_after(self, place: int, within: int = 4) -> int | None:
        """Return the place of the next name of a quantity among the next words of the same clause."""
        for i in range(place + 1, min(place + 1 + within, len(self.tokens))):
            if self.tokens[i].measures:
                return i
            if self.tokens[i].lane and self.text(i + 1) == "'s" and i < len(self.tokens) - 2:
                continue  # "lowering A-B's service level"
            if (
                self.text(i) == "and"
                and self.tokens[place].says("most", "least")
                and self.tokens[i + 1].says("most", "least")
            ):
                continue
            if self.tokens[i].kind in ("mark", "fact", "lane") or self.text(i) in _STOPS:
                return None
        return None

    def subjects(self, place: int) -> list[str]:
        """Return the keys of the lanes that a word is about: named before it, after it, or those of the facts."""
        evidence = self.evidence
        clause = self.clause(place)
        if self.text(place + 1) in ("on", "of", "at", "for") and place + 2 in self.lanes:
            if self.tokens[place].says("loss", "gain"):
                return [self.tokens[place + 2].lane]  # "the loss on A-B"
        if others := self._others(clause, place):
            return others
        if self.tokens[place].says("most", "least", "best", "worst") and self.text(place + 1) in ("on", "for", "at"):
            if place + 2 in self.lanes:
                return [self.tokens[place + 2].lane]
        also = self.text(place - 1) == "a" and self.text(place - 2) in ("also", "and")
        ours = [i for i in self.lanes if i in clause and i < place and not self.is_compared_with(i)]
        if also and len(ours) == 1:
            return [self.tokens[ours[0]].lane]  # "A-B has a lower mean than C-D and also a lower profit"
        if (ours := self._it(clause, place)) is not None:
            return [self.tokens[ours].lane]  # "A-B earns more than C-D, although it ships less"
        named = {place + 1, place + 2} & set(self.lanes) and self.text(place - 1) == "the"
        if named and self.tokens[place].says("more", "less", "better", "worse"):
            return [self.tokens[i].lane for i in (place + 1, place + 2) if i in self.lanes][:1]  # "the busier A-B"
        if any(self.tokens[i].says("whole") and not self.tokens[i].says("never") for i in clause) and not any(
            i in self.lanes for i in clause
        ):
            return list(evidence.lanes)
        for places in (
            [i for i in reversed(self.lanes) if i in clause and i < place][:1],
            [i for i in self.lanes if i in clause and not self.is_compared_with(i)][:1],
            [i for i in reversed(self.lanes) if i < place and not self.is_compared_with(i)][:1],
            [i for i in reversed(self.lanes) if i < place][:1],
        ):
            if places:
                return [self.tokens[i].lane for i in places]
        for within in (clause, range(len(self.tokens))):
            found = {key for i in self.facts if i in within for key in evidence.about(self.tokens[i].fact)}
            if found:
                return sorted(found)
        return list(evidence.lanes)

    def is_compared_with(self, lane: int) -> bool:
        """Return whether another lane is compared with the one at a place: "than A-B", "than that of A-B"."""
        of = self.text(lane - 1) in ("of", "on", "for", "at")
        before = lane - 2 if of else lane - 1
        before -= of and self.text(before) in ("that", "those")
        return self.text(before) in _OTHER

    def _it(self, clause, place):
        """Return the place of the lane that "it" stands for after a comparison of two lanes; None without one."""
        pronoun = max((i for i in clause if i < place and self.text(i) in ("it", "its")), default=None)
        if pronoun is None or self.text(pronoun - 1) not in _JOINS or any(pronoun < i < place for i in self.lanes):
            return None
        before = [i for i in self.lanes if i < pronoun]
        ours = [i for i in before if not self.is_compared_with(i)]
        if len({self.tokens[i].lane for i in ours}) == 1 and len(ours) < len(before):
            return ours[0]
        if self.text(pronoun) == "its":
            return None
        return 0 if len(before) > 1 and before[0] == 0 and self.text(1) != "'s" else None

    def _others(self, clause, place):
        """Return the keys of all lanes but those named, if "the others" is what a clause speaks of; else nothing."""
        last = max((i for i in clause if i < place and self.text(i) in ("others", "lanes")), default=None)
        if last is None or self.text(last - 1) not in ("the", "other") or any(last < i < place for i in self.lanes):
            return []
        if self.text(last) == "lanes" and self.text(last - 1) != "other":
            return []
        count, named = self.evidence.value("network.lanes"), {self.tokens[i].lane for i in self.lanes}
        if count is not None and count > len(self.evidence.lanes):
            return []
        return [key for key in self.evidence.lanes if key not in named]

    def scenario(self) -> str:
        """Return the key of the what-if that is told, or the latest one if none is; "" if there is none, or several."""
        scenarios = self.evidence.scenarios
        told = {self.tokens[i].fact.key for i in self.facts} & scenarios.keys()
        if not told and (self.supposed or self.premises):
            return self.supposed
        if not told and scenarios and self.is_hypothetical and not self.is_advised:
            told = {list(scenarios)[-1]}
        return next(iter(told)) if len(told) == 1 else ""

    @property
    def is_advised(self) -> bool:
        """True if nothing but "I would" makes a sentence hypothetical: advice on a lane as it stands."""
        said = [i for i, token in enumerate(self.tokens) if token.text in _HYPOTHETICAL]
        return bool(said) and all(
            self.text(i) in ("would", "could") and self.text(i - 1) in ("i", "we", "you") for i in said
        )

    @property
    def is_hypothetical(self) -> bool:
        """True if the sentence speaks of what would be."""
        return (
            bool(self.supposed)
            or self.text(0) in ("with", "should")
            or any(
                token.text in _HYPOTHETICAL and self.text(i + 1) not in ("only", "any")
                for i, token in enumerate(self.tokens)
            )
        )

    def case(self, place: int) -> str:
        """Return the key of the what-if that the clause around a word speaks of; "" if it speaks of what stands."""
        scenarios, clause = self.evidence.scenarios, self.clause(place)
        told = [self.tokens[i].fact.key for i in self.facts if i in clause and not self._is_limit(place, i)]
        cases = set(told) & scenarios.keys()
        if cases:
            return cases.pop() if len(cases) == 1 else ""
        words = {self.text(i) for i in clause}
        if told or (words & _NOW and not words & _HYPOTHETICAL):
            return ""
        return self.scenario()

    def _is_limit(self, place, fact):
        """Return whether a number is the own capacity that "this" is compared with, which a what-if leaves as it is."""
        this = self.text(self.clause(place).start) in ("this", "that") and self.text(place + 1) == "than"
        return this and fact > place and self.tokens[fact].fact.name == "internal_capacity"

    def value_in(self, measure: str, key: str, case: str) -> float | None:
        """Return the value of a measure of a lane in a what-if of it, or as it stands; None if it is not on record."""
        if not case or self.evidence.scenarios[case][0] != key:
            return self.value(measure, key)
        after = self.value(measure, case)
        return self.value(measure, key) if after is None and measure in INPUTS else after

    def has(self, word: str) -> bool:
        """Return whether the sentence has a word."""
        return any(token.text == word for token in self.tokens)

    def value(self, measure: str, key: str) -> float | None:
        """Return the value of a measure of a lane, or of a what-if; None if it is not on record."""
        return self.evidence.value(f"{key}.{measure}")


_JOINS = set("and but although though while because since as".split())  # words before an "it" that is a subject
_OTHER = set("than against unlike versus above below".split())
_DIRECTIONS = set("up upward upwards down downward downwards to towards out".split())
_STOPS = set("and or but while than if when".split())
_NOW = set("now today currently present current presently already".split())
_HYPOTHETICAL = set("if would could without suppose supposed were when might scenario unchanged".split())


def known_words(reading: Reading) -> None:
    """Raise `Unsupported` if a sentence has a word or a mark that is not in the vocabulary."""
    for place, token in enumerate(reading.tokens):
        if token.kind == "word" and not is_known(token.text):
            reading.refuse(place, "is not among the words that can be checked")
        if (token.text in VERBS and _is_verb(reading, place)) or _is_phrase(reading, place):
            continue
        if token.kind == "word" and reading.facts and token.text in NO_UNITS:
            if place - 1 in reading.facts or place + 1 in reading.names:
                reading.refuse(place, "stands in the place of a unit, or of a part of a name")
            if token.text in THINGS:
                reading.refuse(place, "names something of which there may be no number")
        if token.kind == "mark" and token.text not in MARKS:
            reading.refuse(place, "is not among the signs that can be checked")


_BEFORE_VERB = set("to would should could can will must may might we i you please not first then it and".split())


def _is_verb(reading, place):
    """Return whether a word that can be a verb stands where only a verb can: "we would address", "A-B collects"."""
    before, after = reading.text(place - 1), reading.tokens[min(place + 1, len(reading.tokens) - 1)]
    return place - 1 not in reading.facts and (
        (place == 0 and not reading.text(0).endswith("ing"))
        or before in _BEFORE_VERB
        or (place - 1 in reading.lanes and not after.measures)
    )


def _is_phrase(reading, place):
    """Return whether a word belongs to "with 95 % confidence", or to "the good news is"."""
    before = reading.tokens[place - 1] if place else None
    level = before is not None and before.fact is not None and before.fact.measure == "interval_level"
    news = reading.text(place) == "news" and reading.text(place - 1) in ("good", "bad")
    return (level and reading.text(place) == "confidence") or (news and reading.text(place + 1) == "is")


def _named(tokens):
    """Return tokens in which the words of each name of a quantity, longest first, are one token."""
    made, at = [], 0
    while at < len(tokens):
        length, measures = _name_at(tokens, at)
        if measures:
            made.append(Token("name", " ".join(one.text for one in tokens[at : at + length]), measures=measures))
        else:
            made.append(tokens[at])
        at += max(length, 1)
    return made


def _name_at(tokens, at):
    """Return (number of words, measures) of the longest name that begins at a token; (0, nothing) without one."""
    for length in range(LONGEST.get(tokens[at].text, 0), 0, -1):
        part = tokens[at : at + length]
        if len(part) < length or any(one.kind not in ("word", "mark") for one in part):
            continue
        words = tuple(one.text for one in part)
        if words == ("the", "average") and "".join(one.text for one in tokens[at + 2 : at + 3]) == "loss":
            continue
        if words == ("forecast",) and at and tokens[at - 1].text in ("is", "are", "be", "was"):
            continue
        if words == ("points",) and "".join(one.text for one in tokens[at + 1 : at + 2]) in _DIRECTIONS:
            continue
        measures = MENTIONS.get(words) or MENTIONS.get((*words[:-1], words[-1].removesuffix("s")))
        measures = measures or MENTIONS.get((words[0].removesuffix("s"), *words[1:]))
        if not measures and length > 2:
            measures = MENTIONS.get(tuple("value" if word == "values" else word for word in words))
        if measures:
            return length, measures
    return 0, frozenset()
