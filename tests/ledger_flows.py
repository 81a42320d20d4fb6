"""Flows in tests of the ledger: a day, files, and hostile names of lanes."""

import datetime

DAY = datetime.date(2026, 1, 5)
FLOWS = "date,lane,volume,returns\n2026-01-05,A,5,1\n2026-01-06,A,7.25,0\n2026-01-06,B,2,2\n2026-01-06,A,1,0\n"
SOME_BAD = FLOWS + "2026-01-07,A,lots,0\n2026-02-31,A,4,0\n2026-01-08,B,-1,0\n"
HOSTILE = [
    "'; DROP TABLE twin_flow; --",
    'a "quoted", name',
    "carriage\rreturn",
    "'" + "=" * 499,
    "=" + "x" * 499,
    "tab\there and\nanother line\rand more",
    "back\\slash \\N \\.",
    "🚚→🏭",
    "ברלין–מינכן",
    "\u202eright to left\u202c",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=already marked",
    "''=twice",
    "＝full width",
    "%s %(name)s :name ? {0}",
    "NULL",
    "N/A",
    "e\u0301 is not \u00e9",
    "x" * 500,
    "\U0001f69a" * 500,
]


def plain(flows):
    """Return flows without their ids."""
    return [tuple(flow)[1:] for flow in flows]
