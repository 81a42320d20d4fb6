"""Checksums of stored flows, and of the entries of imports, by which a later change is found."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from twin.data.ledger.flow import Flow

SEALED = ("id", "digest", "repeat", "source", "records", "period", "imported_at")  # columns that never change
DIGITS = 16  # of a checksum: 64 bits in hexadecimal
ODD = np.uint64(0x9E3779B97F4A7C15)  # constants of the SplitMix64 generator (Steele, Lea and Flood, 2014)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def seal_of(row: Any) -> str:
    """Return the checksum of the unchanging columns of an import; one of an earlier version has no author."""
    author = [] if getattr(row, "author", None) is None else [row.author]
    return digest_of("\0".join([*(str(getattr(row, name)) for name in SEALED), *author]))


def digest_of(text: str) -> str:
    """Return the checksum of a text."""
    return hashlib.blake2b(text.encode(), digest_size=DIGITS // 2).hexdigest()


def lane_codes(lanes: Iterable[str]) -> np.ndarray:
    """Return a 64-bit code of each lane's name."""
    codes = (hashlib.blake2b(lane.encode(), digest_size=8).digest() for lane in lanes)
    return np.frombuffer(b"".join(codes), dtype="<u8")


def row_codes(lane: np.ndarray, day: np.ndarray, volume: np.ndarray, returns: np.ndarray) -> np.ndarray:
    """Return a 64-bit code of each flow, which a change of any bit of its values changes.

    lane : codes of lanes; day : days since 1970-01-01; volume, returns : NaN if unknown or not recorded. [pallet]
    """
    code = _mixed(lane ^ _mixed(np.asarray(day, dtype=np.int64).view(np.uint64)))
    for amount in (volume, returns):
        amount = np.asarray(amount, dtype=float) + 0.0  # -0.0 becomes 0.0, as SQLite keeps one zero
        bits = np.where(np.isnan(amount), np.nan, amount).view(np.uint64)
        code = _mixed(code ^ _mixed(bits))
    return code


def _mixed(code):
    """Return codes whose every bit depends on every bit of the code given (the finaliser of SplitMix64)."""
    code = code + ODD
    code = (code ^ (code >> np.uint64(30))) * FIRST
    code = (code ^ (code >> np.uint64(27))) * SECOND
    return code ^ (code >> np.uint64(31))


def codes_of(rows: Sequence[Flow]) -> np.ndarray:
    """Return the codes of flows."""
    lanes = list({row.lane for row in rows})
    place = {lane: i for i, lane in enumerate(lanes)}
    day = np.array([row.date for row in rows], dtype="datetime64[D]").astype(np.int64)
    amounts = (np.array([getattr(row, name) for row in rows], dtype=float) for name in ("volume", "returns"))
    return row_codes(lane_codes(lanes)[[place[row.lane] for row in rows]], day, *amounts)


def total(codes: np.ndarray) -> int:
    """Return the checksum of flows in any order: the sum of their codes, modulo 2 to the 64."""
    return int(codes.sum(dtype=np.uint64))


def written(checksum: int) -> str:
    """Return a checksum as text; a negative one wraps around.

    >>> written(-1)
    'ffffffffffffffff'
    """
    return f"{checksum % 2**64:0{DIGITS}x}"
