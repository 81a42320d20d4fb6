"""Exact optima of small problems over time, and the exact price of any policy for them.

`lost_sales`, `dual_sourcing` and `booking` each return a problem that is solved: bounds on the least average cost per
period, the best policy, and a method that prices any other policy.
"""

from twin.exact.bookings import booking as booking
from twin.exact.single_source import lost_sales as lost_sales
from twin.exact.two_sources import dual_sourcing as dual_sourcing
