"""How code and records travel: source capture, the two readers, the record codec and the stable hash.

Driver and executor use it alike; the coordinator never does. `pickle` is read in exactly two files here,
`code_reader.py` (unrestricted, on bytes whose hash the driver put in the plan) and `record_reader.py` (restricted, on
what volunteers wrote).
"""
