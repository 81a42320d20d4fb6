"""A sentence is shown only if what it claims holds: each check of claims, with sentences that it decides."""

from functools import cache

import pytest
from analyst_worlds import research
from test_analyst_sentences import evidence as world_of

from twin.analyst import claims
from twin.analyst._vocabulary import ADJECTIVES, CLASSES, HARMLESS, KNOWN, OBJECTS
from twin.analyst.checking import Unsupported, checked
from twin.analyst.conversation import Conversation
from twin.analyst.evidence import Evidence
from twin.analyst.gathering import gather
from twin.analyst.naming import Names
from twin.analyst.questions import Request, understand
from twin.plan.quantities import QUANTITIES

QUESTIONS = (
    "Compare BER-MUC and HAM-ROT",
    "What if returns double on BER-MUC?",
    "How large is the profit of FRA-PAR?",
    "How is the whole network doing?",
    "Which lane earns us the most?",
)


@cache
def evidence():
    """Return the evidence of a conversation about the research lanes: BER-MUC, HAM-ROT, FRA-PAR and a what-if."""
    names, made, before = Names(), Evidence("D"), None
    names.look_at(tuple(research().policies.index))
    for question in QUESTIONS:
        before = understand(question, names, "BER-MUC", "D", before)
        gather(before, research(), names, made)
    return made


def shown(sentence, facts=None):
    """Return whether a sentence is shown, by default with the evidence of the conversation."""
    try:
        checked(sentence, facts or evidence())
    except Unsupported:
        return False
    return True


#: Check -> sentences that it decides; those in the second place are true, and shown thanks to it.
DECIDED = {
    "known_words": (["On Mondays BER-MUC earns {{lane1.profit}}.", "Profit of BER-MUC is vierhundert."], []),
    "units_follow_numbers": (["BER-MUC earns {{lane1.profit}}, and a lane of this kind holds too pallets."], []),
    "told_of_its_lane": (
        [
            "BER-MUC and HAM-ROT earn {{lane2.profit}} and {{lane1.profit}}, respectively.",
            "FRA-PAR earns {{lane1.profit}}.",
            "BER-MUC earns {{network.profit}}.",
            "The network earns {{lane1.profit}}.",
        ],
        [],
    ),
    "named_right": (
        [
            "The carrier earns {{lane1.profit}} on BER-MUC.",
            "Overflow of BER-MUC costs {{lane1.profit}}.",
            "The profit of BER-MUC is what pays for a penalty of {{lane1.profit}}.",
            "BER-MUC earns {{lane1.profit}}, and HAM-ROT {{lane2.order_cost}}.",
        ],
        [],
    ),
    "whole_words_hold": (
        [],
        [
            "Both BER-MUC and HAM-ROT earn money: {{lane1.profit}} and {{lane2.profit}}.",
            "All three lanes together earn {{network.profit}}.",
        ],
    ),
    "bounds_hold": ([], ["The record of BER-MUC has only {{lane1.periods}}."]),
    "percentages_compare": (
        ["{{lane1}} has about 10% less demand than {{lane2}}: {{lane1.demand_mean}} against {{lane2.demand_mean}}."],
        [],
    ),
    "told_as_what_if": (["Profit of BER-MUC is {{whatif1.profit}}."], []),
    "cases_hold": (["If returns double, BER-MUC earns {{lane1.profit}}."], []),
    "equals_hold": ([], ["BER-MUC and HAM-ROT have the same service level, {{lane1.service_level}}."]),
    "ranks_hold": (["BER-MUC ranks first by profit, with {{lane1.profit}}."], []),
    "multiples_hold": (["If returns halve, profit of BER-MUC would be {{whatif1.profit}}."], []),
    "ratios_hold": ([], ["HAM-ROT earns more than twice as much as BER-MUC."]),
    "no_longer_holds": ([], ["If returns double, own space of BER-MUC will no longer suffice."]),
    "sums_hold": (
        [],
        [
            "The index of {{lane1}}, {{lane1.resilience_index}}, is the sum of {{lane1.buffer_points}} and "
            "{{lane1.independence_points}}."
        ],
    ),
    "intervals_hold": (
        ["The standard deviation of demand and its mean: between {{lane1.demand_sd}} and {{lane1.demand_mean}}."],
        [],
    ),
    "as_much_as_holds": ([], ["BER-MUC does not earn as much as HAM-ROT."]),
    "superlatives_hold": ([], ["HAM-ROT is the most profitable lane, with {{lane2.profit}}."]),
    "comparisons_hold": (
        [],
        [
            "BER-MUC earns less than HAM-ROT.",
            "BER-MUC needs more safety stock than HAM-ROT: {{lane1.safety_stock}} against {{lane2.safety_stock}}.",
        ],
    ),
    "base_inputs_are_not_told": (
        ["At the present return rate of {{lane1.return_rate}}, profit of BER-MUC falls to {{whatif1.profit}}."],
        [],
    ),
    "moves_hold": ([], ["If returns double, profit of BER-MUC falls to {{whatif1.profit}}."]),
    "premises_hold": ([], ["A more reliable carrier would lower the safety stock of BER-MUC."]),
    "best_levels_hold": (["BER-MUC could earn {{lane1.best_profit}} with a higher service level."], []),
    "help_holds": (["A less reliable carrier would help."], []),
    "inputs_are_those_changed": (
        ["If the lead time is another one, profit of BER-MUC would be {{whatif1.profit}}."],
        [],
    ),
    "money_holds": (
        ["Profit of BER-MUC is below zero: {{lane1.profit}}."],
        [
            "Profit of BER-MUC is above zero: {{lane1.profit}}.",
            "If returns double, BER-MUC makes a loss: {{whatif1.profit}}.",
        ],
    ),
    "influences_hold": ([], ["Lead time dominates, with {{lane1.lead_time_share}} of the variance."]),
    "states_hold": (
        [
            "BER-MUC is fragile, with a resilience index of {{lane1.resilience_index}}.",
            "HAM-ROT still has room to spare in its own capacity.",
        ],
        ["Own capacity of BER-MUC is enough: {{lane1.required_capacity}} are needed."],
    ),
    "sizes_hold": ([], ["The fill rate of BER-MUC is high, at {{lane1.fill_rate}}."]),
    "breaks_even": (["BER-MUC just breaks even, at {{lane1.profit}}."], []),
    "profit_is_net": (["Before penalties are deducted, BER-MUC earns {{lane1.profit}}."], []),
    "rates_hold": (["BER-MUC earns {{lane1.profit}} in a month.", "Every hour BER-MUC earns {{lane1.profit}}."], []),
    "costs_have_their_size": (["Handling is a minor cost on {{lane1}}, {{lane1.handling}}."], []),
    "growth_is_fast": (["{{lane1}} is growing fast, with a trend of {{lane1.trend}}."], []),
    "ellipses_hold": ([], ["HAM-ROT exceeds its own capacity, but BER-MUC does not."]),
    "conditions_hold": ([], ["BER-MUC earns {{lane1.profit}} unless returns increase."]),
}


#: Check -> a world of the labelled sentences (analyst_sentences.py), a sentence that it decides, and its label.
OF_A_WORLD = {
    "untold_holds": ("network", "The safety stock of ZRH-MIL cannot be measured.", True),
    "reasons_of_losses_are_large": ("loss", "Penalties are the reason for the loss.", False),
    "consumption_holds": (
        "northern",
        "Penalties of {{lane2.penalty}} eat up the revenue of {{lane2}}.",
        False,
    ),
    "change_pays": (
        "service",
        "The change pays off: profit is {{whatif1.profit}} rather than {{lane1.profit}}.",
        False,
    ),
    "shortness_holds": ("network", "Season cannot be judged on LGA-ATL, because the record is too short.", True),
    "advice_holds": ("weekly", "Raise the price of LEJ-WAW, or reduce what it costs to handle a pallet.", True),
    "rests_on_facts": ("weekly", '"LEJ-WAW pays for itself" is a fair summary.', False),
    "phrases_hold": (
        "pair",
        "HAM-ROT is not without risk: own capacity is exceeded with probability {{lane2.overflow_probability}}.",
        True,
    ),
    "denials_hold": ("service", "The forecast shows no growth to speak of.", True),
    "contrasts_hold": ("pair", "Demand, not the lead time, is behind the buffer of BER-MUC.", False),
    "hardly_holds": ("northern", "Hardly any surcharge arises on {{lane2}}, only {{lane2.surcharge}}.", True),
    "stays_hold": (
        "weekly",
        "The higher service revenue leaves overflow and required capacity of {{lane1}} as they are.",
        True,
    ),
    "asides_hold": (
        "trio",
        "The three lanes differ in what makes them volatile: season on {{lane1}}, rare shocks on {{lane3}}.",
        True,
    ),
    "denials_without_numbers": (
        "monthly",
        "A longer lead time is a nuisance for {{lane2}}, but no threat to its profit.",
        True,
    ),
    "comparatives_without_numbers": (
        "loss",
        "Demand is forecast at {{lane1.horizon_mean}} for the coming {{lane1.horizon}}, so even more pallets would be "
        "handled at a loss.",
        True,
    ),
    "sums_are_not_of_some": ("trio", "BER-MUC and HAM-ROT alone earn the {{network.profit}} of the network.", False),
    "losses_are_not_earned": ("loss", "TXL-PRG earns {{lane1.profit}}.", False),
    "means_are_no_peaks": ("pair", "Demand on HAM-ROT peaks at {{lane2.demand_mean}}.", False),
    "trends_are_so": ("monthly", "Add space on Rotterdam-Wien for its growing volumes.", False),
    "dependence_is_heavy": ("gdansk", "The lane depends heavily on a partner.", False),
    "parts_have_their_size": ("trio", "Only a small part of the network's profit comes from HAM-ROT.", False),
    "shortfalls_are_so": (
        "service",
        "In money, the safety stock of {{lane1}} amounts to {{lane1.safety_stock}}.",
        False,
    ),
    "rankings_are_listed": ("network", "The ranking by profit starts with JFK-LAX, then SEA-DEN, then LGA-ATL.", True),
    "negations_hold": ("pair", "Each pallet not served costs a penalty of {{lane1.sla_penalty}}.", True),
    "always_holds": ("gdansk", "Own capacity of Gdansk-Malmo is sufficient in every month.", False),
    "told_room_is_enough": (
        "pair",
        "Over the next {{lane2.horizon}}, HAM-ROT requires {{lane2.horizon_capacity}}, which its own "
        "{{lane2.internal_capacity}} cover.",
        False,
    ),
    "sums_are_of_all": ("trio", "The profit of BER-MUC and FRA-PAR combined is {{network.profit}}.", False),
    "records_are_named_right": (
        "monthly",
        "The highest demand on record of Rotterdam-Wien is {{lane1.demand_mean}}.",
        False,
    ),
    "lists_hold": ("trio", "BER-MUC, HAM-ROT and FRA-PAR all run at a service level of 95 %.", True),
    "none_has": ("trio", "None of the three lanes has any planned overflow.", True),
    "no_other_lane_reaches": (
        "trio",
        "Protect HAM-ROT first, because no other lane matches a profit of {{lane2.profit}}.",
        True,
    ),
    "names_govern": ("weekly", "The partner bill of LEJ-WAW comes to {{lane1.partner_surcharge}}.", False),
    "ends_hold": ("service", "Low end of demand: {{lane1.forecast_high}}.", False),
    "main_causes_hold": ("monthly", "Mostly it is demand that makes Antwerp-Lyon hard to plan.", True),
    "sums_hold_together": ("trio", "BER-MUC and FRA-PAR together earn less than HAM-ROT alone.", True),
    "margins_exist": ("loss", "TXL-PRG keeps a margin of sorts at a price of {{lane1.service_revenue}}.", False),
    "what_ifs_are_not_ranked": (
        "gdansk",
        "One more point of service on Gdansk-Malmo does more for profit than 150 extra pallets of own capacity.",
        False,
    ),
    "owned_against_needed": ("weekly", "LEJ-WAW owns more capacity than it requires.", False),
    "told_once": (
        "monthly",
        "The service level of {{lane1}} is {{lane1.service_level}} and that of {{lane2}} is {{lane1.service_level}}.",
        False,
    ),
    "labels_bind": (
        "loss",
        "The required capacity of {{lane1}} is above its internal capacity, {{lane1.required_capacity}} against "
        "{{lane1.internal_capacity}}, so a planned overflow of {{lane1.expected_overflow}} goes to partners.",
        False,
    ),
    "neighbours_agree": (
        "monthly",
        "The required capacity of {{lane1}} exceeds its own capacity: {{lane1.required_capacity}} against "
        "{{lane1.safety_stock}}.",
        False,
    ),
    "levels_stay": (
        "monthly",
        "The resilience index of {{lane2}} does not change and stays at {{whatif1.lead_time_mean_days}} with the "
        "longer lead time.",
        False,
    ),
    "covers_what_it_covers": (
        "loss",
        "Its revenue covers the handling of {{lane1}}: {{lane1.revenue}} against {{lane1.handling}}.",
        False,
    ),
    "objects_fit": (
        "monthly",
        "The expected overflow of {{lane2}} rises by {{whatif1.expected_overflow}} if the lead time mean goes to "
        "{{whatif1.lead_time_mean_days}}.",
        False,
    ),
    "changes_are_costs": ("gdansk", "The extra capacity costs {{whatif2.profit.change}} in profit.", False),
    "questions_are_open": (
        "loss",
        "There is no evidence on why handling a pallet costs {{lane1.handling_cost}} on {{lane1}}.",
        True,
    ),
    "profit_is_after_its_costs": (
        "pair",
        "The profit of {{lane1}}, {{lane1.profit}}, is what is left after its order cost of {{lane1.order_cost}}.",
        False,
    ),
    "intervals_are_no_bounds": (
        "service",
        "Demand on {{lane1}} will be at least {{lane1.forecast_low}} tomorrow.",
        False,
    ),
    "tails_have_their_sign": (
        "network",
        "{{lane1}} still earns money on average in the worst {{twin.risk_share}} of days: its conditional value at "
        "risk is {{lane1.conditional_value_at_risk}}.",
        False,
    ),
    "earnings_are_profits": ("trio", "{{lane2}} earns us the most, with {{lane2.revenue}}.", False),
    "best_values_go_together": (
        "network",
        "With a service level of {{lane1.service_level}}, the profit of {{lane1}} could reach {{lane1.best_profit}}.",
        False,
    ),
    "levels_have_no_cause": (
        "loss",
        "Returns are what makes the profit of {{lane1}} low, with a return rate of {{lane1.return_rate}}.",
        False,
    ),
    "effects_of_this_hold": (
        "gdansk",
        "I would raise the service level of {{lane1}} to {{whatif1.service_level}}, because this adds to its profit.",
        False,
    ),
    "joint_moves_hold": (
        "service",
        "A service level of {{whatif1.service_level}} raises both the value at risk and the conditional value at "
        "risk of {{lane1}}, to {{whatif1.value_at_risk}} and {{whatif1.conditional_value_at_risk}}.",
        False,
    ),
    "ways_lead_to_the_best": (
        "gdansk",
        "I would add own places to reach the optimal own capacity of {{lane1}}, which is "
        "{{lane1.optimal_own_capacity}} against {{lane1.internal_capacity}} now.",
        False,
    ),
}


def test_every_check_has_sentences():
    assert {check.__name__ for check in claims.CHECKS} == DECIDED.keys() | OF_A_WORLD.keys()


#: Sentences in which a verb, a preposition or a mark names the number "#", its quantity, and another one.
NAMED = {
    "With # of its own, HAM-ROT is short of space.": ("lane2.internal_capacity", "lane2.required_capacity"),
    "BER-MUC sees # on average.": ("lane1.demand_mean", "lane1.expected_overflow"),
    "A replenishment of BER-MUC takes # on average.": ("lane1.lead_time_mean_days", "lane1.lead_time_sd_days"),
    "The partner asks # for a place on BER-MUC.": ("lane1.partner_surcharge", "lane1.sla_penalty"),
    "# are kept on BER-MUC as a buffer.": ("lane1.safety_stock", "lane1.required_capacity"),
    "BER-MUC spends # on handling.": ("lane1.handling", "lane1.holding"),
    "BER-MUC earns {{lane1.profit}}, HAM-ROT #.": ("lane2.profit", "lane2.order_cost"),
    "BER-MUC expects # of the network's {{network.expected_overflow}}.": (
        "lane1.expected_overflow",
        "lane2.expected_overflow",
    ),
}


@pytest.mark.parametrize("sentence", NAMED)
def test_a_number_without_a_name_fits_the_words_around_it(sentence):
    assert [shown(sentence.replace("#", f"{{{{{fact}}}}}")) for fact in NAMED[sentence]] == [True, False]


@pytest.mark.parametrize("name", DECIDED)
def test_each_check_decides_sentences_that_no_other_one_does(name, monkeypatch):
    false, true = DECIDED[name]
    assert not any(map(shown, false)) and all(map(shown, true))
    monkeypatch.setattr(claims, "CHECKS", [check for check in claims.CHECKS if check.__name__ != name])
    assert any(map(shown, false)) or not all(map(shown, true))


@pytest.mark.parametrize("name", OF_A_WORLD)
def test_each_check_decides_a_labelled_sentence(name, monkeypatch):
    world, sentence, label = OF_A_WORLD[name]
    facts = world_of("seen", world)
    assert shown(sentence, facts) == label
    monkeypatch.setattr(claims, "CHECKS", [check for check in claims.CHECKS if check.__name__ != name])
    assert shown(sentence, facts) != label


#: Pairs of a true sentence, and the same with the contrary of one of its claims.
CONTRARIES = [
    ("{{lane1}} earns less than {{lane2}}.", "{{lane1}} earns more than {{lane2}}."),
    ("HAM-ROT earns the most.", "BER-MUC earns the most."),
    ("FRA-PAR has the smallest safety stock.", "HAM-ROT has the smallest safety stock."),
    ("Profit of BER-MUC is {{lane1.profit}}.", "Profit of BER-MUC is at least {{lane1.profit}}."),
    ("Profit of BER-MUC is {{lane1.profit}}.", "Profit of BER-MUC is not {{lane1.profit}}."),
    ("Profit of BER-MUC is {{lane1.profit}}.", "The loss of BER-MUC is {{lane1.profit}}."),
    ("Profit of BER-MUC is {{lane1.profit}}.", "Profit of ber - muc is {{lane2.profit}}."),
    ("BER-MUC earns {{lane1.profit}}.", "Each order of BER-MUC earns {{lane1.profit}}."),
    ("BER-MUC earns {{lane1.profit}}.", "Each lane earns {{lane1.profit}}."),
    ("BER-MUC earns {{lane1.profit}}.", "We earn {{lane1.profit}} on all lanes."),
    ("Lead time of BER-MUC is {{lane1.lead_time_mean_days}}.", "Lead time of BER-MUC is a week."),
    (
        "If returns double, safety stock of BER-MUC rises to {{whatif1.safety_stock}}.",
        "If returns double, safety stock of BER-MUC is reduced to {{whatif1.safety_stock}}.",
    ),
    (
        "If returns double, profit of BER-MUC falls to {{whatif1.profit}}.",
        "If returns double, profit of BER-MUC improves to {{whatif1.profit}}.",
    ),
    (
        "Lead time causes {{lane1.lead_time_share}} of the variance on BER-MUC.",
        "Season causes {{lane1.lead_time_share}} of the variance on BER-MUC.",
    ),
    (
        "The forecast for the next day on BER-MUC is {{lane1.forecast_mean}}.",
        "The forecast for the next month on BER-MUC is {{lane1.forecast_mean}}.",
    ),
    ("All three lanes together earn {{network.profit}}.", "All three lanes together earn {{lane2.profit}}."),
    (
        "If returns double, BER-MUC requires 518 instead of 450 pallets.",
        "If returns double, BER-MUC requires 450 pallets.",
    ),
    ("BER-MUC needs 450 pallets and owns 460.", "BER-MUC needs 460 pallets and owns 450."),
    (
        "Doubling the returns means a required capacity of {{whatif1.required_capacity}} on BER-MUC.",
        "Doubling the returns means a required capacity of {{lane1.required_capacity}} on BER-MUC.",
    ),
    (
        "If returns double, profit of BER-MUC would be {{whatif1.profit}}.",
        "If returns double, profit of BER-MUC would be {{whatif1.profit.change}}.",
    ),
    (
        "The lead time, {{lane1.lead_time_mean_days}}, is that of BER-MUC.",
        "The lead time, {{lane1.lead_time_mean_days}}, is that of HAM-ROT.",
    ),
    (
        "Over the next {{lane1.horizon}}, demand on BER-MUC averages {{lane1.horizon_mean}}.",
        "Over the next {{lane1.horizon}}, demand on BER-MUC averages {{lane1.demand_mean}}.",
    ),
    (
        "Over the next 14 days, HAM-ROT requires {{lane2.horizon_capacity}}, which its own 285 do not cover.",
        "Over the next 14 days, HAM-ROT requires {{lane2.horizon_capacity}}, which its own 285 cover.",
    ),
    (
        "Demand over the next 14 days is above its mean: {{lane1.horizon_mean}} compared with {{lane1.demand_mean}}.",
        "Demand over the next 14 days is below its mean: {{lane1.horizon_mean}} compared with {{lane1.demand_mean}}.",
    ),
    (
        "In 95 % of days, BER-MUC loses at most {{lane1.value_at_risk}}.",
        "In 95 % of days, BER-MUC loses at least {{lane1.value_at_risk}}.",
    ),
]


@pytest.mark.parametrize(("true", "false"), CONTRARIES)
def test_a_sentence_is_shown_and_its_contrary_is_refused(true, false):
    assert shown(true) and not shown(false)


def test_the_contrary_of_an_interval_is_refused():
    true = "Demand on BER-MUC is forecast between {{lane1.forecast_low}} and {{lane1.forecast_high}}."
    assert shown(true) and not shown(true.replace("forecast_high", "demand_sd"))


def test_a_refusal_is_a_sentence_that_names_the_word_or_the_fact():
    for sentence, reason in {
        "BER-MUC earns more than HAM-ROT.": "'more' is not so",
        "Profit of BER-MUC is {{lane2.profit}}.": "is of another lane",
        "Profit of BER-MUC is a bagatelle.": "'bagatelle' is not among the words that can be checked",
    }.items():
        with pytest.raises(Unsupported, match=reason):
            checked(sentence, evidence())


def test_words_of_the_vocabulary_are_in_one_place():
    assert not HARMLESS & CLASSES.keys()
    assert KNOWN >= ADJECTIVES.keys() | OBJECTS.keys()
    assert {name for names in OBJECTS.values() for name in names} <= set(QUANTITIES)


# ------------------------------------------------------------ the network


def test_a_lane_named_after_a_question_about_the_network_is_told_of_itself():
    analyst = Conversation()
    analyst.ask("How much does the whole network earn a day?", research(), "BER-MUC")
    answer = analyst.ask("and FRA-PAR?", research(), "BER-MUC")
    assert "Together" not in answer.text() and {answer.evidence.of(fact) for fact in answer.facts} == {"FRA-PAR"}


def test_numbers_of_the_network_are_those_of_the_network_whatever_lanes_are_named():
    request = Request("network", ("FRA-PAR",), "profit")
    made, sentences, _ = gather(request, research(), Names())
    told = " ".join(sentences[-2:])
    assert "{{network.profit}}" in told and "{{network.lane_profit}}" in told and "{{lane1." not in told
    assert made.value("network.profit") == pytest.approx(research().network()["profit"].sum())
