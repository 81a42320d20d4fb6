"""The dynamic model: lanes and sites simulated step by step, the ground truth of every closed form.

`simulate` runs the model, `model` holds the order of events, `rules` the ordering and booking policies, and `laws` the
laws of demand and lead times. `judged` compares the answers of `assess` with it, on the lanes of `design`.
"""

from twin.motion.run import simulate as simulate
