"""Files whose rows all stand in them twice, as when an export is pasted twice: their flows would be added twice.

Equal rows may be meant, as several shipments of one size a day are. Then some rows occur once and others three times; a
doubled file has an even number of nearly all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.data.ledger.checksum import lane_codes, row_codes
from twin.data.text import number_of

if TYPE_CHECKING:
    from twin.data.ledger.staging import Staged

NEARLY_ALL = 0.95  # share of rows in even numbers from which a file is asked about [-]
FEWEST_DIFFERENT = 10  # rows that differ; if half of them occur in even numbers by chance, all do once in 1,024 files
MOST_ROWS_COMPARED = 1_000_000  # rows; of a longer file, a part is compared


def doubled(staged: Staged) -> str:
    """Return a sentence if nearly all rows that were staged have equals, in even numbers; "" otherwise.

    Of a file with more than `MOST_ROWS_COMPARED` rows, those are compared whose code is a multiple: equal rows are
    all among them, or none.
    """
    lanes, codes, records = lane_codes(staged.lanes), [], 0
    step = np.uint64(staged.account.rows_kept // MOST_ROWS_COMPARED + 1)
    for block in staged.rows():
        found = row_codes(lanes[block["lane"]], block["day"], block["volume"], block["returns"])
        codes.append(found[found % step == 0])
        records += len(found)
    _, counts = np.unique(np.concatenate(codes), return_counts=True) if codes else (None, np.zeros(0, int))
    even = float(counts[counts % 2 == 0].sum())
    if len(counts) < FEWEST_DIFFERENT or even < NEARLY_ALL * counts.sum():
        return ""
    share = "all" if even == counts.sum() else f"{even / counts.sum():.0%}"
    return (
        f"{share} of its {number_of(records, 'row')} stand in it twice, with the same lane, day and amounts, as if it "
        "had been pasted twice: these flows would be added twice"
    )
