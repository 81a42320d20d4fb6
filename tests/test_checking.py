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


@pytest.fixture
def known(evidence):
    """Return the evidence with more facts about both lanes, and about the what-if."""
    facts = {
        "use_with_buffer": (0.89, 1.05),
        "required_capacity": (449.6, 281.2),
        "planned_overflow": (0.0, 0.0),
        "demand_mean": (100.2, 140.3),
        "lead_time_share": (0.775, 0.726),
        "demand_share": (0.223, 0.272),
        "season_share": (0.4, 0.01),
        "weekday_share": (0.3, 0.003),
        "best_profit_level": (0.936, 0.925),
        "handling": (5702.6, 6361.0),
        "holding": (839.0, 349.6),
        "penalty": (168.4, 52.6),
        "overflow_probability": (0.404, 0.441),
        "trend": (0.012, 0.004),
    }
    for name, values in facts.items():
        for key, value in zip(("lane1", "lane2"), values, strict=True):
            evidence.add(key, name, value)
    evidence.add("lane2", "internal_capacity", 285.0)
    evidence.add("lane2", "service_level", 0.95)
    evidence.add("lane2", "safety_stock", 138.1)
    evidence.add("whatif1", "required_capacity", 518.3)
    evidence.add("whatif1", "safety_stock", 163.384)
    evidence.change("whatif1", "safety_stock", 163.384, 163.384)
    return evidence


#: Sentences that facts bear out -> what they deny.
DECIDED = {
    "Only HAM-ROT is above its own capacity.": "Only BER-MUC is above its own capacity.",
    "Only one of the lanes exceeds its own capacity.": "Both lanes exceed their own capacity.",
    "No lane loses money.": "No lane makes money.",
    "Neither lane plans to use its partner.": "Both lanes plan to use the partner.",
    "HAM-ROT exceeds its own capacity, but BER-MUC does not.": "BER-MUC is profitable, but HAM-ROT is not.",
    "BER-MUC is not above its own capacity.": "HAM-ROT is not above its own capacity.",
    "BER-MUC does not earn more than HAM-ROT.": "HAM-ROT does not earn more than BER-MUC.",
    "If returns double, the safety stock of BER-MUC would not change: {{whatif1.safety_stock}}.": (
        "Profit of BER-MUC, {{whatif1.profit}}, would not change if returns double."
    ),
    "Own capacity of BER-MUC would no longer cover the required {{whatif1.required_capacity}}.": (
        "The own capacity of BER-MUC does not cover its required {{lane1.required_capacity}}."
    ),
    "HAM-ROT shows no weekly pattern, {{lane2.weekday_share}}.": (
        "BER-MUC shows no weekly pattern, {{lane1.weekday_share}}."
    ),
    "Uncertainty on BER-MUC comes from the lead time, {{lane1.lead_time_share}}, not from demand.": (
        "Uncertainty on BER-MUC comes from demand, {{lane1.demand_share}}, not from the lead time."
    ),
    "It is not BER-MUC but HAM-ROT that earns most.": "It is not HAM-ROT but BER-MUC that earns most.",
    "BER-MUC is not the most profitable lane.": "HAM-ROT is not the most profitable lane.",
    "Not all demand of BER-MUC is met: the fill rate is {{lane1.fill_rate}}.": (
        "All demand of BER-MUC is met: the fill rate is {{lane1.fill_rate}}."
    ),
    "A higher service level would not pay on BER-MUC.": "A higher service level would pay on BER-MUC.",
    "Holding of {{lane1.holding}} outweighs penalties of {{lane1.penalty}}.": (
        "Penalties of {{lane1.penalty}} outweigh holding of {{lane1.holding}}."
    ),
    "Second place in profit goes to BER-MUC.": "Second place in profit goes to HAM-ROT.",
    "Demand on BER-MUC has been practically flat, with a trend of {{lane1.trend}}.": (
        "Demand on BER-MUC has been falling, with a trend of {{lane1.trend}}."
    ),
    "There is no evidence on the dwell of HAM-ROT.": "There is no evidence on the profit of HAM-ROT.",
    "Renegotiate the price of BER-MUC before anything else.": (
        "The buffer of BER-MUC is anything but {{lane1.safety_stock}}."
    ),
    "An overflow is less likely on BER-MUC than on HAM-ROT.": "An overflow is more likely on BER-MUC than on HAM-ROT.",
    "The doubled returns have no effect on the safety stock, which remains {{whatif1.safety_stock}}.": (
        "The doubled returns have no effect on profit, which remains {{whatif1.profit}}."
    ),
    "There is no dwell on record for HAM-ROT, and its use is {{lane2.use_with_buffer}}.": (
        "There is no profit on record for HAM-ROT, and its use is {{lane2.use_with_buffer}}."
    ),
    "The plan has no need of a partner on BER-MUC, as planned overflow is {{lane1.planned_overflow}}.": (
        "The plan always has need of a partner on BER-MUC, as planned overflow is {{lane1.planned_overflow}}."
    ),
    "BER-MUC earns {{lane1.profit}} unless returns increase.": "Returns increase, and BER-MUC earns {{lane1.profit}}.",
}


@pytest.mark.parametrize("sentence", DECIDED)
def test_what_is_said_of_lanes_is_shown_if_facts_bear_it_out_and_its_contrary_is_not(sentence, known):
    assert said(sentence, known)
    with pytest.raises(Unsupported):
        checked(DECIDED[sentence], known)


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


# ------------------------------------------------------------ numbers in words, and what facts contradict


@pytest.fixture
def network(evidence):
    """Return the evidence with more facts about the two lanes, of three in the network."""
    facts = {
        "required_capacity": (449.6, 281.2),
        "internal_capacity": (460.0, 285.0),
        "overflow_probability": (0.404, 0.441),
        "season_share": (0.458, 0.02),
        "shock_share": (0.123, 0.071),
        "planned_overflow": (0.0, 0.0),
        "lead_time_mean_days": (5.0, 3.0),
        "demand_mean": (100.2, 140.3),
        "use_with_buffer": (0.895, 1.054),
        "revenue": (8000.0, 9700.0),
        "handling": (5702.0, 9800.0),
        "holding": (839.0, 350.0),
        "surcharge": (148.2, 75.0),
        "penalty": (168.0, 52.0),
        "periods": (1092.0, 1092.0),
        "horizon": (14.0, 14.0),
        "first_date": (738522.0, 738522.0),
        "last_date": (739613.0, 739613.0),
    }
    for name, (one, two) in facts.items():
        evidence.add("lane1", name, one)
        evidence.add("lane2", name, two)
    evidence.facts.pop("network.lanes")
    evidence.add("network", "lanes", 3)
    evidence.add("network", "profit", 8600.0)
    evidence.change("whatif1", "profit", 1234.4, 617.2)
    evidence.rankings["profit", True] = ["lane2", "lane1"]
    evidence.add("lane1", "handling_cost", 50.0)
    evidence.add("lane2", "handling_cost", 45.0)
    evidence.add("lane1", "trend", 0.012)
    evidence.add("lane1", "expected_warehousing_cost", 700.0)
    evidence.add("lane2", "expected_warehousing_cost", 778.0)
    evidence.add("lane2", "best_profit", -480.0)
    evidence.change("whatif2", "profit", 1234.4, 1500.0)
    evidence.scenarios["whatif2"] = ("lane1", ("internal_capacity",))
    return evidence


#: Kind of claim -> (a sentence in which it holds, one in which facts contradict it).
CLAIMS = {
    "about a number": ("BER-MUC earns about $1,200 a day.", "BER-MUC earns about $1,300 a day."),
    "more than a number": ("BER-MUC earns more than $1,200 a day.", "BER-MUC earns more than $1,300 a day."),
    "just over a number": ("BER-MUC earns just over $1,230 a day.", "BER-MUC earns just over $1,240 a day."),
    "nearly a number": ("HAM-ROT earns nearly $2,900 a day.", "HAM-ROT earns nearly $2,800 a day."),
    "days out of days": (
        "Own capacity of BER-MUC is exceeded on about two days in five.",
        "Own capacity of BER-MUC is exceeded on about four days in five.",
    ),
    "a ratio of lanes": (
        "HAM-ROT earns more than twice as much as BER-MUC.",
        "HAM-ROT earns more than three times as much as BER-MUC.",
    ),
    "a part of the network": (
        "HAM-ROT contributes about a third of the network's profit.",
        "HAM-ROT contributes about half of the network's profit.",
    ),
    "a ratio of quantities": (
        "Holding costs of {{lane1.holding}} are about five times the penalties of {{lane1.penalty}} on {{lane1}}.",
        "Holding costs of {{lane1.holding}} are about three times the penalties of {{lane1.penalty}} on {{lane1}}.",
    ),
    "a difference of lanes": (
        "The lead time of BER-MUC is two days longer than that of HAM-ROT.",
        "The lead time of BER-MUC is three days longer than that of HAM-ROT.",
    ),
    "a record in years": ("The record of BER-MUC covers three years.", "The record of BER-MUC covers four years."),
    "an end of a record": (
        "The record of BER-MUC ends on {{lane1.last_date}}.",
        "BER-MUC was last recorded on {{lane1.first_date}}.",
    ),
    "a count of lanes": (
        "The network has three lanes and earns {{network.profit}}.",
        "The network has four lanes and earns {{network.profit}}.",
    ),
    "a cost above another": (
        "Holding of {{lane1.holding}} outweighs penalties of {{lane1.penalty}}.",
        "Penalties of {{lane1.penalty}} outweigh holding of {{lane1.holding}}.",
    ),
    "a quantity above another": (
        "Revenue of BER-MUC exceeds its handling.",
        "Revenue of HAM-ROT exceeds its handling.",
    ),
    "a cost that eats up revenue": (
        "On {{lane1}}, handling of {{lane1.handling}} eats up its revenue.",
        "On {{lane1}}, penalties of {{lane1.penalty}} eat up its revenue.",
    ),
    "a pattern that is none": (
        "Season has hardly any influence on the demand of HAM-ROT.",
        "Season has hardly any influence on the demand of BER-MUC.",
    ),
    "a pattern": (
        "The season explains {{lane1.season_share}} of the variance of demand on {{lane1}}.",
        "HAM-ROT overflows because of its season, with a probability of {{lane2.overflow_probability}}.",
    ),
    "no evidence": (
        "There is no evidence on the reorder point of BER-MUC.",
        "There is no evidence on the profit of BER-MUC.",
    ),
    "what is unknown": ("The reorder point of BER-MUC is unknown.", "The profit of BER-MUC is unknown."),
    "what can not be told": (
        "Weekday effects of BER-MUC cannot be assessed.",
        "The profit of BER-MUC cannot be assessed.",
    ),
    "a listed ranking": (
        "The ranking by profit starts with HAM-ROT, then BER-MUC.",
        "The ranking by profit starts with BER-MUC, then HAM-ROT.",
    ),
    "a sum of some lanes": (
        "The lanes of the network together earn {{network.profit}}.",
        "{{lane1}} and {{lane2}} together earn {{network.profit}}.",
    ),
    "room": ("Own capacity of BER-MUC suffices.", "HAM-ROT has plenty of spare room."),
    "a partner in the plan": (
        "BER-MUC does not need its partner in the plan.",
        "BER-MUC earns {{lane1.profit}} and relies on its partner in the plan.",
    ),
    "what is empty": (
        "Keep the capacity of HAM-ROT.",
        "Cut the capacity of HAM-ROT, since much of it stands empty.",
    ),
    "an extreme of the record": (
        "The mean demand of BER-MUC is {{lane1.demand_mean}}.",
        "The highest demand on record of HAM-ROT is {{lane2.demand_mean}}.",
    ),
    "the size of a cost": (
        "Handling is the largest cost of {{lane1}}, at {{lane1.handling}}.",
        "Handling is a minor cost on {{lane1}}, {{lane1.handling}}.",
    ),
    "a loss told as a profit": (
        "BER-MUC makes a profit of {{lane1.profit}}.",
        "The best profit of HAM-ROT is {{lane2.best_profit}}, still a small profit.",
    ),
    "growth": (
        "The trend of {{lane1}} is {{lane1.trend}}.",
        "{{lane1}} is growing fast, with a trend of {{lane1.trend}}.",
    ),
    "room beyond own capacity": (
        "The plan of HAM-ROT fits into own capacity.",
        "HAM-ROT still has room to spare in its own capacity.",
    ),
    "a gain told as a cost": (
        "Profit would change by {{whatif2.profit.change}}.",
        "The extra capacity costs {{whatif2.profit.change}} in profit.",
    ),
    "a price below another": ("Handling a pallet is cheaper on HAM-ROT.", "Handling a pallet is cheaper on BER-MUC."),
    "the best service level": (
        "HAM-ROT cannot be saved by its service level alone.",
        "HAM-ROT would be profitable at its best service level.",
    ),
    "every day": ("Own capacity of BER-MUC is sufficient.", "Own capacity of BER-MUC is sufficient every day."),
    "a word of reasoning": (
        "Reassuringly, BER-MUC earns {{lane1.profit}}.",
        "Insurance of BER-MUC earns {{lane1.profit}}.",
    ),
    "a word in the place of a unit": (
        "BER-MUC holds {{lane1.safety_stock}} as its safety stock.",
        "BER-MUC holds {{lane1.safety_stock}} hypotheses as its safety stock.",
    ),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_shown_where_it_holds_and_refused_where_facts_contradict_it(claim, network):
    right, wrong = CLAIMS[claim]
    checked(right, network)
    with pytest.raises(Unsupported):
        checked(wrong, network)


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


def test_a_number_goes_by_its_own_name_however_far_away_it_stands(evidence):
    for words in ("need", "really need", "as a rule really need", "in the view of the planner of this lane need"):
        with pytest.raises(Unsupported, match=r"lane1\.safety_stock is called|planner"):
            checked(f"Profit of this lane does {words} {{{{lane1.safety_stock}}}}.", evidence)


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
