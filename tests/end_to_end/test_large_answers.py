"""Answers larger than the driver takes, in a process of its own whose memory is measured."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.timeout(180)

MB = 2**20
PROGRAM = """
import json, resource, time
from operator import add
from tabswarm import Context
from tabswarm.errors import ResultTooLarge

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

told = {}
with Context("local[1]", maxResultSize=%(limit)d) as sc:
    sc.range(3).count()
    told["start"] = peak()
    def zeros(n): return bytes(%(size)d)
    def noise(n):
        import random
        return random.Random(n).randbytes(%(size)d)
    large = sc.range(24, numSlices=24)
    bytes_of = []
    for packed in (zeros, noise):
        try:
            large.map(packed).collect()
        except ResultTooLarge as error:
            bytes_of.append(str(error))
    told["refused"] = bytes_of
    told["refusing"] = peak()
    read = 0
    for piece in large.map(noise).toLocalIterator(prefetchPartitions=True):
        time.sleep(0.02)
        read += len(piece)
    told["read"] = read
    told["streaming"] = peak()
print(json.dumps(told))
"""


def test_an_answer_over_the_limit_ends_before_the_memory_does_and_a_slow_consumer_holds_little() -> None:
    size, limit = 8 * MB, 32 * MB
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM % {"size": size, "limit": limit}], capture_output=True, text=True, timeout=170
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert len(told["refused"]) == 2 and all("larger than the driver takes" in error for error in told["refused"])
    assert told["read"] == 24 * size
    # What is announced is held packed, what was read of it unpacked: twice the limit, and never all of the answer.
    assert told["refusing"] - told["start"] < 3 * limit // MB, told
    assert told["streaming"] - told["refusing"] < 24 * size // MB // 2, told
