"""Days of new flows that look mistaken: in the future, or far from all flows of the ledger, as a mistyped year is.

Days between such a flow and the others would count as zero, on every lane or on its own, so it is asked about first.
"""

import datetime

import numpy as np
from sqlalchemy import Connection, func, select

from twin._period_kinds import PERIOD_KINDS
from twin.data.ledger.schema import flows
from twin.data.text import number_of

FAR_DAYS = 31  # days between a new flow and all others, beyond those of its period, from which it is asked about [day]
EARLIEST_ZONE = datetime.timezone(datetime.timedelta(hours=14))  # where each day begins first


def odd_days(connection: Connection, days: np.ndarray, period: str, today: datetime.date | None = None) -> str:
    """Return a sentence if days of new flows, in their order, are in the future or far from all others; "" otherwise.

    period : that of the flows; a day in the future may be the last one of a period that has begun.
    today : by default the latest day on Earth, because flows may come from another time zone than the server's.
    """
    today = today or datetime.datetime.now(EARLIEST_ZONE).date()
    length = PERIOD_KINDS[period].days
    if (days[-1].item() - today).days >= length:
        return f"{days[-1]} is in the future: all other lanes would count as zero until then"
    first, last = connection.execute(select(func.min(flows.c.date), func.max(flows.c.date))).one()
    if last is None:
        return ""
    for new in days[days > np.datetime64(last)][:1]:
        if (gap := (new.item() - last).days) >= length + FAR_DAYS:
            return f"{new} is {number_of(gap, 'day')} after every other flow: lanes would count as zero until then"
    for new in days[days < np.datetime64(first)][-1:]:
        if (gap := (first - new.item()).days) >= length + FAR_DAYS:
            return f"{new} is {number_of(gap, 'day')} before every other flow: its lanes would count as zero in between"
    return ""
