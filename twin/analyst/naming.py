"""Find the lanes that a question names, and hide each name behind a key so that no name reaches a language model."""

import re
from collections.abc import Iterable

from twin._check import require
from twin.analyst.english import WORDS
from twin.analyst.numerals import plain

MOST_NAME_WORDS = 16  # longest lane name that is searched for in a question [words]
_TOKEN = re.compile(r"[^\W_]+")
_CODE_PAIR = re.compile(r"\b[A-Za-z]{3}\s?[-–—/→>]\s?[A-Za-z]{3}\b")  # two codes of three letters, such as HAM-ROT
_CALLED = re.compile(r"\blanes?\s+(?:called|named)?\s*[\"'“‘]?(?P<name>[A-Z0-9][\w-]*|\d+)")  # "lane X"
_BEFORE_NAME = re.compile(r"\b(?:of|on|for|lane|and|with|compare|versus|vs|than|in|about)$", re.IGNORECASE)
COMMON = set(WORDS["names"]["common"])  # everyday words: a lane name made of them alone must be quoted
_NOT_A_CODE = set(WORDS["names"]["no_code"])  # English words of three letters, which are no place codes


class Names:
    """Lane names of a portfolio, and the keys (lane1, lane2, ...) that replace them during one conversation."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._lanes: Iterable[str] | None = None
        self._by_words: dict[str, list[str]] = {}  # all words of a name, joined -> lanes
        self._by_first_word: dict[str, str] = {}  # first word of a name -> the only lane that starts with it
        self._by_code: dict[str, set[str]] = {}  # three-letter part of a name -> lanes

    def key(self, lane: str) -> str:
        """Return the key of a lane; a lane keeps its key for the whole conversation."""
        return self._keys.setdefault(lane, f"lane{len(self._keys) + 1}")

    def lane(self, key: str) -> str:
        """Return the lane that a key stands for."""
        require(key in self._keys.values(), "lane", "the key of one, such as lane1", key)
        return next(lane for lane, known in self._keys.items() if known == key)

    def look_at(self, lanes: Iterable[str]) -> None:
        """Set the lanes that questions may name."""
        if self._lanes is lanes:
            return
        self._lanes, self._by_words, self._by_code, starts = lanes, {}, {}, {}
        for lane in lanes:
            words = _TOKEN.findall(plain(lane).casefold())
            self._by_words.setdefault("".join(words), []).append(lane)
            for word in words:
                if len(word) == 3 and word.isalpha():
                    self._by_code.setdefault(word, set()).add(lane)
            if words and len(words[0]) > 2:
                starts.setdefault(words[0], set()).add(lane)
        self._by_first_word = {word: next(iter(found)) for word, found in starts.items() if len(found) == 1}

    def find(self, question: str) -> tuple[list[str], str, bool]:
        """Return (lanes named, the question with keys for names, whether it names an unknown lane)."""
        text = plain(question)
        tokens = list(_TOKEN.finditer(text))
        found, place, made, at = [], 0, [], 0
        while place < len(tokens):
            lane, length = self._longest(text, tokens[place : place + MOST_NAME_WORDS])
            if lane is None:
                place += 1
                continue
            start, end = tokens[place].start(), tokens[place + length - 1].end()
            found.append(lane)
            made += [text[at:start], self.key(lane)]
            at, place = end, place + length
        masked = self.masked("".join([*made, text[at:]]))
        return list(dict.fromkeys(found)), masked, _names_another(masked)

    def masked(self, text: str) -> str:
        """Return a text in which every known lane name is replaced by its key."""
        for lane in sorted(self._keys, key=len, reverse=True):
            name = plain(lane)
            if len(name) > 2 or not name.isalnum():
                text = re.sub(re.escape(name), self._keys[lane], text, flags=re.IGNORECASE) if name else text
        return text

    def _longest(self, text, tokens):
        """Return (lane, number of tokens) of the longest name that begins at the first token; lane None without one."""
        words = [token[0].casefold() for token in tokens]
        for length in range(len(words), 0, -1):
            lanes = self._by_words.get("".join(words[:length]))
            if lanes is None:
                continue
            lane = next((one for one in lanes if text.startswith(plain(one), tokens[0].start())), lanes[0])
            before = text[: tokens[0].start()].rstrip()
            quoted = before[-1:] in ("'", '"', "“", "‘", "«")
            exact = _BEFORE_NAME.search(before) and text.startswith(plain(lane), tokens[0].start())
            if quoted or exact or not COMMON.issuperset(words[:length]):
                return lane, length
        start = tokens[0][0]
        before, after = text[: tokens[0].start()], text[tokens[0].end() :]
        joined = re.search(r"[A-Za-z]\s?[-–—/→>]\s?$", before) or re.match(r"\s?[-–—/→>]\s?[A-Za-z]", after)
        if start.isupper() and words[0] in self._by_first_word and not joined:
            return self._by_first_word[words[0]], 1
        return self._by_places(text, tokens)

    def _by_places(self, text, tokens):
        """Return (lane, number of tokens) for place names that begin with the lane's codes, as Hamburg for HAM-ROT."""
        first, *others = (self._lanes_of_place(text, token) for token in tokens[:3])
        if first and len(first) == 1:
            joined = next((i for i, other in enumerate(others, 1) if other == first), 0)
            return next(iter(first)), joined + 1
        return None, 1

    def _lanes_of_place(self, text, token):
        """Return the lanes with a code that begins this place name; the first word of a sentence is not a place."""
        word = token[0]
        begins = not text[: token.start()].strip(" @") or text[: token.start()].rstrip()[-1:] in ".!?:"
        alone = begins and not re.match(r"\s?[-–—/→]\s?[A-Z]|\s(?:to|and)\s[A-Z]", text[token.end() :])
        if len(word) < 5 or not word[0].isupper() or word.isupper() or alone:
            return set()
        return self._by_code.get(word[:3].casefold(), set())


def _names_another(masked):
    """Return whether the rest of a masked question looks like a lane name: two joined codes, or "lane X"."""
    codes = [code.lower() for code in _CODE_PAIR.findall(masked)]
    called = [match["name"] for match in _CALLED.finditer(masked) if match["name"] != "I"]
    unknown = [code for code in codes if not set(re.split(r"[^a-z]+", code)) & _NOT_A_CODE]
    return bool(unknown or called)
