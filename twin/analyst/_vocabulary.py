"""The words that a checked sentence may use, and the class of each word that makes a claim (vocabulary.toml)."""

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from twin.analyst.english import WORDS
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import label

_FILE = tomllib.loads(files("twin.analyst").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
COSTS = {"holding_cost", "sla_penalty", "handling_cost", "fixed_order_cost", "partner_surcharge", "order_cost"}
COSTS |= {"buffer_cost", "best_buffer_cost", "planned_warehousing_cost", "expected_warehousing_cost"}
COSTS |= {"planned_outsourcing_cost", "expected_outsourcing_cost", "handling", "holding", "penalty", "surcharge"}
#: Measures of which more is better (1) or worse (-1).
MORE_IS_GOOD = {
    name: 1 for name in ("profit", "best_profit", "revenue", "resilience_index", "fill_rate", "service_level")
}
MORE_IS_GOOD |= {name: 1 for name in ("buffer_points", "independence_points")}
MORE_IS_GOOD |= {name: -1 for name in (*COSTS, "value_at_risk", "conditional_value_at_risk", "expected_overflow")}
MORE_IS_GOOD |= {name: -1 for name in ("planned_overflow", "overflow_probability", "expected_shortage", "dependency")}
MORE_IS_GOOD |= {
    name: -1 for name in ("expected_dependency", "coefficient_of_variation", "profit_sd", "lead_time_sd_days")
}
#: Everyday words that the registry lists as names of measures, but that mean something else as often.
_NO_NAME = set("fine service use lanes returns return horizon periods sales income slope price forecast".split())


def _forms(verb):
    """Return a regular verb with its endings.

    >>> sorted(_forms("supply")), sorted(_forms("use"))
    (['supplied', 'supplies', 'supply', 'supplying'], ['use', 'used', 'uses', 'using'])
    """
    stem = verb.removesuffix("e")
    if verb.endswith("y") and verb[-2] not in "aeou":
        return {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
    doubled = f"{stem}{stem[-1]}" if verb in _DOUBLED else stem
    ending = "es" if verb.endswith(("s", "x", "ch", "sh", "o")) else "s"
    return {verb, f"{verb}{ending}", f"{doubled}ed", f"{doubled}ing"}


#: Verbs that double their last letter before an ending.
_DOUBLED = set(
    """begin commit defer deter drag drip equip fit get grip incur infer let mob mop nag nod occur omit outwit plan
    pop prefer put rebut recur refer rub run scan scrap set ship shun shut snap spot stem stir stop strip submit
    swap swing tap transfer wrap""".split()
)


def _plural(noun):
    """Return a noun and its regular plural."""
    if noun.endswith("y") and noun[-2] not in "aeou":
        return {noun, f"{noun[:-1]}ies"}
    return {noun, f"{noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"}


def _adverb(adjective):
    """Return the regular adverb of an adjective.

    >>> _adverb("happy"), _adverb("simple"), _adverb("basic"), _adverb("wise")
    ('happily', 'simply', 'basically', 'wisely')
    """
    if adjective.endswith("y"):
        return f"{adjective[:-1]}ily"
    if adjective.endswith("le") and adjective[-3] not in "aeiou":
        return f"{adjective[:-1]}y"
    return f"{adjective}{'ally' if adjective.endswith('ic') else 'ly'}"


def _quantities(text):
    """Return the measures that a text of the vocabulary lists; "$cost" stands for every cost."""
    return frozenset(name for word in text.split() for name in (COSTS if word == "$cost" else [word]))


#: Words for a largest or best value.
BEST = set(
    "could maximum minimum least lowest best optimal most maximises maximizes profitable highest ideal peaks".split()
)
#: Share of a variance -> words for its cause.
CAUSES_OF = {"demand_share": {"demand"}, "lead_time_share": {"carrier", "lead", "supplier", "delivery"}}
CAUSES_OF |= {
    "returns_share": {"returns", "returned", "return"},
    "shock_share": {"shocks", "peaks", "shock", "hundredth", "extreme", "outliers"},
}
CAUSES_OF |= {
    "season_share": {"season", "seasons", "seasonal", "seasonality", "month", "yearly"},
    "weekday_share": {"weekday", "weekdays", "weekly", "week"},
}
CLASSES: dict[str, set[str]] = {}  # word -> classes of claims
for _name, _words in _FILE["claims"].items():
    for _word in _words.split():
        CLASSES.setdefault(_word, set()).add(_name)
#: Verbs of the vocabulary whose other forms are listed there, as they are irregular, and words that are no verbs.
_IRREGULAR = set(
    """earn give gave leave make made bring brought pay lose lost cost keep kept hold see take took get meet met need
    own there available wait""".split()
)
#: Verb -> measures that may be its object.
OBJECTS = {
    form: _quantities(names)
    for verbs, names in _FILE["objects"].items()
    for verb in verbs.split()
    for form in ({verb} if verb.endswith(("s", "ed", "ing")) or verb in _IRREGULAR else _forms(verb))
}
#: Adjective -> (measure, 1 or -1).
ADJECTIVES = {
    word: (meant.split()[0], 1 if meant.endswith("+") else -1)
    for words, meant in _FILE["adjectives"].items()
    for word in words.split()
}


def influence_words() -> set[str]:
    """Return the words that say that something has an influence, with the endings of verbs and nouns."""
    words = _FILE["influences"]
    return (
        {form for verb in words["verbs"].split() for form in _forms(verb)}
        | {form for noun in words["nouns"].split() for form in _plural(noun)}
        | set(words["others"].split())
    )


@dataclass(frozen=True)
class LaneState:
    """A state of a lane: words that it needs beside its head (one of each group), words that it must not have there."""

    beside: tuple[frozenset[str], ...]
    without: frozenset[str]
    conditions: tuple[tuple[str, str, str], ...]


def _states(rows):
    """Return head word -> states that it may tell, the more special ones first, from rows of vocabulary.toml."""
    made = {}
    for heads, *groups, conditions in ([part.strip() for part in row.split(":")] for row in rows):
        beside = tuple(frozenset(group.split()) for group in groups if group and group[0] != "-")
        without = frozenset(word for group in groups if group[:1] == "-" for word in group[1:].split())
        state = LaneState(beside, without, tuple(tuple(one.split()) for one in conditions.split(",")))
        for head in heads.split():
            made.setdefault(head, []).append(state)
    return made


STATES = _states(_FILE["states"]["rows"])
VAGUE_WORDS = set(_FILE["vague"]["words"].split())
HARMLESS = set(_FILE["harmless"]["words"].split()) | set(_FILE["vague"]["words"].split())
HARMLESS |= {form for verb in _FILE["harmless"]["verbs"].split() for form in _forms(verb)}
HARMLESS |= {form for noun in _FILE["harmless"]["nouns"].split() for form in _plural(noun)}
_ORDINARY = tomllib.loads(files("twin.analyst").joinpath("ordinary.toml").read_text(encoding="utf-8"))
_ENDINGS = {
    "verbs": _forms,
    "nouns": _plural,
    "adjectives": lambda word: {word, _adverb(word)},
    "others": lambda word: {word},
}


def _ordinary(kind, *domains):
    """Return the ordinary words of a kind, with their endings, of some domains, or of all if none is given."""
    words = _ORDINARY[kind]
    return {form for domain in domains or words for word in words[domain].split() for form in _ENDINGS[kind](word)}


#: Ordinary words that may not stand where they could be read as the unit or as part of the name of a number.
NO_UNITS = _ordinary("verbs") | _ordinary("nouns") | _ordinary("adjectives")
NO_UNITS -= HARMLESS | CLASSES.keys() | ADJECTIVES.keys() | OBJECTS.keys()
#: Forms of the ordinary verbs.
VERBS = _ordinary("verbs") & NO_UNITS
#: Adverbs of those verbs: "reassuringly".
_ADVERBS = {_adverb(form) for form in _ordinary("verbs") if form.endswith("ing")}
#: Those that may name things of which there is no number in the evidence, such as "insurance" and "fuel".
THINGS = _ordinary("verbs", "logistics", "finance") | _ordinary("nouns", "planning", "logistics", "finance", "everyday")
THINGS &= NO_UNITS
THINGS -= {form for kind in _ORDINARY["abstract"] for word in _ORDINARY["abstract"][kind].split()
           for form in _ENDINGS[kind](word)}  # fmt: skip
HARMLESS |= NO_UNITS | _ADVERBS | _ordinary("others")
HARMLESS -= CLASSES.keys()
KNOWN = HARMLESS | CLASSES.keys() | ADJECTIVES.keys() | OBJECTS.keys()

_INFLECTIONS = ("s", "es", "d", "ed", "ing", "ly", "ness", "ment", "ments", "able")


def is_known(word: str) -> bool:
    """Return whether a word is in the vocabulary, or is a form of a word in it that claims nothing.

    >>> is_known("scoring"), is_known("scored"), is_known("quxes")
    (True, True, False)
    """
    if word in KNOWN:
        return True
    stems = {
        word.removesuffix(ending) for ending in _INFLECTIONS if word.endswith(ending) and len(word) > len(ending) + 3
    }
    stems |= {f"{stem}e" for stem in stems} | {stem[:-1] for stem in stems if stem[-1] == stem[-2]}
    stems |= {f"{stem[:-1]}y" for stem in stems if stem.endswith("i")}
    return not stems.isdisjoint(HARMLESS)


#: Name of a measure in words, as a tuple -> measures that it may mean.
MENTIONS: dict[tuple[str, ...], frozenset[str]] = {}
for _name, _row in QUANTITIES.items():
    for _phrase in {label(_name).lower(), *_row.also}:
        if len(_phrase) > 1 and _phrase not in _NO_NAME:
            _key = tuple(_phrase.lower().replace("-", " ").replace("'s", " 's").split())
            MENTIONS[_key] = MENTIONS.get(_key, frozenset()) | {_name}
for _phrase, _names in _FILE["mentions"].items():
    _key = tuple(_phrase.split())
    MENTIONS[_key] = MENTIONS.get(_key, frozenset()) | _quantities(_names)
LONGEST = {}  # first word of a name -> number of words of the longest name
for _key in MENTIONS:
    LONGEST[_key[0]] = max(LONGEST.get(_key[0], 0), len(_key))
for _words in [key for key in MENTIONS if len(key) == 1]:
    LONGEST.setdefault(f"{_words[0]}s", 1)

LONGEST["values"] = LONGEST["value"]  # "values at risk"


def _words_of(statement):
    """Return the words of a statement, and "#measure" for every placeholder, as a tuple.

    >>> _words_of("the loss that {{twin.risk_share}} of periods exceed; a negative loss is a profit")[:5]
    ('the', 'loss', 'that', '#risk_share', 'of')
    """
    return tuple(re.findall(r"'s|#\w+|[a-z]+|@", re.sub(r"\{\{\w+\.(\w+)\}\}", r"#\1", statement.lower())))


#: Words of a statement -> (measure that it defines, condition on which it is true).
STATEMENTS: dict[tuple[str, ...], list[tuple[str, str]]] = {}
for _statement in _FILE["statements"]["always"]:
    STATEMENTS.setdefault(_words_of(_statement), []).append(("", ""))
for _statement, _condition in _FILE["statements"]["if"].items():
    STATEMENTS.setdefault(_words_of(_statement), []).append(("", _condition))
for _statement in WORDS["said"]["help"]:
    STATEMENTS.setdefault(_words_of(_statement), []).append(("", ""))
for _name, _row in QUANTITIES.items():
    STATEMENTS.setdefault(_words_of(WORDS["said"].get(_name, _row.meaning)), []).append((_name, ""))
LONGEST_STATEMENTS: dict[str, list[tuple[str, ...]]] = {}  # first word -> statements, longest first
for _key in sorted(STATEMENTS, key=len, reverse=True):
    LONGEST_STATEMENTS.setdefault(_key[0], []).append(_key)
