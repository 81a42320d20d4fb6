"""A sentence may say the numbers of the evidence, with their names and units, and no others."""

import pytest

from twin.analyst.checking import Unsupported, checked
from twin.analyst.evidence import Evidence


@pytest.fixture
def evidence():
    """Facts about two lanes, and a what-if."""
    made = Evidence("D")
    made.name_lane("lane1", "BER-MUC")
    made.name_lane("lane2", "HAM-ROT")
    facts = {
        "profit": 1234.4,
        "safety_stock": 163.384,
        "service_level": 0.95,
        "fill_rate": 0.9641,
        "expected_overflow": 12.352,
        "resilience_index": 91.12,
        "lead_time_mean_days": 5.0,
        "partner_surcharge": 12.0,
        "value_at_risk": -320.0,
        "last_volume": 68.0,
    }
    for name, value in facts.items():
        made.add("lane1", name, value)
    made.add("lane2", "profit", 2862.2)
    made.add("network", "lanes", 2)
    made.add("whatif1", "profit", 617.2)
    made.change("whatif1", "profit", 1234.4, 617.2)
    made.change("whatif1", "service_level", 0.95, 0.96)
    return made


def said(sentence, evidence):
    """The sentence as it is shown."""
    return "".join(piece.text for piece in checked(sentence, evidence))


SUPPORTED = {
    "Profit of {{lane1}} is {{lane1.profit}}.": "Profit of BER-MUC is $1,234 a day.",
    "Profit is {{ lane1.profit }} a day.": "Profit is $1,234 a day.",
    "Profit is {{lane1.profit}} per day.": "Profit is $1,234 a day.",
    "Profit is ${{lane1.profit}}.": "Profit is $1,234 a day.",
    "It holds {{lane1.safety_stock}} pallets.": "It holds 163.4 pallets.",
    "The service level is {{lane1.service_level}}%.": "The service level is 95.0%.",
    "Safety stock is 163.4 pallets.": None,
    "Safety stock is 163 pallets.": None,
    "Profit is $1,234 a day.": None,
    "Profit is $1.2k a day.": None,
    "Profit is 1234 dollars.": None,
    "The service level is 95 %, or 0.95.": None,
    "The service level is ninety-five percent.": None,
    "Both lanes, two lanes in all, earn money.": None,
    "Profit would halve.": None,
    "Profit would fall by half.": None,
    "Profit falls by $617 a day.": None,
    "Profit would change by {{whatif1.profit.change}}.": "Profit would change by −$617.2 a day.",
    "The lead time of 5 days is short.": None,
    "A resilience index of 91 is high.": None,
    "The value at risk is a gain of $320 a day.": None,
    "Why? One of the reasons is demand, and the other one is the carrier.": None,
    "It is {{lane1.safety_stock}} ({{lane1.fill_rate}} of demand).": "It is 163.4 pallets (96.4% of demand).",
}


@pytest.mark.parametrize("sentence", SUPPORTED)
def test_what_is_known_is_said(sentence, evidence):
    assert said(sentence, evidence) == (SUPPORTED[sentence] or sentence)


def test_a_number_that_is_written_out_is_shown_as_the_fact_that_it_is(evidence):
    facts = [piece.fact.id for piece in checked("Safety stock is 163 pallets at 95 %.", evidence) if piece.fact]
    assert facts == ["lane1.safety_stock", "lane1.service_level"]


UNSUPPORTED = {
    "an unknown fact": "Profit is {{lane1.margin}}.",
    "an unknown lane": "{{lane7}} is fine.",
    "another number": "Safety stock is 170 pallets.",
    "beyond its rounding": "Safety stock is 163.5 pallets.",
    "another unit": "Safety stock is 163.4 days.",
    "another rate": "Profit is $1,234 a week.",
    "another currency": "Profit is €1,234 a day.",
    "another currency of a fact": "Profit is €{{lane1.profit}}.",
    "another unit of a fact": "Profit is {{lane1.profit}} pallets.",
    "another rate of a fact": "Profit is {{lane1.profit}} a month.",
    "per cent of a fact": "It holds {{lane1.safety_stock}} %.",
    "thousands of a fact": "Profit is {{lane1.profit}}k.",
    "millions of a fact": "Profit is {{lane1.profit}} million.",
    "a digit before a fact": "Profit is 1{{lane1.profit}}.",
    "a digit after a fact": "Profit is {{lane1.profit}}0.",
    "a sign before a fact": "Profit is -{{lane1.profit}}.",
    "arithmetic with facts": "Profit is {{lane1.profit}} * {{lane1.fill_rate}}.",
    "a multiple of a fact": "Profit is twice {{lane1.profit}}.",
    "a part of a fact": "A third of {{lane1.profit}}.",
    "no unit": "Safety stock is 163.4.",
    "a number of another noun": "Safety stock needs 163 trucks.",
    "words": "Safety stock is one hundred and seventy pallets.",
    "a fraction": "Profit falls by a third.",
    "a multiple": "Profit triples.",
    "odds": "It happens in one of nine days, or 1 in 9.",
    "a year": "In 2025 it was better.",
    "a date": "It peaks on 2025-12-01.",
    "Roman": "It takes XII pallets.",
    "vague": "It takes dozens of pallets.",
    "foreign": "Es braucht zwölf Paletten.",
    "another script": "Прибыль двенадцать.",
    "superscript": "It holds 10² pallets.",
    "another name of a fact": "Safety stock is {{lane1.profit}}.",
    "another name of a number": "The profit of {{lane1}} is 163.4 pallets.",
    "the other direction": "Profit rises by {{whatif1.profit.change}}.",
    "the other sign": "Profit changes by +$617 a day.",
    "hidden digits": "Profit is 9\u200b9\u200b9 dollars.",
    "full width": "Profit is ９９９ dollars.",
}


@pytest.mark.parametrize("reason", UNSUPPORTED)
def test_what_is_not_known_is_not_said(reason, evidence):
    with pytest.raises(Unsupported):
        checked(UNSUPPORTED[reason], evidence)


def test_with_no_evidence_no_number_is_said():
    with pytest.raises(Unsupported):
        checked("Profit is $0 a day.", Evidence("D"))
    assert said("There is no evidence.", Evidence("D")) == "There is no evidence."


def test_the_period_is_that_of_the_history():
    weekly = Evidence("W")
    weekly.add("lane1", "profit", 10.0)
    assert said("It is {{lane1.profit}}.", weekly) == "It is $10.00 a week."
    assert said("It is $10 a week.", weekly) == "It is $10 a week."
    with pytest.raises(Unsupported):
        checked("It is $10 a day.", weekly)


# ------------------------------------------------------------ the table itself


def test_a_fact_has_the_unit_of_its_measure_or_is_not_taken():
    evidence = Evidence("D")
    evidence.add("lane1", "profit", 5.0, unit="pallet")
    evidence.add("lane1", "safety_stock", 5.0, unit="pallet")
    evidence.add("lane1", "fill_rate", float("nan"))
    assert set(evidence.facts) == {"lane1.safety_stock"}
    assert evidence.missing == {
        "lane1.profit": "it is given in pallet, where $/period is meant",
        "lane1.fill_rate": "it is not known",
    }
    with pytest.raises(ValueError, match="name must be that of a measure; got margin"):
        evidence.add("lane1", "margin", 5.0)


def test_sources_that_contradict_each_other_leave_no_fact():
    evidence = Evidence("D")
    for value, source in ((5.0, "lane.assess"), (5.0 + 1e-12, "again"), (7.0, "the ledger"), (5.0, "lane.assess")):
        evidence.add("lane1", "profit", value, source)
    assert evidence.facts == {}
    assert [fact.source for fact in evidence.contradictions["lane1.profit"]] == ["lane.assess", "the ledger"]


def test_changes_of_shares_are_in_points_and_signed():
    evidence = Evidence("D")
    evidence.change("whatif1", "service_level", 0.95, 0.9)
    evidence.change("whatif1", "profit", -200.0, -100.0)
    shown = {fact.id: evidence.printed(fact) for fact in evidence.facts.values()}
    assert shown == {
        "whatif1.service_level.change": "−5.0 points",
        "whatif1.profit.change": "+$100.0 a day",
        "whatif1.profit.relative": "+50.0%",
    }


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-9, 0.05, 123456789.5, 1e12, 1e15, 1e300, -4e22])
def test_extreme_values_are_printed_so_that_they_can_be_read_back(value):
    evidence = Evidence("D")
    for name in ("profit", "safety_stock", "service_level", "lead_time_mean_days", "trend"):
        evidence.add("lane1", name, value)
        fact = evidence.facts[f"lane1.{name}"]
        printed = evidence.printed(fact)
        assert len(printed) < 48
        assert said(f"It is {printed}.".replace("−$", "$"), evidence) if name == "profit" else True
