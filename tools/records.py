"""Derive the records of the package from the files as they were found, and write them with their digests.

    TWIN_REAL_DATA=FOLDER python tools/records.py [NAME ...]

Each function below returns the tables of one record. The same raw file gives the same bytes.
"""

import gzip
import hashlib
import os
import re
import sys
from pathlib import Path

import pandas as pd

RECORDS = Path(__file__).parents[1] / "twin" / "data" / "records"
KEPT_NAMES = {  # carriers that stand in the file under two names
    "United Airlines - Pre 07/01/2013": "United Airlines",
    "Philippine Airline, Inc. (INACTIVE - DO NOT USE)": "Philippine Airlines",
}
SCRAMBLED = r"20(\d\d)-(\d\d)-(\d\d)"  # written by a spreadsheet for month, day and year: 2005-03-13 is 3 May 2013
CODES = 40  # number of articles


def sfo_air_cargo(folder):
    """Return the tonnes enplaned in San Francisco for each region and month."""
    cargo = _enplaned(folder)
    return {"flows.csv.gz": _tonnes(cargo, "SFO-" + cargo["GEO Region"].str.replace(" / ", "/"))}


def sfo_asia_carriers(folder):
    """Return the tonnes enplaned in San Francisco for Asia, for each carrier and month."""
    cargo = _enplaned(folder)
    cargo = cargo[cargo["GEO Region"] == "Asia"]
    return {"flows.csv.gz": _tonnes(cargo, cargo["Operating Airline"].replace(KEPT_NAMES))}


def scms(folder):
    """Return the packs due for each country, mode and day, and the dates of every order line."""
    lines = _text(folder / "scms_delivery_history.csv.gz")
    table = pd.DataFrame(
        {
            "country": lines["Country"],
            "mode": lines["Shipment Mode"],
            "ordered": lines["PO Sent to Vendor Date"].map(_ordered),
            "scheduled": pd.to_datetime(lines["Scheduled Delivery Date"], format="%d-%b-%y"),
            "delivered": pd.to_datetime(lines["Delivered to Client Date"], format="%d-%b-%y"),
            "packs": lines["Line Item Quantity"].astype(int),
        }
    )
    lane = table["country"] + " (" + table["mode"] + ")"
    flows = _flows(table["scheduled"], lane, table["packs"])
    return {"flows.csv.gz": flows, "lead_times.csv.gz": table.sort_values(list(table), ignore_index=True)}


def online_retail(folder):
    """Return the pieces sold and returned for each of the articles with the largest sales, and each day."""
    sales = _text(folder / "online_retail_daily.csv.gz").astype({"sold": int, "returned": int})
    sales = sales[sales["stock_code"].str.match(r"\d{5}")]
    total = sales.groupby("stock_code")["sold"].sum()
    chosen = total.sort_values(ascending=False, kind="stable").index[:CODES]
    names = _text(folder / "seed_online_retail_top40_daily.csv.gz")["product_name"].unique()  # code and description
    names = {name.split()[0]: name for name in names}
    sales = sales[sales["stock_code"].isin(chosen)]
    lane = sales["stock_code"].map(names)
    return {"flows.csv.gz": _flows(pd.to_datetime(sales["date"]), lane, sales["sold"], sales["returned"])}


def portwatch_straits(folder):
    """Return the transit calls of each strait and day."""
    calls = _text(folder / "portwatch_chokepoints_daily.csv.gz")
    return {
        "flows.csv.gz": _flows(
            pd.to_datetime(calls["date"].str[:10], format="%Y/%m/%d"), calls["portname"], calls["n_total"].astype(int)
        )
    }


DERIVED = {
    "online-retail": online_retail,
    "portwatch-straits": portwatch_straits,
    "scms": scms,
    "sfo-air-cargo": sfo_air_cargo,
    "sfo-asia-carriers": sfo_asia_carriers,
}


def written(table):
    """Return a table as the bytes of a CSV file."""
    return table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()


def digest_of(content):
    """Return the SHA-256 digest of the bytes of a CSV file, before compression."""
    return hashlib.sha256(content).hexdigest()


def _text(path):
    """Return a file as a table of texts: the mode "N/A" is a text, too."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _enplaned(folder):
    cargo = _text(folder / "sfo_air_cargo.csv.gz")
    return cargo[cargo["Activity Type Code"] == "Enplaned"]


def _tonnes(cargo, lane):
    """Return the metric tons of each lane and month, summed, and then rounded to whole numbers."""
    months = pd.to_datetime(cargo["Activity Period"], format="%Y%m")
    return _flows(months, lane, cargo["Cargo Metric TONS"].astype(float))


def _flows(date, lane, volume, returns=None):
    """Return the sums for each lane and date as whole numbers, sorted by lane and date."""
    table = pd.DataFrame({"date": date, "lane": lane, "volume": volume})
    if returns is not None:
        table["returns"] = returns
    sums = table.groupby(["lane", "date"]).sum().round().astype(int)
    return sums.reset_index()[list(table)]


def _ordered(text):
    """Return the date of an order, or NaT for a text that is none."""
    if found := re.fullmatch(SCRAMBLED, text):
        month, day, year = found.groups()
        return pd.Timestamp(int(f"20{year}"), int(month), int(day))
    return pd.to_datetime(text, format="%m/%d/%y", errors="coerce")


def main(names):
    """Write the records of these names, or of all folders, and the digests in their statements."""
    folder = Path(os.environ.get("TWIN_REAL_DATA", "missing"))
    if not folder.is_dir():
        sys.exit(f"TWIN_REAL_DATA must name the folder of the raw files; got {folder}")
    for name in names or sorted(path.parent.name for path in RECORDS.glob("*/record.toml")):
        statement = RECORDS / name / "record.toml"
        text = statement.read_text(encoding="utf-8")
        for file, table in DERIVED[name](folder).items():
            content = written(table)
            (RECORDS / name / file).write_bytes(gzip.compress(content, mtime=0))
            text = re.sub(rf'(?m)^("{re.escape(file)}" = )".*"$', rf'\1"{digest_of(content)}"', text)
            print(f"{name}/{file}: {len(table):,} rows, {(RECORDS / name / file).stat().st_size:,} bytes")
        statement.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
