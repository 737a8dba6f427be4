"""Spark's RDDs on a swarm of browser tabs."""
