"""A job as plain data: the one thing that the driver, the scheduler and the executor all know.

Nothing here runs, ships or schedules anything. Functions are opaque: a plan names them by hash (`CodeRef`).
"""
