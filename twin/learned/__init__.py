"""One small network for all lanes that lose what they cannot ship, with the exact costs that judge it.

`lost_sales` returns a policy, which `twin.exact.lost_sales(...).price` prices.
"""

from twin.learned.ordering_policy import LearnedPolicy as LearnedPolicy
from twin.learned.ordering_policy import lost_sales as lost_sales
