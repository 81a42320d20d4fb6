"""The straits of IMF PortWatch, in a folder of their own; without it, these tests alone have nothing to test."""

import numpy as np
from test_records import is_as_derived, is_stated

from twin.data.history import dense
from twin.data.load import load_history
from twin.data.records import public_record


def test_it_is_stated_and_attributed():
    is_stated("portwatch-straits")
    assert public_record("portwatch-straits").attribution == "Source: IMF PortWatch (portwatch.imf.org)."


def test_it_is_what_the_raw_file_gives():
    is_as_derived("portwatch-straits")


def test_the_suez_canal_was_blocked():
    lanes, dates, calls = dense(load_history("record:portwatch-straits"))
    week = (dates >= np.datetime64("2021-03-22")) & (dates <= np.datetime64("2021-04-04"))
    told = [57, 38, 14, 2, 9, 9, 10, 32, 65, 63, 77, 76, 87, 87]
    assert calls[lanes == "Suez Canal"][0][week].tolist() == told
