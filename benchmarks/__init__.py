"""How fast tabswarm is, beside the same work in plain Python, in one run: `make bench`, or `python -m benchmarks NAME
...`.

These figures depend on the machine and on who else uses it, so each is told as a ratio to a peer measured in turn
with it, and as the median of several rounds. No test is timed.
"""
