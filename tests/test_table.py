"""The table step: whatever the shape of a table, its flows are those that pandas finds in it, or it is refused."""

import io

import numpy as np
import pandas as pd
import pytest

DAYS = pd.date_range("2024-01-01", periods=21)
DE_MONTHS = "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()
RANDOM = np.random.default_rng(18)
LONG = pd.DataFrame(
    [(day, lane, int(RANDOM.integers(1, 90))) for day in DAYS for lane in ("Köln–Lille", "HAM-MUC")],
    columns=["date", "lane", "volume"],
)
MONTHLY = pd.DataFrame(
    [
        (m, lane, int(RANDOM.integers(1, 90)))
        for m in pd.date_range("2022-01-01", periods=24, freq="MS")
        for lane in "AB"
    ],
    columns=["date", "lane", "volume"],
)
WEEKLY = pd.DataFrame(
    [
        (w, lane, int(RANDOM.integers(1, 90)))
        for w in pd.date_range("2023-01-02", periods=52, freq="7D")
        for lane in "AB"
    ],
    columns=["date", "lane", "volume"],
)


def found(history):
    """Return {(day, lane): volume} of a history, without unknown volumes."""
    flows = history.flows.dropna()
    return {
        (day.date(), lane): volume for day, lane, volume in flows[["date", "lane", "volume"]].itertuples(index=False)
    }


def expected(table, lane=None):
    """Return {(day, lane): volume} of a long table of pandas."""
    sums = table.assign(lane=lane or table["lane"]).groupby(["date", "lane"])["volume"].sum()
    return {(day.date(), lane): float(volume) for (day, lane), volume in sums.items()}


def noted(history, *parts):
    """Assert that one note of the account has all the parts."""
    assert any(all(part in note for part in parts) for note in history.account.notes), history.account.notes


def text_of(table, **options):
    return table.to_csv(index=False, **{"sep": ";", **options})


def wide(table, headings):
    """Return a pivot table with a column for each date, under its heading."""
    pivot = table.pivot(index="lane", columns="date", values="volume")
    return pivot.set_axis([headings(day) for day in pivot.columns], axis=1).reset_index()


# ---------------------------------------------------------------- headers


def german(table):
    return table.assign(date=table["date"].dt.strftime("%d.%m.%Y"))


@pytest.mark.parametrize(
    "names",
    [
        ("Datum", "Strecke", "Menge"),
        ("DATUM ", "Relation", "Anzahl Paletten"),
        ("Versanddatum", "Artikelnummer", "Stückzahl"),
        ("Lieferdatum", "Artikel-Nr.", "Stueckzahl"),
        ("Buchungsdatum", "MATERIAL", "Menge [PAL]"),
        ("BUDAT", "MATNR", "MENGE"),
        ("Tag", "Tour", "Volumen (Paletten)"),
        ("date d'expédition", "trajet", "nombre de palettes"),
        ("Fecha de envío", "Ruta", "Cantidad"),
        ("leverdatum", "traject", "aantal"),
        ("Data di spedizione", "Tratta", "Quantità"),
        ("data wysyłki", "Relacja", "Ilość"),
        ("ds", "unique_id", "y"),
        ("Goods Issue Date", "Trade Lane", "Picked Qty"),
    ],
)
def test_headings_of_other_languages_and_systems(read, names):
    history = read(text_of(german(LONG).set_axis(list(names), axis=1)))
    assert found(history) == expected(LONG)
    assert history.account.columns == {name: ours for name, ours in zip(names, ("date", "lane", "volume"), strict=True)}


def test_a_header_below_the_head_of_a_report_and_a_total_at_its_end(read):
    head = "Ausgangsbericht 2024;;;\nErstellt: 01.02.2024, Müller, Lager;;;\n\n"
    text = head + text_of(german(LONG).assign(Gewicht=3).rename(columns={"lane": "Strecke"}))
    history = read(text + f"Summe;;{LONG['volume'].sum()};\n")
    assert found(history) == expected(LONG)
    noted(history, "the header is in line 4", "2 rows above it")
    noted(history, "rows of totals, left out: 1 (line 47)")
    assert history.account.rows_read == len(LONG) == history.account.rows_kept


def test_a_header_of_two_rows(read):
    upper = ";;Ausgang;;Eingang;\nDatum;Strecke;Paletten;Gewicht;Paletten;Gewicht\n"
    body = text_of(german(LONG).assign(g=9, volume2=LONG["volume"] * 2, g2=8), header=False)
    with pytest.raises(
        ValueError, match=r"2 columns that mean volume: 'Ausgang Paletten', 'Eingang Paletten'; .*columns="
    ):
        read(upper + body)
    history = read(upper + body, columns={"volume": "Eingang Paletten"})
    assert found(history) == expected(LONG.assign(volume=LONG["volume"] * 2))
    noted(history, "the header has two rows, lines 1 and 2")
    plain = read(";;Outbound;\nDate;Lane;Pallets;Weight\n" + text_of(LONG.assign(g=9), header=False))
    assert found(plain) == expected(LONG)


def test_the_measure_below_each_period_decides_which_columns_are_volumes(read):
    table = wide(MONTHLY, lambda day: f"{day:%Y-%m}")
    names = list(table)[1:]
    upper = ";".join(["", *(f"{name};" for name in names)]) + "\n"
    rows = ["SKU;" + ";".join(["Umsatz;Menge"] * len(names))]
    rows += [f"{row[0]};" + ";".join(f"{9 * value};{value}" for value in row[1:]) for row in table.to_numpy().tolist()]
    history = read(upper + "\n".join(rows) + "\n")
    assert found(history) == expected(MONTHLY)
    noted(history, "the header has two rows, lines 1 and 2")


def test_a_row_of_units_below_the_header_is_no_row(read):
    history = read("Datum;Strecke;Menge\n[TT.MM.JJJJ];[-];[Pal]\n" + text_of(german(LONG), header=False))
    assert found(history) == expected(LONG) and history.account.rows_read == len(LONG)
    noted(history, "line 2", "units")


def test_repeated_headers_and_totals_between_rows(read):
    pages = [LONG[:10], LONG[10:20], LONG[20:]]
    text = "".join(text_of(page) + f"Zwischensumme;;{page['volume'].sum()}\n" for page in pages)
    history = read(text + f";Gesamtergebnis;{LONG['volume'].sum()}\n")
    assert found(history) == expected(LONG) and history.account.rows_read == len(LONG)
    noted(history, "rows that repeat the header, left out: 2")
    noted(history, "rows of totals, left out: 4")


def test_separators_at_the_end_and_more_commas_than_semicolons(read):
    rows = text_of(LONG.assign(note="a, b, c"), header=False).replace("\n", ";\n")
    history = read("date;lane;volume;note, free, in words, any\n" + rows)
    assert found(history) == expected(LONG) and history.account.separator == ";"
    noted(history, "blank fields after the last column", str(len(LONG)))
    assert found(read(text_of(LONG).replace("\n", ";;\n"))) == expected(LONG)


@pytest.mark.parametrize(
    "header",
    ["date,lane,volume,demand", "BUDAT,LFDAT,MATNR,MENGE", "Datum,Von,Nach,Artikel,Menge", "date,weight,price"],
)
def test_a_table_with_two_readings_is_refused_with_the_option_that_decides(read, header):
    cells = {"date": "2024-01-0{}", "BUDAT": "2024-01-0{}", "LFDAT": "2024-01-0{}", "Datum": "2024-01-0{}"}
    row = ",".join(cells.get(name, "{}") for name in header.split(","))
    with pytest.raises(ValueError, match=r"(2 columns|two readings).*say columns={'\w+': '\w+'}") as error:
        read("\n".join([header, *(row.replace("{}", str(i)) for i in range(1, 9))]))
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------- wide tables


@pytest.mark.parametrize(
    ("table", "heading"),
    [
        (MONTHLY, lambda day: f"{day:%b-%y}"),
        (MONTHLY, lambda day: f"{day:%Y-%m}"),
        (MONTHLY, lambda day: f"{DE_MONTHS[day.month - 1]} {day:%y}"),
        (MONTHLY, lambda day: f"{day:%m/%Y}"),
        (MONTHLY, lambda day: f"{day:%YM%m}"),
        (WEEKLY, lambda day: f"{day:%G-W%V}"),
        (WEEKLY, lambda day: f"KW {day:%V}/{day:%G}"),
        (WEEKLY, lambda day: f"{day:%d.%m.%Y}"),
        (LONG, lambda day: f"{day:%d.%m.%Y}"),
        (LONG, lambda day: f"{day:%Y-%m-%d} 00:00:00"),
    ],
)
@pytest.mark.parametrize("name", ["SKU", "", "Relation"])
def test_a_column_for_each_period(read, table, heading, name):
    history = read(text_of(wide(table, heading).rename(columns={"lane": name})))
    assert found(history) == expected(table)
    assert history.period == {24: "MS", 52: "W", 21: "D"}[table["date"].nunique()]
    noted(history, f"{table['date'].nunique()} columns of periods", "turned into rows")


@pytest.mark.parametrize(
    ("heading", "period", "step"),
    [("d_{}", "D", "D"), ("W{}", "W", "7D"), ("Week {}", "W", "7D"), ("M{}", "MS", "MS"), ("Tag {}", "D", "D")],
)
def test_numbered_columns_have_no_dates_and_this_is_said(read, heading, period, step):
    numbers = RANDOM.integers(0, 9, (3, 40))
    table = pd.DataFrame(numbers, index=["A", "B", "C"], columns=[heading.format(i) for i in range(1, 41)])
    table = table.rename_axis("Product_Code").reset_index().assign(MIN=0, MAX=9)
    history = read(table.to_csv(index=False))
    days = pd.date_range("2001-01-01", periods=40, freq=step)
    long = pd.DataFrame(numbers, index=list("ABC"), columns=days).rename_axis("lane").reset_index()
    assert found(history) == expected(long.melt("lane", var_name="date", value_name="volume"))
    assert history.period == period
    noted(history, "numbered and have no dates", "2001-01-01")


def test_months_without_a_year_take_it_from_a_column_or_the_row_above(read):
    table = MONTHLY.assign(year=MONTHLY["date"].dt.year, month=MONTHLY["date"].dt.month)
    rows = table.pivot(index=["year", "lane"], columns="month", values="volume")
    assert found(read("Jahr;Strecke;" + ";".join(DE_MONTHS) + "\n" + rows.to_csv(sep=";", header=False))) == expected(
        MONTHLY
    )
    both = MONTHLY.pivot(index="lane", columns="date", values="volume")
    head = ";2022" + ";" * 12 + "2023" + ";" * 11 + "\nStrecke;" + ";".join(DE_MONTHS * 2) + "\n"
    history = read(head + both.to_csv(sep=";", header=False))
    assert found(history) == expected(MONTHLY)
    noted(history, "two rows")


def test_weeks_with_a_column_of_years(read):
    rows = WEEKLY.assign(week=WEEKLY["date"].dt.isocalendar().week).pivot(index="lane", columns="week", values="volume")
    text = rows.rename(columns=lambda week: f"KW{week:02d}").rename_axis("Relation").reset_index().assign(Jahr=2023)
    assert found(read(text_of(text))) == expected(WEEKLY)


def test_blank_cells_are_unknown_where_a_table_writes_zeros_and_no_row_where_it_does_not(read):
    table = wide(LONG, lambda day: f"{day:%Y-%m-%d}").astype(object)
    table.iloc[0, 3] = table.iloc[1, 7] = ""
    history = read(text_of(table))
    assert len(found(history)) == len(LONG) - 2 == history.account.rows_read
    noted(history, "blank cells of the table: 2; they make no row")
    table.iloc[0, 5] = "0"
    history = read(text_of(table))
    assert history.account.reasons() == {"volume is unknown": 2}
    assert history.flows["volume"].isna().sum() == 2 and len(history.flows) == len(LONG)
    noted(history, "blank cells of the table: 2; they are unknown")


def test_totals_beside_and_below_a_wide_table_are_no_flows(read):
    table = wide(LONG, lambda day: f"{day:%d.%m.%Y}")
    sums = table.drop(columns="lane").sum()
    last = pd.DataFrame([["Gesamt", *sums]], columns=table.columns)
    table = pd.concat([table, last]).assign(Gesamt=lambda t: t.drop(columns="lane").sum(axis=1))
    history = read(text_of(table))
    assert found(history) == expected(LONG) and history.account.ignored == ("Gesamt",)
    noted(history, "rows of totals, left out: 1")


def test_a_lane_whose_name_begins_like_a_total_is_a_lane(read):
    table = MONTHLY.replace({"lane": {"A": "Total Energies", "B": "Summa Cum"}})
    assert found(read(text_of(wide(table, lambda day: f"{day:%Y-%m}")))) == expected(table)


def test_several_columns_that_name_the_rows(read):
    table = MONTHLY.assign(region="Nord", sku=MONTHLY["lane"], origin="X", destination=MONTHLY["lane"])
    for names, lane in ((["region", "sku"], "{}"), (["origin", "destination"], "X-{}")):
        rows = table.pivot(index=names, columns="date", values="volume").rename(columns=lambda day: f"{day:%Y-%m}")
        history = read(text_of(rows.reset_index()))
        assert found(history) == expected(MONTHLY.assign(lane=[lane.format(x) for x in MONTHLY["lane"]]))
    two = MONTHLY.assign(country=MONTHLY["lane"], product="P")
    two = pd.concat([two, two.assign(product="Q", volume=two["volume"] + 1)])
    rows = two.pivot(index=["country", "product"], columns="date", values="volume").rename(
        columns=lambda d: f"{d:%Y-%m}"
    )
    history = read(text_of(rows.reset_index()))
    assert found(history) == expected(two.assign(lane=two["country"] + "-" + two["product"]))
    noted(history, "'country' and 'product' joined")
    summed = read(text_of(rows.reset_index()), columns={"lane": "product"})
    assert found(summed) == expected(two.assign(lane=two["product"]))


def test_a_wide_table_with_one_row_and_no_name_is_one_lane_called_after_the_file(read):
    one = MONTHLY[MONTHLY["lane"] == "A"]
    rows = wide(one, lambda day: f"{day:%Y-%m}").drop(columns="lane")
    history = read(text_of(rows), "berlin.csv")
    assert found(history) == expected(one, "berlin")


@pytest.mark.parametrize("heading", ["{0}-Q{1}", "Q{1} {0}", "{1}. Quartal {0}", "q_{2}"])
def test_a_column_for_each_quarter(read, heading):
    quarters = [(year, quarter) for year in (2001, 2002) for quarter in range(1, 5)]
    names = [heading.format(year, quarter, 4 * (year - 2001) + quarter) for year, quarter in quarters]
    volumes = [30, 60, 33, 12, 90, 27, 45, 21]
    history = read(";".join(["SKU", *names]) + "\nA;" + ";".join(map(str, volumes)) + "\n")
    table = pd.DataFrame({"date": pd.date_range("2001-01-01", periods=8, freq="QS"), "lane": "A", "volume": volumes})
    assert found(history) == expected(table) and history.period == "QS"
    noted(history, "dates are quarters, dated on their first day")


def test_repeated_periods_are_refused(read):
    with pytest.raises(ValueError, match="2 columns for one period: '2023-01' and '2023-01'"):
        read("SKU,2023-01,2023-02,2023-01\nA,1,2,3\n")


# ---------------------------------------------------------------- lanes across, one series


def test_dates_down_and_a_column_for_each_lane(read):
    table = LONG.pivot(index="date", columns="lane", values="volume")
    for name in ("Datum", ""):
        history = read(table.rename_axis(name).assign(Summe=table.sum(axis=1)).to_csv(sep=";"))
        assert found(history) == expected(LONG) and history.account.ignored == ("Summe",)
        noted(history, "2 columns", "are a lane each")


@pytest.mark.parametrize(
    ("header", "lane", "options"),
    [
        ("Month,TEU", "TEU", {}),
        ("ds,y", "berlin", {}),
        ("date,volume", "berlin", {}),
        ("Monat,Wochenaufkommen Nord", "Wochenaufkommen Nord", {}),
        ("date,price", "price", {"columns": {"volume": "price"}}),
        ("date,port,volume", "berlin", {"columns": {"lane": ""}}),
    ],
)
def test_one_series_is_one_lane(read, header, lane, options):
    one = LONG[LONG["lane"] == "HAM-MUC"]
    table = pd.DataFrame({name: one["volume"] for name in header.split(",")}).assign(port="X")[header.split(",")]
    table[header.split(",")[0]] = one["date"].dt.strftime("%Y-%m-%d")
    history = read(text_of(table), "berlin.csv", **options)
    assert found(history) == expected(one, lane)
    noted(history, "all rows are one lane")


def test_a_column_that_is_the_sum_of_the_others_is_no_lane(read):
    table = LONG.pivot(index="date", columns="lane", values="volume")
    history = read(table.assign(n_all=table.sum(axis=1)).to_csv(sep=";"))
    assert found(history) == expected(LONG) and history.account.ignored == ("n_all",)


def test_a_heading_between_periods_that_cannot_be_read_is_refused(read):
    table = wide(MONTHLY, lambda day: f"{day:%Y-%m}").rename(columns={"2022-03": "2022-3*"})
    with pytest.raises(ValueError, match=r"a column '2022-3\*' of numbers between its columns of periods: rename or"):
        read(text_of(table))
    table = wide(MONTHLY, lambda day: f"{day:%Y-%m}")
    table.insert(4, "2022-Q1", 7)
    history = read(text_of(table.assign(**{"2022": 1, "2023": 2})))
    assert found(history) == expected(MONTHLY) and history.account.ignored == ("2022-Q1", "2022", "2023")


def test_several_rows_a_date_are_no_single_series(read):
    with pytest.raises(
        ValueError, match=r"no column for lane; .*or all rows may be one lane; say .*columns={'lane': ''}"
    ):
        read(text_of(LONG.assign(lane=1).rename(columns={"lane": "berth"})))


# ---------------------------------------------------------------- joins and blocks


def test_origin_and_destination_make_a_lane(read):
    table = LONG.assign(Von=LONG["lane"].str[:3], Nach=LONG["lane"].str[-3:])
    history = read(text_of(german(table)[["date", "Von", "Nach", "volume"]]))
    assert found(history) == expected(table.assign(lane=table["Von"] + "-" + table["Nach"]))
    noted(history, "the lane is 'Von' and 'Nach' joined")
    assert history.account.columns["Von + Nach"] == "lane"
    both = text_of(german(table).rename(columns={"lane": "Artikel"}))
    assert found(read(both, columns={"lane": "Von+Nach"})) == found(history)
    assert found(read(both, columns={"lane": "Artikel"})) == expected(LONG)
    assert found(read(text_of(german(table)))) == expected(LONG)  # a column called lane is the lane


@pytest.mark.parametrize("month", ["number", "name", "english"])
def test_year_and_month_make_a_date(read, month):
    names = {"number": range(1, 13), "name": DE_MONTHS, "english": "January February March April May June July".split()}
    table = MONTHLY[MONTHLY["date"].dt.month <= 7]
    shown = [list(names[month])[m - 1] for m in table["date"].dt.month]
    history = read(text_of(table.assign(Jahr=table["date"].dt.year, Monat=shown)[["Monat", "Jahr", "lane", "volume"]]))
    assert found(history) == expected(table)
    noted(history, "the date is 'Jahr' and 'Monat' joined: '2022-01-01'")


def test_year_and_week_and_year_month_day_make_a_date(read):
    weeks = WEEKLY.assign(Jahr=2023, KW=WEEKLY["date"].dt.isocalendar().week)[["Jahr", "KW", "lane", "volume"]]
    history = read(text_of(weeks))
    assert found(history) == expected(WEEKLY) and history.period == "W"
    days = LONG.assign(year=2024, month=1, day=LONG["date"].dt.day).drop(columns="date")
    assert found(read(text_of(days))) == expected(LONG)


def test_date_and_hour_are_joined(read):
    table = LONG.loc[LONG.index.repeat(24)].assign(hour=list(range(24)) * len(LONG))
    history = read(text_of(table))
    assert found(history) == expected(table)
    noted(history, "'date' and 'hour' joined: '2024-01-01 00:00'")
    for durations in (75.5, 5, "75:30"):
        assert "time" in read(text_of(LONG.assign(time=durations))).account.ignored
    noted(read(text_of(LONG.assign(Uhrzeit="5:30"))), "'date' and 'Uhrzeit' joined: '2024-01-01 05:30'")


@pytest.mark.parametrize("merged", ["lane", "date"])
def test_a_lane_or_a_date_in_the_first_row_of_a_block_is_filled_down(read, merged):
    table = LONG.sort_values([merged, "date", "lane"], kind="stable")
    blocks = german(table)
    blocks.loc[table.duplicated(merged), merged] = ""
    history = read(text_of(blocks))
    assert found(history) == expected(LONG)
    noted(history, f"{merged!r} stands in the first row of a block only", str(len(LONG) - table[merged].nunique()))


def test_a_lane_that_is_missing_here_and_there_is_not_filled(read):
    table = LONG.copy()
    table.loc[[3, 10, 11, 30], "lane"] = ""
    history = read(text_of(table), good_rows_only=True)
    assert history.account.reasons() == {"lane is empty": 4}


def test_a_row_is_never_taken_for_a_header(read):
    rows = "\n".join(f"2024{i % 12 + 1:02d},carrier,2023{i % 12 + 1:02d},{i}" for i in range(40))
    with pytest.raises(ValueError, match="no column for date, lane, volume; found 'a', 'b', 'c', 'd'"):
        read("a,b,c,d\n" + rows)


def test_a_clean_table_is_read_as_it_stands(read):
    history = read(text_of(LONG))
    assert found(history) == expected(LONG)
    assert len(history.account.notes) == 1  # on gaps
    again = pd.read_csv(io.StringIO(text_of(LONG)), sep=";", parse_dates=["date"])
    assert found(history) == expected(again)
