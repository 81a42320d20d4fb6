"""Settings of the fuzz tests: each of their properties holds for any input, and is tried on many random ones.

In `make test` the inputs are the same in each run, and few. `make fuzz` tries others and more: CASES of each property,
from SEED on. A failure shows the smallest input found that breaks the property.
"""

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


def is_a_sentence(error: Exception | str) -> bool:
    """Return whether an error is one line that can be read."""
    text = str(error)
    return 0 < len(text) <= LONGEST_SENTENCE and len(text.splitlines()) == 1 and text.isprintable()
