"""Small networks that order for lanes with lost sales and that book places, with the exact costs that judge them.

`lost_sales` returns a policy, which `twin.exact.lost_sales(...).price` prices, and `booking` one for the problem of
`twin.exact.booking`.
"""

from twin.learned.booking_policy import LearnedBookings as LearnedBookings
from twin.learned.booking_policy import booking as booking
from twin.learned.ordering_policy import LearnedPolicy as LearnedPolicy
from twin.learned.ordering_policy import lost_sales as lost_sales
