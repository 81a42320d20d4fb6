"""Lanes in a question: found by their names, and hidden behind keys, so that no name ever reaches a model."""

import re

from twin._check import require
from twin.analyst.english import WORDS
from twin.analyst.numerals import plain

MOST_NAME_WORDS = 16  # words of a lane's name that are looked for
_TOKEN = re.compile(r"[^\W_]+")
_CODE = re.compile(r"\b[A-Za-z]{3}\s?[-–—/→>]\s?[A-Za-z]{3}\b")
_CALLED = re.compile(r"\blanes?\s+(?:called|named)?\s*[\"'“‘]?(?P<name>[A-Z0-9][\w-]*|\d+)")
_OF = re.compile(r"\b(?:of|on|for|lane|and|with|compare|versus|vs|than|in|about)$", re.IGNORECASE)
COMMON, _WORDS = set(WORDS["names"]["common"]), set(WORDS["names"]["no_code"])


class Names:
    """The lanes of a portfolio by name, and the keys, lane1, lane2 ..., that stand for them in one conversation."""

    def __init__(self):
        self._keys, self._known, self._words, self._starts, self._parts = {}, None, {}, {}, {}

    def key(self, lane):
        """Return the key of a lane; the same one each time."""
        return self._keys.setdefault(lane, f"lane{len(self._keys) + 1}")

    def lane(self, key):
        """Return the lane of a key."""
        require(key in self._keys.values(), "lane", "the key of one, such as lane1", key)
        return next(lane for lane, known in self._keys.items() if known == key)

    def look_at(self, lanes):
        """Take the lanes that questions may name."""
        if self._known is lanes:
            return
        self._known, self._words, self._parts, starts = lanes, {}, {}, {}
        for lane in lanes:
            words = _TOKEN.findall(plain(lane).casefold())
            self._words.setdefault("".join(words), []).append(lane)
            for word in words:
                if len(word) == 3 and word.isalpha():
                    self._parts.setdefault(word, set()).add(lane)
            if words and len(words[0]) > 2:
                starts.setdefault(words[0], set()).add(lane)
        self._starts = {word: next(iter(found)) for word, found in starts.items() if len(found) == 1}

    def find(self, question):
        """Return (lanes named, the question with each name as its key, whether it names a lane that is not here)."""
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

    def masked(self, text):
        """Return a text with what is left of any lane's name replaced by its key."""
        for lane in sorted(self._keys, key=len, reverse=True):
            name = plain(lane)
            if len(name) > 2 or not name.isalnum():
                text = re.sub(re.escape(name), self._keys[lane], text, flags=re.IGNORECASE) if name else text
        return text

    def _longest(self, text, tokens):
        words = [token[0].casefold() for token in tokens]
        for length in range(len(words), 0, -1):
            lanes = self._words.get("".join(words[:length]))
            if lanes is None:
                continue
            lane = next((one for one in lanes if text.startswith(plain(one), tokens[0].start())), lanes[0])
            before = text[: tokens[0].start()].rstrip()
            quoted = before[-1:] in ("'", '"', "“", "‘", "«")
            as_it_is = _OF.search(before) and text.startswith(plain(lane), tokens[0].start())
            if quoted or as_it_is or not COMMON.issuperset(words[:length]):
                return lane, length
        start = tokens[0][0]
        before, after = text[: tokens[0].start()], text[tokens[0].end() :]
        joined = re.search(r"[A-Za-z]\s?[-–—/→>]\s?$", before) or re.match(r"\s?[-–—/→>]\s?[A-Za-z]", after)
        if start.isupper() and words[0] in self._starts and not joined:
            return self._starts[words[0]], 1
        return self._by_places(text, tokens)

    def _by_places(self, text, tokens):
        """The lane whose codes a place begins with, alone or two of them joined: Hamburg for HAM-ROT."""
        first, *others = (self._place(text, token) for token in tokens[:3])
        if first and len(first) == 1:
            joined = next((i for i, other in enumerate(others, 1) if other == first), 0)
            return next(iter(first)), joined + 1
        return None, 1

    def _place(self, text, token):
        """The lanes of whose name a part begins a place's name; a word that begins a sentence is no place."""
        word = token[0]
        begins = not text[: token.start()].strip(" @") or text[: token.start()].rstrip()[-1:] in ".!?:"
        alone = begins and not re.match(r"\s?[-–—/→]\s?[A-Z]|\s(?:to|and)\s[A-Z]", text[token.end() :])
        if len(word) < 5 or not word[0].isupper() or word.isupper() or alone:
            return set()
        return self._parts.get(word[:3].casefold(), set())


def _names_another(masked):
    """Whether what is left looks like the name of a lane: two codes joined, or "lane X"."""
    codes = [code.lower() for code in _CODE.findall(masked)]
    called = [match["name"] for match in _CALLED.finditer(masked) if match["name"] != "I"]
    spoken = [code for code in codes if not set(re.split(r"[^a-z]+", code)) & _WORDS]
    return bool(spoken or called)
