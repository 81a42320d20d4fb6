"""Flows that are late: the last flow of a ledger is longer ago than flows take to arrive, as if imports had failed."""

import datetime

from twin._period_kinds import PERIOD_KINDS
from twin.data.text import number_of

GRACE = 7  # time that flows may take to arrive after their period, with a weekend or a holiday in between [day]


def late(last: datetime.date, period: str, today: datetime.date | None = None) -> str:
    """Return a sentence if the flows of a period that is over have not arrived; "" otherwise.

    last : first day of the last period with flows. today : by default the day of this machine.

    >>> late(datetime.date(2026, 10, 5), "D", today=datetime.date(2026, 11, 30))
    'The last flows are of 2026-10-05, 56 days ago: was an import missed?'
    >>> late(datetime.date(2026, 11, 1), "MS", today=datetime.date(2026, 12, 31))
    ''
    """
    today = today or datetime.date.today()
    ago = (today - last).days
    if ago <= 2 * PERIOD_KINDS[period].days + GRACE:  # the period after the last one has to be over
        return ""
    return f"The last flows are of {last}, {number_of(ago, 'day')} ago: was an import missed?"
