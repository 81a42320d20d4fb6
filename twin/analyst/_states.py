"""Decide states of a lane, such as "fits", "often overflows" or "steady", by the conditions of vocabulary.toml."""

from twin.analyst._decide import decide
from twin.analyst._sentence import Reading
from twin.analyst._statements import OPERATORS
from twin.analyst._vocabulary import STATES

_FAR = 7  # words between the head of a state and the words that it needs beside it


def states_hold(reading: Reading) -> None:
    """Settle states of lanes that facts bear out; raise `Unsupported` if facts say the contrary."""
    for place, token in enumerate(reading.tokens):
        if token.kind not in ("word", "name") or place in reading.settled:
            continue
        for word in token.text.split():
            state, beside = _state_at(reading, place, word)
            if state is not None:
                span = range(min([place, *beside]), max([place, *beside]))
                denied = [i for i in span if reading.text(i) in ("not", "no", "without", "never")]
                claims = [i for i in beside if reading.classes(i) and i not in reading.settled]

                def holds(key, state=state, place=place):
                    return _holds(reading, place, state, key)

                proved = decide(reading, place, holds, *claims, denied=denied)
                reading.proved += proved
                break


def _state_at(reading, place, word):
    """Return (state that a word tells, places of the words that it needs beside it); (None, []) without one."""
    for state in STATES.get(word, ()):
        near = [i for i in reading.clause(place) if abs(i - place) <= _FAR and i != place]
        said = {i: set(reading.text(i).split()) for i in near}
        if not all(any(group & words for words in said.values()) for group in state.beside):
            continue
        if state.without & (_sentence_words(reading) if state.without & _WHOLE else _words(reading, place)):
            continue
        beside = [i for i in near if any(group & said[i] for group in state.beside)]
        return state, beside
    return None, []


_WHOLE = {"variance"}  # words that count wherever they stand in a sentence, and not only in the clause of the state


def _words(reading, place):
    """Return the words of the clause around a word."""
    return {word for i in reading.clause(place) for word in reading.text(i).split()}


def _sentence_words(reading):
    """Return the words of a sentence."""
    return {word for token in reading.tokens for word in token.text.split()}


def _holds(reading, place, state, key):
    """Return whether the condition of a state is so for a lane; None if a fact is not on record."""
    case = reading.case(place)
    told = {reading.tokens[i].fact.measure: reading.tokens[i].fact for i in reading.facts}
    found = []
    for one, operator, two in state.conditions:
        values = [_value(reading, name, key, case, told) for name in (one, two)]
        found.append(None if None in values else OPERATORS[operator](*values))
    return False if False in found else None if None in found else True


def _value(reading, name, key, case, told):
    """Return a number, or the value of a measure: that of an outlook if it is told, or of the case of a clause."""
    if name[0].isdigit():
        return float(name)
    if name == "required_capacity" and "horizon_capacity" in told:
        return told["horizon_capacity"].value
    if name == "crowding":  # use of own capacity, by the latest workload or by the plan, whichever is larger
        needed, own = (reading.value_in(one, key, case) for one in ("required_capacity", "internal_capacity"))
        plan = needed / own if needed is not None and own else None
        known = [one for one in (plan, None if case else reading.value("use_with_buffer", key)) if one is not None]
        return max(known, default=None)
    if name == "planned":  # the planned overflow to a partner, in pallets or as a share
        found = (reading.value_in(one, key, case) for one in ("planned_overflow", "dependency"))
        return next((one for one in found if one is not None), None)
    if name == "lead_time_variation":
        mean, spread = (reading.value_in(f"lead_time_{which}_days", key, case) for which in ("mean", "sd"))
        return None if None in (mean, spread) or not mean else spread / mean
    return reading.value_in(name, key, case)
