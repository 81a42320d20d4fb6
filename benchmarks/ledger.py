"""Time of the ledger: bulk imports against plain inserts, statistics in the database against fetching the flows."""

import sqlite3
import sys
import tempfile
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import psycopg
from measure import at_least, at_most, seconds
from sqlalchemy import event

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from private_postgresql import Server, programs

from twin.data.ledger.store import Ledger
from twin.data.settle import history_from
from twin.data.statistics import lane_statistics

FEW, MANY, LANES = 100_000, 10_000_000, 1_000
FIRST = np.datetime64("1998-01-01")


def flows(size):
    """Return a history of about `size` flows of 1,000 lanes, one flow a lane and day."""
    rng = np.random.Generator(np.random.PCG64(1))
    days = FIRST + np.arange(size // LANES)
    names = pd.Index([f"LANE-{i:04d}" for i in range(LANES)], dtype="str")
    rows = pd.DataFrame(
        {
            "line": np.arange(1, size + 1),
            "date": np.repeat(days, LANES),
            "lane": pd.Categorical.from_codes(np.tile(np.arange(LANES), len(days)), names),
            "volume": np.maximum(np.rint(rng.normal(100, 20, size)), 0),
        }
    )
    return history_from(rows, {"file": "benchmark", "rows_read": size, "notes": ()})


@contextmanager
def engines():
    """Yield {name of an installed engine: function that returns the address of a new database}."""
    server = Server() if programs() else None
    with tempfile.TemporaryDirectory() as folder:
        number = count()
        made = {"SQLite": lambda: f"sqlite:///{folder}/{next(number)}.sqlite"}
        if server:
            made["PostgreSQL"] = lambda: server.url(server.new_database())
        try:
            yield made
        finally:
            if server:
                server.remove()


def connect(engine, url):
    """Return a connection of the plain driver, without SQLAlchemy."""
    if engine == "SQLite":
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url.replace("postgres:", "postgresql:", 1))


def measure_bulk_import():
    history, rounds = flows(FEW), 7
    day = history.flows["date"].dt.strftime("%Y-%m-%d")
    rows = list(zip(day, history.flows["lane"].astype(str), history.flows["volume"].tolist(), strict=True))
    with engines() as made:
        for engine, new in made.items():
            fresh = [Ledger(new()) for _ in range(rounds + 1)]
            urls = [new() for _ in fresh]
            if engine == "PostgreSQL":  # the baseline inserts into the ledger's own table, without COPY
                table, mark, bar = "twin_flow", "%s", 5
                for url in urls:
                    Ledger(url).close()
            else:  # the fastest possible baseline: a table without constraints, index and ids
                table, mark, bar = "bare", "?", 3
                for url in urls:
                    connect(engine, url).execute("CREATE TABLE bare (date TEXT, lane TEXT, volume REAL)")
            plain = [connect(engine, url) for url in urls]
            statement = f"INSERT INTO {table} (date, lane, volume) VALUES ({mark}, {mark}, {mark})"

            def executemany(plain=plain, statement=statement):
                with closing(plain.pop()) as connection:
                    connection.cursor().executemany(statement, rows)
                    connection.commit()

            one, other = seconds(lambda fresh=fresh: fresh.pop().import_history(history), executemany, rounds=rounds)
            what = f"import 100,000 flows into {engine} against executemany into {table}"
            yield at_most(what, one, other, bar) if engine == "SQLite" else at_least(what, one, other, bar)


def measure_statistics():
    history = flows(MANY)
    expected = lane_statistics(history)
    with engines() as made:
        for engine, new in made.items():
            url, began = new(), perf_counter()
            ledger = Ledger(url)
            ledger.import_history(history)
            print(f"  10,000,000 flows into {engine}: {perf_counter() - began:.0f} s", file=sys.stderr)
            connection = connect(engine, url)

            def fetch(connection=connection):
                return lane_statistics(fetched(connection))

            for found in (ledger.statistics(), fetch()):
                pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
            print(*plan(ledger), sep="\n  ", file=sys.stderr)
            ours, other = seconds(ledger.statistics, fetch, rounds=2)
            what = f"statistics of 10,000,000 flows of 1,000 lanes in {engine} against fetching the flows"
            yield at_least(what, ours, other, 3)
            connection.close()
            ledger.close()


def fetched(connection):
    """Return the history of all flows, fetched by the plain driver into arrays, unsorted and without ids."""
    name = "history" if isinstance(connection, psycopg.Connection) else None
    cursor = connection.cursor(name) if name else connection.cursor()
    day = "date - DATE '1970-01-01'" if name else "date"
    cursor.execute(f"SELECT lane, {day}, volume FROM twin_flow")
    codes, vectors = {}, []
    while rows := cursor.fetchmany(1 << 16):
        lane, day, volume = zip(*rows, strict=True)
        lane = [codes.setdefault(name, len(codes)) for name in lane]
        vectors.append((np.array(lane, np.int32), np.array(day, np.int64), np.array(volume, float)))
    cursor.close()
    lane, day, volume = (np.concatenate(vector) for vector in zip(*vectors, strict=True))
    rows = pd.DataFrame({"line": np.arange(len(day)), "date": day.astype("datetime64[D]"), "volume": volume})
    rows["lane"] = pd.Categorical.from_codes(lane, pd.Index(list(codes), dtype="str"))
    return history_from(rows, {"file": "fetched", "rows_read": len(rows), "notes": ()})


def plan(ledger):
    """Return the query plan of the statement for the sums, in the words of the database."""
    spoken = []

    def listen(connection, cursor, statement, parameters, context, many):
        if "sum(periods.deviation)" in statement:
            spoken.append((statement, parameters))

    event.listen(ledger._engine, "before_cursor_execute", listen)
    ledger.statistics(["LANE-0001"]) if ledger._engine.dialect.name == "sqlite" else ledger.statistics()
    event.remove(ledger._engine, "before_cursor_execute", listen)
    statement, parameters = spoken[-1]
    explain = "EXPLAIN QUERY PLAN " if ledger._engine.dialect.name == "sqlite" else "EXPLAIN "
    with ledger._engine.connect() as connection:
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    lines = [str(row[-1]) for row in rows]
    return ["query plan:", *(line for line in lines if any(word in line.upper() for word in ("SCAN", "SEARCH", "AGG")))]


MEASUREMENTS = (measure_bulk_import, measure_statistics)
