"""Numbers in a text are found, in digits and in words, with their unit and their printed rounding."""

import math

import pytest

from twin.analyst.numerals import numerals, plain

READ = {
    "12.5 %": (0.125, 0.0005, "-"),
    "12,5 percent": (0.125, 0.0005, "-"),
    "95%": (0.95, 0.005, "-"),
    "1,200 pallets": (1200, 0.5, "pallet"),
    "1.200,5": (1200.5, 0.05, ""),
    "1 200 pallets a week": (1200, 0.5, "pallet/week"),
    "$1,234.50 per day": (1234.5, 0.005, "$/day"),
    "−$2.5 a pallet and day": (-2.5, 0.05, "$/pallet/day"),
    "$-5": (-5, 0.5, "$"),
    "USD 40": (40, 0.5, "$"),
    "40 dollars": (40, 0.5, "$"),
    "€40": (40, 0.5, "other money"),
    "$1.2M": (1.2e6, 0.05e6, "$"),
    "3 million pallets": (3e6, 0.5e6, "pallet"),
    "1.5e3 pallets": (1500, 50, "pallet"),
    "5 points": (5, 0.5, "points"),
    "2.0 times": (2, 0.05, "times"),
    "2x": (2, 0.5, "times"),
    "x1.5": (1.5, 0.05, "times"),
    "a third": (1 / 3, 0.005, "-"),
    "two thirds": (2 / 3, 0.005, "-"),
    "three quarters": (0.75, 0.005, "-"),
    "a tenth": (0.1, 0.005, "-"),
    "1/3": (1 / 3, 0.005, "-"),
    "½": (0.5, 0.005, "-"),
    "half": (0.5, 0.005, "-"),
    "double": (2, 0.05, "times"),
    "halves": (0.5, 0.05, "times"),
    "twice": (2, 0.05, "times"),
    "tenfold": (10, 0.05, "times"),
    "5-fold": (5, 0.5, "times"),
    "1 in 20": (0.05, 0.005, "-"),
    "one out of twenty": (0.05, 0.005, "-"),
    "twenty-five percent": (0.25, 0.005, "-"),
    "twelve hundred and five pallets": (1205, 0.5, "pallet"),
    "fiftyfive pallets": (55, 0.5, "pallet"),
    "two point five days": (2.5, 0.05, "day"),
    "one pallet": (1, 0.5, "pallet"),
    "one more day": (1, 0.5, "day"),
    "a dozen lanes": (12, 0.5, "lane"),
    "zero": (0, 0, ""),
    "１２ pallets": (12, 0.5, "pallet"),
    "٣ pallets": (3, 0.5, "pallet"),
    "1\u200b2 pallets": (12, 0.5, "pallet"),
    "5 trucks": (5, 0.5, "unit"),
    "Q4": (4, 0.5, ""),
    "in 2025": (2025, 0.5, ""),
}


@pytest.mark.parametrize("text", READ)
def test_value_rounding_and_unit_of_a_number_are_read(text):
    (numeral,) = numerals(plain(text))
    value, slack, unit = READ[text]
    assert (numeral.value, numeral.slack, numeral.unit) == (pytest.approx(value), pytest.approx(slack), unit)


@pytest.mark.parametrize(
    "text",
    ["XII pallets", "Ⅻ", "dozens of pallets", "1.2.3", "zwölf Paletten", "le double? non, doppelt", "thousands", "⑫"],
)
def test_a_number_whose_value_is_unknown_is_found(text):
    found = numerals(plain(text))
    assert found and any(math.isnan(numeral.value) or text == "⑫" for numeral in found)


@pytest.mark.parametrize(
    "text",
    [
        "One of the lanes, and the other one.",
        "next quarter",
        "a third party",
        "CV and SLA",
        "a few rare peaks",
        "both lanes",
    ],
)
def test_words_that_are_no_number_are_not_found(text):
    assert numerals(plain(text)) == []


def test_several_numbers_and_dates_are_found_in_order():
    found = numerals("From 2025-12-28 on, 10–12 pallets or 5 %.")
    assert [numeral.unit for numeral in found] == ["date", "", "pallet", "-"]
    assert [numeral.value for numeral in found[1:]] == [10, 12, 0.05]


def test_every_whole_number_in_words_is_read():
    ones = "one two three four five six seven eight nine".split()
    tens = {20: "twenty", 50: "fifty", 90: "ninety"}
    for hundreds in (0, 1, 7):
        for ten, word in tens.items():
            for one, name in enumerate(ones, 1):
                words = f"{ones[hundreds - 1]} hundred and {word}-{name}" if hundreds else f"{word}-{name}"
                (numeral,) = numerals(f"{words} pallets")
                assert numeral.value == 100 * hundreds + ten + one
