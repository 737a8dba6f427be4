"""A whole swarm in one process on a virtual clock, for finding distributed bugs before they find anybody.

`scenario` plays readable scripts against the scheduler alone, and `sequential` evaluates a plan in one loop. `story`
plays one seed: random programs on a `swarm` of simulated volunteers that really compute, to which `chaos` happens,
watched by a `referee`. `command` is `tabswarm-sim`.
"""
