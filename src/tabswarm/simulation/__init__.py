"""A whole swarm in one process on a virtual clock, for finding distributed bugs before they find anybody.

`scenario` plays readable scripts against the scheduler alone, `sequential` evaluates a plan in one loop, `swarm` runs
simulated volunteers that really compute, with seeded delays and churn.
"""
