"""Files of flows in tests: small files, and histories as plain rows."""

import math

DAILY = "date,lane,volume\n2024-01-01,A,5\n2024-01-02,A,7\n2024-01-03,B,2\n"
PLAIN = [("2024-01-01", "A", 5.0), ("2024-01-02", "A", 7.0), ("2024-01-03", "B", 2.0)]  # rows of DAILY


def one_column(values, head="date,lane,volume", row="{},A,1"):
    """Return a file with a row for each value."""
    return "\n".join([head, *(row.format(value) for value in values)]) + "\n"


def rows(history):
    return [
        (f"{day:%Y-%m-%d}", lane, volume)
        for day, lane, volume in history.flows[["date", "lane", "volume"]].itertuples(index=False)
    ]


def known(history):
    """Return the rows whose volume is known."""
    return [row for row in rows(history) if not math.isnan(row[2])]


def dates(history):
    return [day for day, _, _ in known(history)]


def reasons(history):
    """Return {line: reason} of the refused rows."""
    return dict(zip(history.account.refused["line"], history.account.refused["reason"], strict=True))
