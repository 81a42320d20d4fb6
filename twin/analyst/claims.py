"""Check what a sentence claims: order, scope, signs, bounds, directions, rates and qualities, besides its numbers."""

from collections.abc import Sequence

from twin.analyst._advice import advice_holds
from twin.analyst._bounds import bounds_hold
from twin.analyst._cases import cases_hold, told_as_what_if
from twin.analyst._causes import causes_hold, main_causes_hold
from twin.analyst._comparisons import as_much_as_holds, comparisons_hold
from twin.analyst._conditions import conditions_hold, service_level_pays
from twin.analyst._contradictions import CONTRADICTIONS
from twin.analyst._denials import denials_hold
from twin.analyst._directions import directions_hold
from twin.analyst._equality import equals_hold
from twin.analyst._intervals import intervals_hold, sums_hold
from twin.analyst._money_told import TOLD_OF_MONEY, best_levels_hold, prices_are_in_order
from twin.analyst._multiples import base_inputs_are_not_told, inputs_are_those_changed, multiples_hold, no_change_holds
from twin.analyst._named_numbers import named_right
from twin.analyst._negations import negations_hold, no_longer_holds
from twin.analyst._phrases import phrases_hold
from twin.analyst._pieces import Piece
from twin.analyst._qualities import adjectives_hold, qualities_hold
from twin.analyst._quantifiers import ellipses_hold, quantifiers_hold
from twin.analyst._ranks import ranks_hold
from twin.analyst._rates import rates_hold, units_follow_numbers
from twin.analyst._ratios import ratios_hold
from twin.analyst._relations import relations_hold
from twin.analyst._scope import told_of_its_lane, whole_words_hold
from twin.analyst._sentence import Reading, known_words
from twin.analyst._signs import money_words_hold, signs_hold, zero_holds
from twin.analyst._superlatives import superlatives_hold
from twin.analyst._untold import nothing_is_known, patterns_are_none, rankings_are_listed, untold_holds
from twin.analyst._vocabulary import CLASSES
from twin.analyst._without_numbers import evidence_is_missing, rests_on_facts, says_no_evidence
from twin.analyst.evidence import Evidence

CHECKS = (
    known_words,
    units_follow_numbers,
    told_of_its_lane,
    named_right,
    phrases_hold,
    quantifiers_hold,
    ellipses_hold,
    whole_words_hold,
    bounds_hold,
    told_as_what_if,
    cases_hold,
    equals_hold,
    ranks_hold,
    multiples_hold,
    ratios_hold,
    no_longer_holds,
    denials_hold,
    zero_holds,
    sums_hold,
    intervals_hold,
    base_inputs_are_not_told,
    no_change_holds,
    money_words_hold,
    service_level_pays,
    relations_hold,
    as_much_as_holds,
    conditions_hold,
    advice_holds,
    superlatives_hold,
    main_causes_hold,
    causes_hold,
    prices_are_in_order,
    comparisons_hold,
    directions_hold,
    inputs_are_those_changed,
    signs_hold,
    rates_hold,
    qualities_hold,
    adjectives_hold,
    best_levels_hold,
    untold_holds,
    patterns_are_none,
    rankings_are_listed,
    negations_hold,
    rests_on_facts,
    *CONTRADICTIONS,
    *TOLD_OF_MONEY,
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
    for check in CHECKS:
        check(reading)
    for place, token in enumerate(reading.tokens):
        if token.kind in ("word", "name") and token.text in CLASSES and place not in reading.settled:
            reading.refuse(place, "claims more than the facts show")
