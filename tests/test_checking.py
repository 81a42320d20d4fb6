"""A sentence may give only numbers of the evidence, with their names and units."""

import pytest

from twin.analyst.checking import Unsupported, checked
from twin.analyst.evidence import Evidence
from twin.analyst.online import Reader
from twin.plan.wording import label


@pytest.fixture
def evidence():
    """Return the evidence: facts about two lanes, and a what-if."""
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
    made.change("whatif1", "return_rate", 0.1, 0.2)
    made.scenarios["whatif1"] = ("lane1", ("return_rate",))
    made.add("lane1", "revenue", 8000.0)
    made.add("lane1", "internal_capacity", 460.0)
    return made


def said(sentence, evidence):
    """Return a sentence as readers see it."""
    return "".join(piece.text for piece in checked(sentence, evidence))


SUPPORTED = {
    "CVaR, like VIPs, is not a Roman number.": None,
    "There are two main drivers, and one of them is a third party.": None,
    "Own capacity of {{lane1}} is fine ({{lane1.internal_capacity}}).": (
        "Own capacity of BER-MUC is fine (460.0 pallets)."
    ),
    "If returns double, profit falls from {{lane1.profit}} to {{whatif1.profit}}.": (
        "If returns double, profit falls from $1,234 a day to $617.2 a day."
    ),
    "With that profit would be {{whatif1.profit}}/day.": "With that profit would be $617.2 a day.",
    "{{lane1}} earns less than {{lane2}}: {{lane1.profit}} against {{lane2.profit}}.": (
        "BER-MUC earns less than HAM-ROT: $1,234 a day against $2,862 a day."
    ),
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
    "Profit would change by {{whatif1.profit.change}}.": "Profit would change by −$617.2 a day.",
    "The lead time of 5 days is short.": None,
    "A resilience index of 91 is high.": None,
    "The value at risk is a gain of $320 a day.": None,
    "Why? One of the reasons is demand, and the other one is the carrier.": None,
    "It is {{lane1.safety_stock}} ({{lane1.fill_rate}} of demand).": "It is 163.4 pallets (96.4% of demand).",
}


@pytest.mark.parametrize("sentence", SUPPORTED)
def test_a_sentence_that_facts_support_is_shown(sentence, evidence):
    assert said(sentence, evidence) == (SUPPORTED[sentence] or sentence)


def test_a_number_that_is_written_out_is_linked_to_its_fact(evidence):
    sentence = "Safety stock is 163 pallets at a service level of 95 %."
    facts = [piece.fact.id for piece in checked(sentence, evidence) if piece.fact]
    assert facts == ["lane1.safety_stock", "lane1.service_level"]


UNSUPPORTED = {
    "an unknown fact": "Profit is {{lane1.margin}}.",
    "an unknown lane": "{{lane7}} is fine.",
    "another number": "Safety stock is 170 pallets.",
    "beyond its rounding": "Safety stock is 163.5 pallets.",
    "rounded down": "Safety stock is 163.3 pallets.",
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
    "another lane": "Profit of {{lane2}} is {{lane1.profit}}.",
    "what would be, told as what is": "Profit of {{lane1}} is {{whatif1.profit}}.",
    "a what-if written out": "Profit of {{lane1}} is $617 a day.",
    "up": "Profit goes up by {{whatif1.profit.change}}.",
    "up, from one to the other": "Profit rises from {{lane1.profit}} to {{whatif1.profit}}.",
    "one of two clauses": "Profit falls by {{whatif1.profit.change}}, while it rises by {{whatif1.profit.change}}.",
    "a name with words between": "Profit is really almost exactly {{lane1.revenue}}.",
    "a name in the plural": "The profits are {{lane1.revenue}}.",
    "a name after the number": "It is {{lane1.revenue}} of profit.",
    "a name after a number written out": "You need 460 pallets of safety stock.",
    "no name": "There is a 95 % chance of bankruptcy.",
    "rounded to nothing": "Profit is $0k a day.",
    "rounded to one digit": "Profit is $1k a day.",
    "an exponent out of reach": "Safety stock is 1e9999 pallets.",
    "plus or minus": "The lead time is ±5 days.",
    "minus in words": "It is minus {{lane1.profit}}.",
    "accents": "It takes séventeen pallets.",
    "Greek letters": "It takes \u03b7ine pallets.",
    "underscores": "It takes _seventeen_ pallets.",
    "glued": "It takes seventeenpallets.",
    "spaced": "It takes s e v e n pallets.",
    "a hyphen inside": "It takes se-venteen pallets.",
    "another hyphen": "It takes twenty\u2011five pallets.",
    "misspelt": "It takes twnety pallets, or two hunderd.",
    "manifold": "It is sixfold, or an order of magnitude more.",
    "rates": "It happens once a week, or every second day.",
    "ordinals": "It is the tenth pallet, in the top decile.",
    "one in disguise": "It costs a dollar a day more.",
    "several hundred": "It takes several hundred pallets.",
    "lower-case Roman": "It takes xii pallets.",
    "another noun after a fact": "It holds {{lane1.safety_stock}} containers.",
    "another rate after a comma": "Profit is {{lane1.profit}}, per week.",
    "another sign before a fact": "Profit is HK${{lane1.profit}}.",
    "another period before a fact": "The annual profit is {{lane1.profit}}.",
    "a rate that nobody knows": "Own capacity is 460 pallets each minute.",
    "symbols": "It takes ⠼⠁⠛ pallets.",
    "half a placeholder": "Profit is {{lane1.profit",
    "too many braces": "Profit is {{{lane1.profit}}}.",
    "hidden digits": "Profit is 9\u200b9\u200b9 dollars.",
    "full width": "Profit is ９９９ dollars.",
}


@pytest.mark.parametrize("reason", UNSUPPORTED)
def test_a_sentence_that_no_fact_supports_is_refused(reason, evidence):
    with pytest.raises(Unsupported):
        checked(UNSUPPORTED[reason], evidence)


def test_without_evidence_a_number_is_refused():
    with pytest.raises(Unsupported):
        checked("Profit is $0 a day.", Evidence("D"))
    assert said("There is no evidence.", Evidence("D")) == "There is no evidence."


def test_the_period_is_that_of_the_history():
    weekly = Evidence("W")
    weekly.name_lane("lane1", "BER-MUC")
    weekly.add("lane1", "profit", 10.0)
    assert said("It is {{lane1.profit}}.", weekly) == "It is $10.00 a week."
    assert said("Profit is $10 a week.", weekly) == "Profit is $10 a week."
    for other in (
        "Profit is $10 a day.",
        "The annual profit is {{lane1.profit}}.",
        "Daily profit is {{lane1.profit}}.",
    ):
        with pytest.raises(Unsupported):
            checked(other, weekly)


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


@pytest.mark.parametrize("number", ["0 pallets", "zero pallets", "no more than 0 pallets"])
def test_zero_pallets_are_not_a_few_tenths_of_a_pallet(evidence, number):
    evidence.add("lane2", "expected_overflow", 0.3)
    with pytest.raises(Unsupported):
        checked(f"The expected overflow of {{{{lane2}}}} is {number}.", evidence)
    assert said("Expected overflow of {{lane2}} is 0.3 pallets.", evidence) == (
        "Expected overflow of HAM-ROT is 0.3 pallets."
    )


def test_a_name_belongs_to_a_number_at_most_five_words_away(evidence):
    with pytest.raises(Unsupported, match=r"lane1.safety_stock is called profit"):
        checked("Profit of this lane does need {{lane1.safety_stock}}.", evidence)
    assert said("Profit of this lane does surely need {{lane1.safety_stock}}.", evidence) == (
        "Profit of this lane does surely need 163.4 pallets."
    )


def test_changes_of_shares_are_in_points_and_signed():
    evidence = Evidence("D")
    evidence.change("whatif1", "service_level", 0.95, 0.9)
    evidence.change("whatif1", "profit", -200.0, -100.0)
    shown = {fact.id: evidence.printed(fact) for fact in evidence.facts.values()}
    assert shown == {
        "whatif1.service_level.change": "−5.0 points",
        "whatif1.service_level.relative": "-5.3%",
        "whatif1.profit.change": "+$100.0 a day",
        "whatif1.profit.relative": "+50.0%",
    }


@pytest.mark.parametrize("value", [0.0, 0.05, 123456789.5, 1e12, 1e15, 1e300, -4e22])
@pytest.mark.parametrize("name", ["profit", "safety_stock", "service_level", "lead_time_mean_days"])
def test_extreme_values_are_printed_so_that_they_can_be_read_back(name, value):
    evidence = Evidence("D")
    evidence.name_lane("lane1", "BER-MUC")
    evidence.add("lane1", name, value)
    printed = evidence.printed(evidence.facts[f"lane1.{name}"])
    assert len(printed) < 48
    (shown,) = [piece for piece in checked(f"{label(name)} is {printed}.", evidence) if piece.fact]
    assert shown.fact.value == value


# ------------------------------------------------------------ texts of models, as they arrive


def read(text, evidence, step=7):
    """Return the sentences shown of a text that arrives in pieces."""
    reader = Reader(evidence, [], lambda sentences: None)
    for start in range(0, len(text), step):
        reader.take(text[start : start + step])
    reader.end()
    return [sentence.text() for sentence in reader.sentences]


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_lists_headings_and_spaced_placeholders_are_read(evidence, step):
    text = "## Answer\n1. Profit is {{ lane1.profit }}.\n2. **Safety stock** is `{{lane1.safety_stock}}`.\n- So be it."
    shown = read(text, evidence, step)
    assert shown == ["Answer Profit is $1,234 a day.", "Safety stock is 163.4 pallets.", "So be it."]


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_line_break_without_punctuation_does_not_end_a_sentence(evidence, step):
    text = "It is minus\n\n{{lane1.profit}}. Profit is {{lane1.profit}}."
    assert read(text, evidence, step) == [
        "A sentence that no fact supports is left out here.",
        "Profit is $1,234 a day.",
    ]
