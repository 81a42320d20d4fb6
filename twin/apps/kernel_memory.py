"""The memory of a page's kernel is limited, so that one page cannot use up the memory of the server.

On Linux the limit is RLIMIT_DATA, which counts the private memory that a process has reserved to write to. A further
allocation fails in that process alone, in Python as a MemoryError. Other systems have no limit that works.
"""

import contextlib
import re
from collections.abc import Mapping

from twin._check import require
from twin.data.settings import setting

MEMORY_VARIABLE = "TWIN_KERNEL_MEMORY"
DEFAULT_MEMORY = "2 GB"  # a page of the hub uses 0.35 GB, and 0.9 GB while it reads the largest file of an upload
LEAST_MEMORY = 500_000_000  # smallest limit with which the hub opens [byte]
_FACTORS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
OF_PAGE = "VOILA_PREHEAT"  # a variable that Voilà gives to the kernels of its pages, and to no others


def limit(text: str | None = None) -> int:
    """Return the most memory of a page's kernel [byte], from a text or, by default, the setting TWIN_KERNEL_MEMORY.

    >>> limit("800 MB"), limit("1073741824"), limit("")
    (800000000, 1073741824, 2000000000)
    """
    text = (setting(MEMORY_VARIABLE) if text is None else text) or DEFAULT_MEMORY
    found = re.fullmatch(r"\s*(\d{1,15}(?:\.\d{1,15})?)\s*([kmgt]?i?)b?\s*", text, re.I)
    size = float(found[1]) * _FACTORS.get(found[2].lower(), 0) if found else 0
    rule = f"a size of at least {LEAST_MEMORY // 10**6} MB, such as {DEFAULT_MEMORY} or 2000000000 (bytes)"
    require(LEAST_MEMORY <= size < 2**62, MEMORY_VARIABLE, rule, text)
    return int(size)


def can_be_limited() -> bool:
    """Return whether this system can limit the memory of a kernel."""
    try:
        import resource  # Windows has no such module

        return bool(resource.prlimit(0, resource.RLIMIT_DATA))
    except (ImportError, AttributeError, OSError):  # AttributeError: macOS; OSError: a sandbox that forbids it
        return False


def without_reserve(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which pyarrow reserves no memory: its default allocator reserves 1 GB, mostly unused.

    A process chooses the allocator when it loads pyarrow; a forked kernel has the one of the server that forked it.
    """
    return {"ARROW_DEFAULT_MEMORY_POOL": "system", **environment}


def limit_process(pid: int, size: int) -> None:
    """Limit the memory of a process; a lower limit that it already has stays."""
    import resource

    with contextlib.suppress(ProcessLookupError):  # it has ended, which Jupyter notices by itself
        _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
        size = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.prlimit(pid, resource.RLIMIT_DATA, (size, size))


def limit_here() -> int | None:
    """Return the limit of this process [byte], or None if it has none."""
    if not can_be_limited():
        return None
    import resource

    size, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if size == resource.RLIM_INFINITY else size
