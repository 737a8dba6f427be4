"""What the user writes: lazy, immutable RDDs, and how an action turns their lineage into a plan.

No I/O and no scheduling in here: whatever runs jobs stands behind the `Engine` of `engine.py`.
"""
