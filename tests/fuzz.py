"""Settings of the fuzz tests: each of their properties holds for any input, and is tried on many random ones.

In `make test` the inputs are the same in each run, and few. `make fuzz` tries others and more: CASES of each property,
from SEED on. A failure shows the smallest input found that breaks the property.
"""

import gzip
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

MORE = os.environ.get("TWIN_FUZZ_CASES", "")  # number of cases of each property under `make fuzz`
LONGEST_SENTENCE = 2000  # longest error that a user has to read [character]

#: Texts that have broken readers of text: quotes, separators, line ends, marks, half characters, numbers at the limits.
TROUBLE = [
    *'",;|\t\r\n\0\x1a\x7f\x85\u2028\ufeff\ud800é日',
    *(
        "\r\n",
        '""',
        '","',
        'a","\n',
        "sep=;",
        "1e999",
        "-0",
        "nan",
        "inf",
        "1,000",
        "1.000,5",
        "0x10",
        "1_0",
        "٣",
        "=1+1",
    ),
    *("'=A", "=1+1", "2024-02-30", "31/12/2024", "12/31/2024", "1677-01-01", "9999-12-31", "9" * 400),
]


def cases(count: int) -> Callable[[Any], Any]:
    """Return a decorator that tries a property on so many inputs, or on those that `make fuzz` asks for."""
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    return settings(
        max_examples=int(MORE or count),
        derandomize=not MORE,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


def texts(longest: int = 20) -> st.SearchStrategy[str]:
    """Return texts of any characters, and texts that have caused trouble elsewhere."""
    return st.one_of(st.text(max_size=longest), st.sampled_from(TROUBLE))


def mostly(usual: st.SearchStrategy[Any], seldom: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return values of `usual`, and one in four of `seldom`; `one_of` would count each of their alternatives alike."""
    return st.sampled_from([usual, usual, usual, seldom]).flatmap(lambda chosen: chosen)


def none_of(unexpected: list[str]) -> None:
    """Fail with the latest of some tracebacks; they are forgotten, so that the next input is judged by its own."""
    found = unexpected.copy()
    unexpected.clear()
    assert not found, found[-1]


def is_a_sentence(error: Exception | str) -> bool:
    """Return whether an error is one line that can be read."""
    text = str(error)
    return 0 < len(text) <= LONGEST_SENTENCE and len(text.splitlines()) == 1 and text.isprintable()


#: A file of flows, for changes.
START = b"date,lane,volume,note\n2024-01-01,A,5,\n2024-01-02,B,7,x\n2024-01-03,A,2,y\n"
LONG_FIELD = "x" * 200_000
INSERTED = [text.encode("utf-8", "surrogatepass") for text in [*TROUBLE, *5 * [LONG_FIELD]]]
#: Changes of a file: what is put in, where (as a share of the file), and how many bytes it replaces.
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 8),
        st.one_of(
            st.sampled_from([*TROUBLE, LONG_FIELD]).map(lambda t: t.encode("utf-8", "surrogatepass")),
            st.binary(max_size=4),
        ),
        st.sampled_from([1, 1, 1, 50]),
    ),
    max_size=6,
)
HARM = st.sampled_from(["none", "none", "none", "gzip", "cut gzip", "changed gzip", "trailing gzip"])


def harmed(content, changes, harm):
    """Return bytes with changes in them, and then in a gzip file that may be broken."""
    for share, length, new, times in changes:
        at = int(share * len(content))
        content = content[:at] + new * times + content[at + length :]
    if harm == "none":
        return content
    packed = gzip.compress(content, mtime=0)
    broken = {"cut gzip": packed[: len(packed) * 2 // 3], "trailing gzip": packed + b"more"}
    middle = len(packed) // 2
    broken["changed gzip"] = packed[:middle] + bytes([packed[middle] ^ 8]) + packed[middle + 1 :]
    return broken.get(harm, packed)
