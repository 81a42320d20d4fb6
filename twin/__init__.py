"""The LSP Digital Capacity Twin: stochastic capacity planning for logistics service providers.

`twin.demand`, `newsvendor`, `distribution`, `buffers`, `lot_size`, `cooperation`, `resilience`, `finance`,
`forecast` and `simulate` hold one formula family each; `twin.lane.assess` answers all of them for a table of lanes.
`twin.games.alliance.assess` does so for several partners, with
`reservation`, `joint_demand`, `mutual_help`, `coalitions`,
`pooling`, `allocation`, `stability` and `core_allocation`.
"""

__version__ = "0.1.0"
