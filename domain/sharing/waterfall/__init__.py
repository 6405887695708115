"""The waterfall: shares what a work earns, exactly and cumulatively.

`model` is the language of agreements, `compile` turns it into a network, and `engine` runs facts through the network.
Amounts are exact rationals of minor units. The terms of the algorithm:

* A *variable* is a cumulative amount or count, such as `took:fee`. The *state* is the value of every variable.
* A *line* is a linear function of variables. Its *height* is its value, its *slope* the change per unit of receipt.
* An *atom* is the condition that a line is above zero (or not below). A *guard* combines atoms by and/or.
* A *basin* is a compiled pool, a *place* a compiled position, a *leaf* a final recipient, a *split* a group of them.
* A *take* is a place's share in one of its steps. A *valve* is a take or a leaf: its guard opens and closes it.
* A *mode* says whether a valve is closed, open, or *held*: it takes just the rate that keeps a line at zero.
* A *spread* is how one unit of a receipt is divided while no guard changes: the rate of every variable.
* A *tie* is a state in which a line is exactly zero, so the direction of its change decides.
* A *crossing* is a receipt's reaching such a threshold. The receipt is split there, into *slices*.
"""
