"""Claims that go further than the numbers beside them are refused: bounds, causes, effects and ways to a best."""

import pytest
from test_forms import evidence

from twin.analyst.checking import Unsupported, checked


@pytest.mark.parametrize(("world", "sentence"), [
    ("pair", "The profit of {{lane1}}, {{lane1.profit}}, is what is left after its order cost of "
     "{{lane1.order_cost}}."),
    ("service", "Demand on {{lane1}} will be at least {{lane1.forecast_low}} tomorrow."),
    ("network", "{{lane1}} still earns money on average in the worst {{twin.risk_share}} of days: its conditional "
     "value at risk is {{lane1.conditional_value_at_risk}}."),
    ("loss", "Returns are what makes the profit of {{lane1}} low, with a return rate of {{lane1.return_rate}}."),
    ("gdansk", "I would raise the service level of {{lane1}} to {{whatif1.service_level}}, because this adds to its "
     "profit."),
    ("service", "A service level of {{whatif1.service_level}} raises both the value at risk and the conditional value "
     "at risk of {{lane1}}, to {{whatif1.value_at_risk}} and {{whatif1.conditional_value_at_risk}}."),
    ("gdansk", "I would add own places to reach the optimal own capacity of {{lane1}}, which is "
     "{{lane1.optimal_own_capacity}} against {{lane1.internal_capacity}} now."),
    ("weekly", "At a service revenue of {{whatif1.service_revenue}}, {{lane1}} would earn {{lane1.profit}} instead of "
     "losing money."),
    ("network", "With a service level of {{lane1.service_level}}, the profit of {{lane1}} could reach "
     "{{lane1.best_profit}}."),
    ("trio", "{{lane2}} earns us the most, with {{lane2.revenue}}."),
])  # fmt: skip
def test_what_goes_further_than_a_number_is_refused(world, sentence):
    with pytest.raises(Unsupported):
        checked(sentence, evidence(world))


@pytest.mark.parametrize(("world", "sentence"), [
    ("trio", "There is no evidence on how a change of price would act on the demand of {{lane3}}."),
    ("gdansk", "There is no evidence on holidays in the demand of {{lane1}}."),
    ("loss", "There is no evidence on why handling a pallet costs {{lane1.handling_cost}} on {{lane1}}."),
])  # fmt: skip
def test_no_evidence_on_what_acts_on_a_quantity_is_no_denial_of_it(world, sentence):
    assert checked(sentence, evidence(world))


def test_no_evidence_on_a_quantity_on_record_is_refused():
    with pytest.raises(Unsupported):
        checked("There is no evidence on the demand of {{lane1}}.", evidence("gdansk"))
