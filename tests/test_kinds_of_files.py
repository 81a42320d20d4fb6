"""Files as planners export them, one of each kind: read right, or refused with a sentence that says why.

Each right value is the sum of the numbers that stand in the file, worked by hand.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from twin.__main__ import main
from twin.data.load import read_history


class Kind(NamedTuple):
    """A file, the options it needs, and its period, first day and the volume of each lane; or the start of an error."""

    text: str
    right: tuple[str, str, dict[str, float]] | str
    options: dict = {}  # noqa: RUF012
    encoding: str = "utf-8"


def month(last, odd=""):
    """Return a file of a flow a day in March 2024, as large as the day's number; `odd` replaces that of the 7th."""
    rows = (f"2024-03-{day:02d},A,{odd if odd and day == 7 else day}" for day in range(1, last + 1))
    return "date,lane,volume\n" + "\n".join(rows) + "\n"


SWAPPED = (
    "date,lane,volume\n2024-10-03,A,1\n2024-11-03,A,2\n2024-12-03,A,3\n13/03/2024,A,4\n14/03/2024,A,5\n15/03/2024,A,6\n"
)
TYPED = "date,lane,volume\n" + "".join(
    f"{2014 if (y, m) == (2024, 6) else y}-{m:02d}-01,A,1\n" for y in range(2019, 2025) for m in range(1, 13)
)
MARCH = sum(range(1, 31))
KINDS = {
    "German umlauts in cp1252, points of thousands": Kind(
        "Buchungsdatum;Strecke;Menge (Stück)\n04.03.2024;Köln–Lüttich;1.004,5\n05.03.2024;Köln–Lüttich;1.005,5\n",
        ("D", "2024-03-04", {"Köln–Lüttich": 2010.0}),
        encoding="cp1252",
    ),
    "SAP postings with a minus behind": Kind(
        "BUDAT;MATNR;MENGE;BWART\n04.03.2024;0004711;10,000;601\n05.03.2024;0004711;2,500-;602\n"
        "06.03.2024;0004711;11,000;601\n",
        ("D", "2024-03-04", {"0004711": 21.0}),
        {"negative": "returns"},
    ),
    "SAP postings of what went out, one taken back": Kind(
        "BUDAT;MATNR;MENGE\n04.03.2024;4711;10-\n04.03.2024;4711;3\n05.03.2024;4711;12-\n06.03.2024;4711;11-\n",
        ("D", "2024-03-04", {"4711": 30.0}),
        {"negative": "outbound"},
    ),
    "negative volumes alone": Kind(
        "date,lane,volume\n2024-03-04,A,-5\n2024-03-05,A,-6\n2024-03-06,A,\u22127\n",
        "has no volume above zero and 3 below",
    ),
    "utf-16": Kind(month(3), ("D", "2024-03-01", {"A": 6.0}), encoding="utf-16"),
    "byte-order mark, semicolons, decimal commas": Kind(
        "date;lane;volume\n2024-03-04;A;1,5\n2024-03-05;A;2,5\n", ("D", "2024-03-04", {"A": 4.0}), encoding="utf-8-sig"
    ),
    "separated by |": Kind("date|lane|volume\n2024-03-04|A|1\n2024-03-05|A|2\n", ("D", "2024-03-04", {"A": 3.0})),
    "tabs, all quoted, quotes in a name": Kind(
        'date\tlane\tvolume\n"2024-03-04"\t"A ""x"""\t"1"\n"2024-03-05"\t"A ""x"""\t"2"\n',
        ("D", "2024-03-04", {'A "x"': 3.0}),
    ),
    "line ends in quotes": Kind(
        'date,lane,volume,address\n2024-03-04,A,1,"Main St 1\nBerlin"\n2024-03-05,A,2,"Main St 1\nBerlin"\n',
        ("D", "2024-03-04", {"A": 3.0}),
    ),
    "line ends of old Macs": Kind(month(3).replace("\n", "\r"), ("D", "2024-03-01", {"A": 6.0})),
    "thin, narrow and no-break spaces of thousands": Kind(
        "date,lane,volume\n2024-03-04,A,1\u2009250\n2024-03-05,A,2\u202f500\n2024-03-06,A,1\u00a0000\n",
        ("D", "2024-03-04", {"A": 4750.0}),
    ),
    "Swiss apostrophes": Kind(
        "Datum;Relation;Paletten\n04.03.2024;ZH-BE;1'250.5\n05.03.2024;ZH-BE;2’000.0\n06.03.2024;ZH-BE;980.0\n",
        ("D", "2024-03-04", {"ZH-BE": 4230.5}),
    ),
    "Indian grouping": Kind(
        'date,lane,volume\n2024-03-04,A,"1,00,000"\n2024-03-05,A,"12,34,567"\n2024-03-06,A,"99,000"\n',
        ("D", "2024-03-04", {"A": 1_433_567.0}),
    ),
    "American dates and quoted thousands": Kind(
        'date,lane,volume\n03/14/2024,A,"1,250"\n03/15/2024,A,"2,500"\n03/16/2024,A,980\n',
        ("D", "2024-03-14", {"A": 4730.0}),
    ),
    "a column of prices decides the decimal mark": Kind(
        "date\tlane\tvolume\tprice\n2024-03-04\tA\t1.250\t9,90\n2024-03-05\tA\t1.125\t12,5\n2024-03-06\tA\t987\t8,75\n",
        ("D", "2024-03-04", {"A": 3362.0}),
    ),
    "three decimals": Kind(
        "date,lane,volume\n2024-03-04,A,1.234\n2024-03-05,A,2.345\n2024-03-06,A,0.456\n",
        ("D", "2024-03-04", {"A": 4.035}),
    ),
    "powers of ten": Kind(
        "date,lane,volume\n2024-03-04,A,1e3\n2024-03-05,A,1.5E+3\n2024-03-06,A,+2E2\n",
        ("D", "2024-03-04", {"A": 2700.0}),
    ),
    "currency": Kind(
        "date,lane,volume\n2024-03-04,A,$120\n2024-03-05,A,140 EUR\n", "has no usable row: 2 x volume is not"
    ),
    "percent": Kind("date,lane,volume\n2024-03-04,A,12%\n2024-03-05,A,13%\n", "has no usable row: 2 x volume is not"),
    "credits and debits": Kind(
        "date,lane,volume\n2024-03-04,A,100\n2024-03-05,A,20 CR\n2024-03-06,A,90 DB\n", "has 2 of 3 rows"
    ),
    "AM and PM": Kind(
        "timestamp,lane,volume\n03/14/2024 11:30 PM,A,1\n03/15/2024 12:15 AM,A,2\n03/15/2024 01:00 PM,A,3\n",
        ("D", "2024-03-14", {"A": 6.0}),
    ),
    "24:00 and a column of hours": Kind(
        "date,hour,lane,volume\n2024-03-04,23:00,A,1\n2024-03-04,24:00,A,2\n2024-03-05,01:00,A,4\n",
        ("D", "2024-03-04", {"A": 7.0}),
    ),
    "German months": Kind(
        "Monat;Strecke;Menge\nJanuar 2024;A;1\nFebruar 2024;A;2\nMärz 2024;A;3\nMai 2024;A;5\nDezember 2024;A;12\n",
        ("MS", "2024-01-01", {"A": 23.0}),
    ),
    "French months": Kind(
        "mois;trajet;quantité\njanvier 2024;A;1\nfévrier 2024;A;2\naoût 2024;A;8\n", ("MS", "2024-01-01", {"A": 11.0})
    ),
    "Spanish days": Kind(
        "fecha;ruta;cantidad\n04-mar-2024;A;1\n05-mar-2024;A;2\n01-abr-2024;A;3\n", ("D", "2024-03-04", {"A": 6.0})
    ),
    "weekdays before dates": Kind(
        "Datum;Strecke;Menge\nMo 04.03.2024;A;1\nDi, 5. März 2024;A;2\nMi. 06.03.24;A;3\n",
        ("D", "2024-03-04", {"A": 6.0}),
    ),
    "English dates in words": Kind(
        'date,lane,volume\n"Monday, March 4, 2024",A,1\n"March 5th, 2024",A,2\n', ("D", "2024-03-04", {"A": 3.0})
    ),
    "dates kept as text by an apostrophe": Kind(
        "date,lane,volume\n'2024-03-04,A,1\n'2024-03-05,A,2\n", ("D", "2024-03-04", {"A": 3.0})
    ),
    "days as whole numbers with a fraction": Kind(
        "date,lane,volume\n20240304.0,A,1\n20240305.0,A,2\n", ("D", "2024-03-04", {"A": 3.0})
    ),
    "milliseconds since 1970": Kind(
        "timestamp,lane,volume\n1709510400000,A,1\n1709596800000,A,2\n1709683200000,A,3\n",
        ("D", "2024-03-04", {"A": 6.0}),
    ),
    "wide ISO weeks": Kind(
        "SKU,2024-W01,2024-W02,2024-W03\nA,1,2,3\nB,4,5,6\n", ("W", "2024-01-01", {"A": 6.0, "B": 15.0})
    ),
    "wide weeks without a year": Kind(
        "Artikel;KW 01;KW 02;KW 03;KW 04\nA;1;2;3;4\nB;4;5;6;7\n", ("W", "2001-01-01", {"A": 10.0, "B": 22.0})
    ),
    "year and week": Kind(
        "Jahr;KW;Strecke;Menge\n2024;1;A;1\n2024;2;A;2\n2024;3;A;3\n", ("W", "2024-01-01", {"A": 6.0})
    ),
    "quarters in a row each": Kind(
        "period,lane,volume\n2024-Q1,A,30\n2024-Q2,A,60\n2024-Q3,A,90\n", ("QS", "2024-01-01", {"A": 180.0})
    ),
    "quarters of every notation, one of them missing": Kind(
        "period;lane;volume\n2022Q1;A;1\nQ2 2022;A;2\n3. Quartal 2022;A;3\n4Q22;A;4\nQ2'23;A;5\nIII. Quartal 2023;A;6\n"
        "T4 2023;A;7\n2024/Q1;A;8\n",
        ("QS", "2022-01-01", {"A": 36.0}),
    ),
    "two quarters, and no more": Kind(
        "Quartal;Strecke;Menge\nQ1/2024;A;30\nQ3/2024;A;90\n", ("QS", "2024-01-01", {"A": 120.0})
    ),
    "year and quarter": Kind(
        "Year,Quarter,Lane,Volume\n2023,Q3,A,1\n2023,Q4,A,2\n2024,Q1,A,3\n", ("QS", "2023-07-01", {"A": 6.0})
    ),
    "year and quarter in five digits": Kind(
        "Quartal;Strecke;Menge\n20231;A;1\n20232;A;2\n20233;A;3\n20234;A;4\n20241;A;5\n",
        ("QS", "2023-01-01", {"A": 15.0}),
    ),
    "the same, below a heading that says nothing": Kind(
        "date,lane,volume\n20221,A,1\n20222,A,2\n20223,A,3\n20224,A,4\n20231,A,5\n",
        "has dates such as '20221' that may be 2020-08-08 (yyddd: year and day of the year) or 2022-01-01 (yyyyq",
    ),
    "months or quarters": Kind(
        "date,lane,volume\n1/2022,A,1\n2/2022,A,2\n3/2022,A,3\n4/2022,A,4\n1/2023,A,5\n2/2023,A,6\n",
        "has dates such as '2/2022' that may be 2022-02-01 (yyyymm: year and month) or 2022-04-01 (yyyyq: year and qu",
    ),
    "fiscal quarters": Kind(
        "date,lane,volume\nFY24 Q1,A,1\nFY24 Q2,A,2\nFY24 Q3,A,3\n",
        "has no usable row: 3 x date is a quarter of a fiscal year",
    ),
    "wide fiscal quarters": Kind(
        "lane,Q1 FY24,Q2 FY24,Q3 FY24\nA,1,2,3\nB,4,5,6\n", "has columns such as 'Q1 FY24' for"
    ),
    "quarters and months in one column": Kind(
        "date,lane,volume\n2023-Q3,A,1\n2023-Q4,A,2\n2024-Q1,A,3\n2024-04,A,4\n2024-05,A,5\n",
        "has quarters such as '2023-Q3' and other dates such as '2024-04' in one column",
    ),
    "months, and quarters that sum them": Kind(
        "lane,Jan 2024,Feb 2024,Mar 2024,Q1 2024,Apr 2024,May 2024,Jun 2024,Q2 2024\nA,1,2,3,6,4,5,6,15\n"
        "B,7,8,9,24,1,1,2,4\n",
        ("MS", "2024-01-01", {"A": 21.0, "B": 28.0}),
    ),
    "quarters finer than they are": Kind(
        "date,lane,volume\n2023-Q1,A,1\n2023-Q2,A,2\n2023-Q3,A,3\n",
        "period must not be finer than the quarters",
        {"period": "MS"},
    ),
    "months into quarters, the first of which is cut": Kind(
        "date,lane,volume\n" + "".join(f"2023-{m:02d},A,{m}\n" for m in range(2, 13)),
        ("QS", "2023-04-01", {"A": 72.0}),  # 4 + ... + 12
        {"period": "QS", "good_rows_only": True},
    ),
    "fiscal periods": Kind(
        "Buchungsperiode;Strecke;Menge\n2024001;A;1\n2024002;A;2\n2024003;A;3\n",
        "has dates such as '2024002' that may be",
    ),
    "fiscal periods, said": Kind(
        "Buchungsperiode;Strecke;Menge\n2024001;A;1\n2024002;A;2\n2024003;A;3\n",
        ("MS", "2024-01-01", {"A": 6.0}),
        {"dates": "yyyymmm"},
    ),
    "a pivot with merged regions, subtotals and a total": Kind(
        "Region,Route,Jan 2024,Feb 2024,Mar 2024,Total\nNorth,A,1,2,3,6\n,B,4,5,6,15\nNorth Total,,5,7,9,21\n"
        "South,C,7,8,9,24\nSouth Total,,7,8,9,24\nGrand Total,,12,15,18,45\n",
        ("MS", "2024-01-01", {"A": 6.0, "B": 15.0, "C": 24.0}),
    ),
    "totals of months": Kind(
        "date,lane,volume\n2024-01-30,A,5\n2024-01-31,A,6\nTotal January,,11\n2024-02-01,A,7\n2024-02-02,A,1\n"
        "Total February,,8\n",
        ("D", "2024-01-30", {"A": 19.0}),
    ),
    "the head of a report": Kind(
        "Report of flows;;\nCreated: 2024-04-01;;\n;;\nDate;Lane;Volume\n2024-03-04;A;5\n2024-03-05;A;6\n",
        ("D", "2024-03-04", {"A": 11.0}),
    ),
    "two tables of flows": Kind(
        month(2) + "\ndate,lane,volume\n2024-03-01,B,1\n2024-03-02,B,2\n", ("D", "2024-03-01", {"A": 3.0, "B": 3.0})
    ),
    "another table below": Kind(month(2) + "\nlane,country,manager\nA,DE,Smith\n", "has 2 of 4 rows"),
    "footnotes": Kind(month(30) + "\n* preliminary\n", ("D", "2024-03-01", {"A": MARCH})),
    "too many rows without a volume": Kind(month(28) + "2024-03-29,A,NULL\n2024-03-30,A,\n", "has 2 of 30 rows"),
    "an error of a spreadsheet is unknown, not zero": Kind(month(30, "#N/A"), ("D", "2024-03-01", {"A": MARCH - 7.0})),
    "a dash is unknown, not zero": Kind(month(30, "-"), ("D", "2024-03-01", {"A": MARCH - 7.0})),
    "rows that stand twice are added, and told": Kind(
        "date,lane,volume\n2024-03-04,A,5\n2024-03-04,A,5\n2024-03-05,A,6\n", ("D", "2024-03-04", {"A": 16.0})
    ),
    "leading zeros of names": Kind(
        "date,sku,qty\n2024-03-04,0042,1\n2024-03-04,42,2\n2024-03-05,0042,3\n2024-03-05,42,5\n",
        ("D", "2024-03-04", {"0042": 4.0, "42": 7.0}),
    ),
    "orders of a shop": Kind(
        "Name,Created at,Lineitem quantity,Lineitem name,Lineitem sku\n#1001,2024-03-04 10:11:12 +0100,2,Box,SKU1\n"
        "#1002,2024-03-05 10:11:12 +0100,3,Box,SKU1\n",
        ("D", "2024-03-04", {"SKU1": 5.0}),
    ),
    "origin and destination": Kind(
        "Date,From,To,Pallets\n2024-03-04,BER,MUC,1\n2024-03-05,BER,MUC,2\n", ("D", "2024-03-04", {"BER-MUC": 3.0})
    ),
    "years of two digits first": Kind(
        "date,lane,volume\n24-03-04,A,1\n24-03-05,A,2\n24-03-06,A,3\n24-03-13,A,4\n",
        ("D", "2024-03-04", {"A": 10.0}),
    ),
    "two digits each, which nothing decides": Kind(
        "date,lane,volume\n01/02/03,A,1\n02/03/01,A,2\n03/01/02,A,3\n", "has dates such as '01/02/03' that may be"
    ),
    "days before months in a date that begins with the year": Kind(
        "date,lane,volume\n2024-11-03,A,1\n2024-12-03,A,2\n2024-13-03,A,3\n2024-14-03,A,4\n2024-15-03,A,5\n",
        ("D", "2024-03-11", {"A": 15.0}),
    ),
    "days and months swapped by a spreadsheet": Kind(
        SWAPPED, "has dates such as '2024-10-03' of days up to 12 alone, and dates such as '13/03/2024' of days above"
    ),
    "days and months swapped by a spreadsheet, said": Kind(
        SWAPPED, ("D", "2024-03-10", {"A": 21.0}), {"dates": "yyyy-dd-mm"}
    ),
    "day and month of a spreadsheet as they stand, said": Kind(
        SWAPPED.replace("2024-10-03", "2024-03-10"), "has dates such as '2024-03-10' of days up to 12"
    ),
    "month and year in six digits": Kind(
        "date,lane,volume\n012023,A,1\n022023,A,2\n032023,A,3\n", ("MS", "2023-01-01", {"A": 6.0})
    ),
    "months dated on their 15th": Kind(
        "date,lane,volume\n2024-01-15,A,1\n2024-02-15,A,2\n2024-03-15,A,3\n", ("MS", "2024-01-01", {"A": 6.0})
    ),
    "quarters dated on their first day": Kind(
        "date,lane,volume\n2023-01-01,A,1\n2023-04-01,A,2\n2023-07-01,A,3\n2023-10-01,A,4\n2024-01-01,A,5\n"
        "2024-04-01,A,6\n",
        ("QS", "2023-01-01", {"A": 21.0}),
    ),
    "fiscal quarters dated on their last day": Kind(
        "date,lane,volume\n2023-02-28,A,1\n2023-05-31,A,2\n2023-08-31,A,3\n2023-11-30,A,4\n2024-02-29,A,5\n",
        ("QS", "2023-01-01", {"A": 15.0}),
    ),
    "half-years": Kind(
        "date,lane,volume\n" + "".join(f"{y}-{m}-01,A,1\n" for y in (2021, 2022, 2023) for m in ("01", "07")),
        "has dates that are all 6 months apart",
    ),
    "years, days and months, which the sequence tells": Kind(
        "date,lane,volume\n" + "".join(f"{y}-01-{m:02d},A,{m}\n" for y in (2022, 2023) for m in range(1, 13)),
        ("MS", "2022-01-01", {"A": 156.0}),
    ),
    "twelve days, which are no months": Kind(month(12), ("D", "2024-03-01", {"A": 78.0})),
    "a year mistyped in one of many rows": Kind(TYPED, ("MS", "2019-01-01", {"A": 71.0})),
    "the same, kept as asked": Kind(TYPED, ("MS", "2014-06-01", {"A": 72.0}), {"far_dates": "keep"}),
    "nines that stand for an unknown volume": Kind(
        month(30).replace("A,7\n", "A,999999\n").replace("A,12\n", "A,999999\n"),
        "has 2 of 30 rows (6.7%) that cannot be used, more than 5%, so nothing is answered: 2 x volume is 999999",
    ),
    "one such in seven digits": Kind(month(30, "9999999"), ("D", "2024-03-01", {"A": MARCH - 7.0})),
    "nines among volumes of their size": Kind(
        "date,lane,volume\n2024-03-04,A,9999\n2024-03-05,A,9999\n2024-03-06,A,1200\n",
        ("D", "2024-03-04", {"A": 21198.0}),
    ),
    "a total of the record on its last day": Kind(month(5) + "2024-03-05,Summe,15\n", ("D", "2024-03-01", {"A": 15.0})),
    "plan and actual": Kind(
        "date,lane,Version,volume\n2024-03-04,A,Plan,7\n2024-03-04,A,Ist,5\n2024-03-05,A,Plan,7\n2024-03-05,A,Ist,6\n",
        "has several versions, measures or opposite postings",
    ),
    "a wide table of key figures, one of them chosen": Kind(
        "SKU,Key figure,Jan 2024,Feb 2024\nA,Demand,1,2\nA,Stock,9,9\nB,Demand,3,4\nB,Stock,8,8\n",
        ("MS", "2024-01-01", {"A": 3.0, "B": 7.0}),
        {"where": "Key figure=Demand"},
    ),
    "postings of SAP that take others back, without a sign": Kind(
        "BUDAT;MATNR;MENGE;BWART\n04.03.2024;4711;10;601\n05.03.2024;4711;2;602\n06.03.2024;4711;11;601\n",
        "has several versions, measures or opposite postings",
    ),
    "weeks over the end of a year, without a year": Kind(
        "Artikel;KW 51;KW 52;KW 1;KW 2\nA;1;2;3;4\nB;4;5;6;7\n", ("W", "2001-01-01", {"A": 10.0, "B": 22.0})
    ),
    "postal codes of a transport system": Kind(
        "Ladedatum;Von PLZ;Nach PLZ;LDM\n04.03.2024;01067;80331;1,5\n05.03.2024;01067;80331;2,5\n",
        ("D", "2024-03-04", {"01067-80331": 4.0}),
    ),
    "days of months in words, without a year": Kind(
        "date,lane,volume\n" + "".join(f"{m}-{d:02d},A,1\n" for m in ("Jan", "Feb", "Mar") for d in range(1, 29)),
        "has dates such as 'Jan-01' that may be the month 2001-01 or the day 01-01 of a year that is not written",
    ),
    "months in words, and years of two digits": Kind(
        "date,lane,volume\n" + "".join(f"{m}-{y},A,1\n" for y in (23, 24) for m in ("Jan", "Feb", "Mar", "Apr")),
        ("MS", "2023-01-01", {"A": 8.0}),
    ),
    "dots and two digits each, year first": Kind(
        "Datum;Strecke;Menge\n" + "".join(f"24.{m:02d}.{d:02d};A;1\n" for m in (1, 2) for d in range(1, 29)),
        ("D", "2024-01-01", {"A": 56.0}),
    ),
    "dots and two digits each, day first": Kind(
        "Datum;Strecke;Menge\n" + "".join(f"{d:02d}.{m:02d}.24;A;1\n" for m in (1, 2) for d in range(1, 29)),
        ("D", "2024-01-01", {"A": 56.0}),
    ),
    "dots and two digits each, of months that both orders may mean": Kind(
        "Datum;Strecke;Menge\n" + "".join(f"24.{m:02d}.01;A;1\n" for m in range(1, 13)),
        "has dates such as '24.01.01' that may be day.month.year or year.month.day",
    ),
    "March, which is also mardi": Kind(
        "date,lane,volume\nMar 01 2024,A,1\nMar 02 2024,A,2\n", ("D", "2024-03-01", {"A": 3.0})
    ),
    "days swapped by a spreadsheet beside dates with dots": Kind(
        "Datum;Strecke;Menge\n2024-01-05;A;1\n2024-02-05;A;2\n2024-03-05;A;3\n13.05.2024;A;4\n14.05.2024;A;5\n"
        "15.05.2024;A;6\n",
        "has dates such as '2024-01-05' of days up to 12 alone, and dates such as '13.05.2024' of days above 12 alone",
    ),
    "a column for each hour": Kind(
        "Datum;07:00;08:00;9 Uhr\n04.03.2024;1;2;3\n05.03.2024;4;5;6\n", ("D", "2024-03-04", {"flows": 21.0})
    ),
    "a column for each weekday": Kind(
        "Woche;Mo;Di;Mi\n2024-W01;1;2;3\n2024-W02;4;5;6\n",
        "has columns 'Mo', 'Di', 'Mi', which are weekdays and no lanes",
    ),
    "plan and actual side by side": Kind(
        "Datum;Plan;Ist\n04.03.2024;1;2\n05.03.2024;4;5\n", "has columns 'Plan', 'Ist', which are versions or measures"
    ),
    "a row for each year, a column for each month": Kind(
        "Jahr;Jan;Feb;Mrz\n2022;1;2;3\n2023;4;5;6\n", ("MS", "2022-01-01", {"flows": 21.0})
    ),
    "years above months": Kind(
        ";2023;;2024;\nStrecke;Nov;Dez;Jan;Feb\nA;1;2;3;4\nB;5;6;7;8\n", ("MS", "2023-11-01", {"A": 10.0, "B": 26.0})
    ),
    "quarters of a year above months": Kind(
        "Strecke;Q1 2024;;;Q2 2024;\n;Jan;Feb;Mrz;Apr;Mai\nA;1;2;3;4;5\nB;5;6;7;8;9\n",
        ("MS", "2024-01-01", {"A": 15.0, "B": 35.0}),
    ),
    "months by their names keep their place in the year": Kind(
        "Strecke;Okt;Nov;Dez\nA;1;2;3\nB;5;6;7\n", ("MS", "2001-10-01", {"A": 6.0, "B": 18.0})
    ),
    "lanes called Q1 and Q2": Kind(
        "Datum;Q1;Q2\n04.03.2024;40;22\n05.03.2024;41;23\n", ("D", "2024-03-04", {"Q1": 81.0, "Q2": 45.0})
    ),
    "day and month as headings, above a row of numbers": Kind(
        "lane,24-Jan,24-Feb\nA,40,22\nB,41,23\n", "has no column for date, volume"
    ),
    "decimal commas that split numbers below a header with a last comma": Kind(
        "date,lane,volume,\n2024-03-04,A,1,5\n2024-03-05,A,2,5\n",
        "has digits such as '5' in a column without a heading",
    ),
    "semicolons because of commas in numbers": Kind(
        "date;lane;volume\n2024-03-04;A;1,250\n2024-03-05;A;1,310\n2024-03-06;A;1,275\n",
        "has numbers such as '1,250' that may be",
    ),
    "points before three digits each, in a file with commas": Kind(
        "date,lane,volume\n20240304,A,11.250\n20240305,A,12.310\n20240306,A,9.125\n",
        "has numbers such as '11.250' that may be 11.25",
    ),
    "the same with dates as in ISO 8601": Kind(
        "date,lane,volume\n2024-03-04,A,11.250\n2024-03-05,A,12.310\n2024-03-06,A,9.125\n",
        ("D", "2024-03-04", {"A": 32.685}),
    ),
    "the same with two votes": Kind(
        "date,lane,volume,price\n2024-03-04,A,11.250,9.5\n2024-03-05,A,12.310,8.75\n2024-03-06,A,9.125,8.5\n",
        ("D", "2024-03-04", {"A": 32.685}),
    ),
    "wide numbers that are also day numbers of a spreadsheet": Kind(
        "lane,2024-03-04,2024-03-05,2024-03-06\nA,45292.125,1.5,45300.75\nB,45293.5,2.5,3.5\n",
        ("D", "2024-03-04", {"A": 90594.375, "B": 45299.5}),
    ),
    "000 behind every point": Kind(
        "Datum;Strecke;Menge\n04.03.2024;A;10.000\n05.03.2024;A;12.000\n06.03.2024;A;17.000\n",
        "has numbers such as '10.000' that may be",
    ),
    "two volumes, one with a unit": Kind(
        "date,lane,volume (m3),pallets\n2024-03-04,A,9,5\n", "has 2 columns that mean volume: 'volume (m3)', 'pallets'"
    ),
    "headings by their words": Kind(
        "Pstng Date;Origin City;Dest City;Qty Shipped\n04.03.2024;BER;MUC;5\n05.03.2024;BER;MUC;6\n",
        ("D", "2024-03-04", {"BER-MUC": 11.0}),
    ),
    "two headings of dates by their words": Kind(
        "Requested Ship Date,Actual Ship Date,Item,Qty\n2024-03-04,2024-03-05,A,5\n", "has no column for date;"
    ),
    "Polish headings in cp1250": Kind(
        "Data;Trasa;Ilość\n2024-03-04;A;5\n2024-03-05;A;6\n", ("D", "2024-03-04", {"A": 11.0}), encoding="cp1250"
    ),
    "a rounded total": Kind(
        "date,lane,volume\n"
        + "".join(
            f"2024-03-{d:02d},A,{d}.25\n2024-03-{d:02d},B,{2 * d}.25\n2024-03-{d:02d},Alle,{3 * d}\n"
            for d in range(10, 31)
        ),
        ("D", "2024-03-10", {"A": 425.25, "B": 845.25}),
    ),
    "no header": Kind("2024-03-04,A,1\n2024-03-05,A,2\n2024-03-06,A,3\n", "has no column for date, lane, volume"),
}


def test_one_file_of_each_kind(tmp_path):
    path, wrong = tmp_path / "flows.csv", []
    for name, kind in KINDS.items():
        path.write_bytes(kind.text.encode(kind.encoding))
        try:
            history = read_history(path, **kind.options)
        except ValueError as error:
            found = str(error).removeprefix(f"{path} ")
            if not (isinstance(kind.right, str) and found.startswith(kind.right)):
                wrong.append((name, found))
            continue
        flows, account = history.flows, history.account
        sums = flows.groupby("lane", observed=True)["volume"].sum().round(9).to_dict()
        found = (history.period, str(flows["date"].min())[:10], sums)
        if found != kind.right or account.rows_read != account.rows_kept + len(account.refused):
            wrong.append((name, found))
    assert not wrong


# ---------------------------------------------------------------- cases from the field, beside the real files

FIELD = (  # file, options, and what its first lane has, to the printed digits; or words of the refusal
    ("01-yearweek-q1", "", {"periods": 12, "safety_stock": 27.95, "required_capacity": 147.45}),
    ("02-rollup", "", {"lanes": 3, "sum": 75.5}),
    ("05-negative-returns", "--negative returns", {"return_rate": 0.0332}),
    ("06-dot-thousands", "", {"demand_mean": 1383.6, "demand_sd": 285.6, "safety_stock": 2180.2}),
    ("07-scientific-items", "", "a spreadsheet has rounded long numbers"),
    ("08-serial-all", "", {"demand_mean": 79.18, "safety_stock": 114.92}),
    ("08-serial-half", "", {"demand_mean": 79.18, "safety_stock": 114.92}),
    ("09-yymmdd-early", "", {"periods": 12, "safety_stock": 79.25}),
    ("10-clean", "", {"demand_mean": 90.74, "safety_stock": 131.32}),
    ("10-typo-year", "", {"demand_mean": 90.74, "safety_stock": 131.32}),
    ("11-merged-lane", "", {"lane": "NUE-LNZ", "demand_mean": 69.37, "safety_stock": 101.70}),
    ("13-wide-months", "", {"periods": 6, "demand_mean": 43.17}),  # (37 + 53 + 43 + 41 + 51 + 34) / 6
    ("17-falling", "", {"lanes": 1}),
    ("20-ambiguous-dates", "", "may be day/month or month/day"),
    ("20-ambiguous-dates", "--day-first", {"lanes": 1}),
    ("22-pick-log", "", {"sum": 2.816}),
    ("24-trailing-separator", "", {"periods": 20}),
    ("27-units-mixed", "", "several units"),
    ("27-units-mixed", "--where UoM=PAL", {"lanes": 1}),
    ("29-no-lane", "", {"lanes": 1}),
    ("31-hour-24", "", {"demand_mean": 287.4}),
    ("38-two-row-header", "", {"lanes": 1}),
)


def test_cases_from_the_field(capsys):
    folder = Path(os.environ.get("TWIN_REAL_DATA") or "none").parent / "field"
    if not folder.is_dir():
        pytest.skip("TWIN_REAL_DATA names no folder that has the cases beside it")
    for name, options, right in FIELD:
        code = main(["assess", str(folder / f"{name}.csv"), "--json", *options.split()])
        printed = capsys.readouterr()
        if isinstance(right, str):
            assert right in printed.out + printed.err, name
            continue
        assert code == 0, (name, printed.err)
        out = json.loads(printed.out)
        account, lanes = out["account"], out["lanes"]
        assert account["rows_read"] == account["rows_kept"] + account["rows_refused"], name
        found = {"lanes": len(lanes), "sum": sum(each["demand_mean"] for each in lanes.values())}
        found |= lanes[right.get("lane", next(iter(lanes)))]
        for what, value in right.items():
            if what == "lane":
                continue
            digits = len(str(value).partition(".")[2])
            assert found[what] == pytest.approx(value, abs=0.51 * 10.0**-digits), (name, what)
