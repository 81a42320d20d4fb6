"""A clause that attaches a number to the name of another quantity is refused, whatever joins them."""

from itertools import product

from test_analyst_sentences import evidence
from test_claims import shown

from twin.plan.quantities import QUANTITIES

#: Name -> quantity that it is the name of.
NAMES = {
    "profit": "profit", "revenue": "revenue", "expected overflow": "expected_overflow", "safety stock": "safety_stock",
    "outsourcing cost": "expected_outsourcing_cost", "required capacity": "required_capacity", "fill rate": "fill_rate",
    "return rate": "return_rate", "shortage": "expected_shortage", "overflow probability": "overflow_probability",
}  # fmt: skip
JOINED = (
    "The # of {{lane1}} is @.", "{{lane1}}'s # comes to @.", "On {{lane1}}, the # stands at @.", "# of {{lane1}}: @.",
    "The # on {{lane1}} is expected to reach @.", "For {{lane1}}, the # works out at @, which deserves attention.",
    "The # of {{lane1}} currently reads @.", "{{lane1}} has a # of @.", "The # of {{lane1}}, @, deserves attention.",
)  # fmt: skip
STRIDE = 11  # of all sentences, every eleventh is tried


def test_no_name_governs_the_number_of_another_quantity():
    pairs = [pair for pair in product(NAMES, NAMES.values()) if NAMES[pair[0]] != pair[1]]
    told = [(name, fact, frame) for (name, fact), frame in product(pairs, JOINED)][::STRIDE]
    assert len(told) > 70
    wrong = [frame.replace("#", name).replace("@", f"{{{{lane1.{fact}}}}}") for name, fact, frame in told]
    assert not [one for one in wrong if shown(_capital(one), evidence("seen", "pair"))]


def test_its_own_name_governs_a_number():
    right = [f"The {name} of {{{{lane1}}}} is {{{{lane1.{fact}}}}}." for name, fact in NAMES.items()]
    assert [one for one in right if not shown(one, evidence("seen", "pair"))] == []
    assert set(NAMES.values()) <= QUANTITIES.keys()


def _capital(sentence):
    """Return a sentence with a capital at its beginning."""
    return sentence[0].upper() + sentence[1:]
