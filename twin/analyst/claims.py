"""Check what a sentence claims: order, scope, signs, bounds, directions, rates and qualities, besides its numbers."""

from collections.abc import Sequence

from twin.analyst._advice import advice_holds
from twin.analyst._amounts_told import TOLD_OF_AMOUNTS
from twin.analyst._beyond_numbers import BEYOND_NUMBERS
from twin.analyst._bounds import bounds_hold
from twin.analyst._cases import cases_hold, told_as_what_if
from twin.analyst._comparisons import as_much_as_holds, comparisons_hold
from twin.analyst._conditions import conditions_hold
from twin.analyst._contradictions import CONTRADICTIONS
from twin.analyst._decide import ellipses_hold
from twin.analyst._denials import denials_hold
from twin.analyst._equality import equals_hold
from twin.analyst._forms import holds_in_form
from twin.analyst._governing_names import names_govern
from twin.analyst._hardly import hardly_holds
from twin.analyst._influences import contrasts_hold, influences_hold
from twin.analyst._interval_ends import ends_hold
from twin.analyst._intervals import intervals_hold, sums_hold
from twin.analyst._main_causes import main_causes_hold
from twin.analyst._money import breaks_even, change_pays, money_holds, profit_is_net
from twin.analyst._money_told import TOLD_OF_MONEY
from twin.analyst._moves import levels_stay, moves_hold, stays_hold
from twin.analyst._multiples import base_inputs_are_not_told, inputs_are_those_changed, multiples_hold
from twin.analyst._named_numbers import named_right
from twin.analyst._negations import negations_hold, no_longer_holds
from twin.analyst._over_lanes import lists_hold, no_other_lane_reaches, none_has
from twin.analyst._percentages import percentages_compare
from twin.analyst._phrases import phrases_hold
from twin.analyst._pieces import Piece
from twin.analyst._premises import best_levels_hold, help_holds, premises_hold
from twin.analyst._profit_told import TOLD_OF_PROFIT
from twin.analyst._ranks import ranks_hold
from twin.analyst._rates import rates_hold, units_follow_numbers
from twin.analyst._scope import told_of_its_lane, whole_words_hold
from twin.analyst._scope_of_not import OF_NO_NUMBER
from twin.analyst._sentence import Reading, known_words
from twin.analyst._shares import consumption_holds, ratios_hold
from twin.analyst._sizes import sizes_hold
from twin.analyst._states import states_hold
from twin.analyst._strict_numbers import labels_bind, neighbours_agree, objects_fit, told_once
from twin.analyst._sums_told import sums_hold_together
from twin.analyst._superlatives import superlatives_hold
from twin.analyst._untold import nothing_is_known, rankings_are_listed, shortness_holds, untold_holds
from twin.analyst._vocabulary import CLASSES
from twin.analyst._without_numbers import evidence_is_missing, questions_are_open, rests_on_facts, says_no_evidence
from twin.analyst.evidence import Evidence

CHECKS = (
    questions_are_open,
    known_words,
    units_follow_numbers,
    told_of_its_lane,
    premises_hold,
    help_holds,
    best_levels_hold,
    named_right,
    names_govern,
    labels_bind,
    neighbours_agree,
    objects_fit,
    told_once,
    ends_hold,
    untold_holds,
    sums_hold_together,
    phrases_hold,
    whole_words_hold,
    lists_hold,
    none_has,
    no_other_lane_reaches,
    bounds_hold,
    told_as_what_if,
    cases_hold,
    equals_hold,
    ranks_hold,
    multiples_hold,
    ratios_hold,
    consumption_holds,
    hardly_holds,
    no_longer_holds,
    denials_hold,
    sums_hold,
    intervals_hold,
    base_inputs_are_not_told,
    change_pays,
    profit_is_net,
    breaks_even,
    as_much_as_holds,
    conditions_hold,
    advice_holds,
    main_causes_hold,
    influences_hold,
    contrasts_hold,
    superlatives_hold,
    comparisons_hold,
    moves_hold,
    stays_hold,
    levels_stay,
    inputs_are_those_changed,
    money_holds,
    rates_hold,
    shortness_holds,
    states_hold,
    sizes_hold,
    rankings_are_listed,
    negations_hold,
    ellipses_hold,
    rests_on_facts,
    *CONTRADICTIONS,
    *TOLD_OF_MONEY,
    *TOLD_OF_AMOUNTS,
    *OF_NO_NUMBER,
    *BEYOND_NUMBERS,
    *TOLD_OF_PROFIT,
    percentages_compare,
)


def claims_hold(pieces: Sequence[Piece], evidence: Evidence) -> None:
    """Raise `Unsupported` unless every claim that the words of a sentence make is borne out by the evidence.

    Words outside the vocabulary, and words that claim something that no check has found to hold, refuse a sentence.
    """
    reading = Reading(pieces, evidence)
    if not reading.facts and says_no_evidence("".join(piece.text for piece in pieces)):
        evidence_is_missing(reading)
        nothing_is_known(reading)
        return
    if holds_in_form(reading):
        return
    for check in CHECKS:
        check(reading)
    for place, token in enumerate(reading.tokens):
        if token.kind in ("word", "name") and token.text in CLASSES and place not in reading.settled:
            reading.refuse(place, "claims more than the facts show")
