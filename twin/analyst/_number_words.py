"""English words for numbers, and words that count without giving a number that can be checked."""

import re
import unicodedata

from twin.analyst.english import WORDS

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_ONES += "seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
CARDINALS = {word: float(i) for i, word in enumerate(_ONES)} | {word: 10.0 * i for i, word in enumerate(_TENS, 2)}
CARDINALS |= {"fourty": 40.0, "nil": 0.0}
#: Words, and short forms after digits, that multiply.
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9}
#: Words for parts of a whole -> denominator.
PARTS = {
    "half": 2,
    "halve": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
}
PARTS |= {"ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "twentieth": 20, "thirtieth": 30, "fortieth": 40}
PARTS |= {"fiftieth": 50, "hundredth": 100, "thousandth": 1000, "millionth": 1000000}
PARTS |= {f"{word}th": int(CARDINALS[word]) for word in _ONES[13:]}
#: Words for multiples -> factor.
TIMES = {"twice": 2.0, "thrice": 3.0, "twofold": 2.0, "threefold": 3.0, "fourfold": 4.0, "fivefold": 5.0}
TIMES |= {"tenfold": 10.0, "hundredfold": 100.0, "half": 0.5}
for _stem, _amount in {"doubl": 2.0, "tripl": 3.0, "trebl": 3.0, "quadrupl": 4.0, "halv": 0.5}.items():
    TIMES |= {f"{_stem}{ending}": _amount for ending in ("e", "es", "ed", "ing")}

VAGUE = set(WORDS["numbers"]["vague"])  # words such as "dozens", which count but give no number
#: Number words of other languages, without accents.
FOREIGN = {re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", word)) for word in WORDS["numbers"]["foreign"]}
ROMAN = re.compile(r"\b(?=[IVXLCDM]{2,}\b)M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
#: Words in capitals that look like Roman numerals and are none.
NOT_ROMAN = {"CV", "DC", "MC", "CD", "DI", "MI", "CM", "MM", "LI", "DM", "MIX", "DIM", "CIVIC", "MILD", "LID", "MID"}
_UNIT = r"(?=\s*(?:pallets?|dollars?|days?|weeks?|months?|percent|%|points?|lanes?|times)\b)"
_ORDINAL = r"(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|[a-z]+teen|[a-z]+tie|hundred|thousand|million)th"
#: Expressions for numbers whose value is not read; a sentence with one of them is never supported.
HIDDEN = [
    r"\w+fold",
    r"(?:quadru|quintu|sextu|septu|octu|decu|centu)pl\w*|redoubl\w*|quartered|decimat\w+",
    r"orders? of magnitude|factor of \w+|π",
    r"once (?:a|an|per|every)|every (?:other|second|third)|bi(?:weekly|monthly|annual)\w*",
    rf"{_ORDINAL}s?",
    r"(?:dec|quart|quint|terc|percent)iles?",
    r"(?:single|double|triple|two|three|four)[ -]digits?",
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ties",
    r"an? (?:dollar|percent|percentage point|point|per cent)",
    r"an? pallet (?:a|an|per|each|more|less|every)",
    r"an? (?:day|week|month|year) (?:more|less|longer|shorter|earlier|later|extra)",
    r"(?:several|few|some|many) (?:hundred|thousand|million|dozen)",
    r"(?:[a-z][ .\-]){3,}[a-z]",
    rf"[ivxlcdm]+{_UNIT}",
]
HIDDEN = re.compile(rf"\b(?:{'|'.join(HIDDEN)})(?![a-z])", re.IGNORECASE)
#: Nouns that count parts of an answer, as in "two reasons".
COUNTED = "reason driver thing factor cause way part component option step question side kind source".split()
COUNTED = rf"\s+(?:main |more |other |big |key |possible )?(?:{'|'.join(COUNTED)})s?\b"
COUNTED += r"|\s+points? (?:are|stand|deserve|seem|matter|follow)\b"
#: Words that resemble a number word and are spelt correctly.
REAL_WORDS = set("severe weight height freight seventh thirsty several bullion medallion weighty mighty".split())
REAL_WORDS |= {"nicety", "serenity", "event", "events"}
