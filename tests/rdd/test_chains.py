"""Random chains of RDD methods give what plain Python gives, on a simulated swarm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import add
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.rdd import RDD
from tabswarm.simulation.engine import SimulatedEngine

Parts = list[list[int]]
Step = tuple[str, Callable[[RDD[int]], RDD[int]], Callable[[list[int]], list[int]]]


def summed(numbers: list[int]) -> list[int]:
    sums: dict[int, int] = {}
    for number in numbers:
        sums[number % 5] = sums.get(number % 5, 0) + number
    return [key * 1000 + total for key, total in sums.items()]


STEPS: list[Step] = [
    ("map", lambda rdd: rdd.map(lambda x: x * 3 + 1), lambda numbers: [x * 3 + 1 for x in numbers]),
    ("filter", lambda rdd: rdd.filter(lambda x: x % 3 != 0), lambda numbers: [x for x in numbers if x % 3 != 0]),
    ("flatMap", lambda rdd: rdd.flatMap(lambda x: [x, -x]), lambda numbers: [y for x in numbers for y in (x, -x)]),
    ("union", lambda rdd: rdd.union(rdd.map(lambda x: x + 7)), lambda numbers: numbers + [x + 7 for x in numbers]),
    ("zip", lambda rdd: rdd.zip(rdd).map(lambda pair: pair[0] - 2 * pair[1]), lambda numbers: [-x for x in numbers]),
    ("coalesce", lambda rdd: rdd.coalesce(2), lambda numbers: numbers),
    ("repartition", lambda rdd: rdd.repartition(3), lambda numbers: numbers),
    ("split", lambda rdd: rdd.split(2), lambda numbers: numbers),
    ("cache", lambda rdd: rdd.cache(), lambda numbers: numbers),
    (
        "reduceByKey",
        lambda rdd: rdd.map(lambda x: (x % 5, x)).reduceByKey(add, 3).map(lambda pair: pair[0] * 1000 + pair[1]),
        summed,
    ),
    (
        "groupByKey",
        lambda rdd: rdd.keyBy(lambda x: x % 5).groupByKey(2).map(lambda pair: pair[0] * 1000 + sum(pair[1])),
        summed,
    ),
]


@pytest.fixture(scope="module")
def sc() -> Iterator[EngineContext]:
    with EngineContext(SimulatedEngine(seed=3, volunteers=3, churn=10_000)) as context:
        yield context


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    numbers=st.lists(st.integers(-50, 50), max_size=20),
    slices=st.integers(1, 5),
    chain=st.lists(st.sampled_from(STEPS), max_size=5),
)
def test_a_chain_of_methods_gives_what_plain_python_gives(
    sc: EngineContext, numbers: list[int], slices: int, chain: list[Any]
) -> None:
    rdd, expected = sc.parallelize(numbers, slices), numbers
    for _, on_rdd, plainly in chain:
        rdd, expected = on_rdd(rdd), plainly(expected)
    assert sorted(rdd.collect()) == sorted(expected)
    assert rdd.count() == len(expected)
    assert rdd.sum() == sum(expected)
    if not any(name in ("union", "repartition", "reduceByKey", "groupByKey") for name, _, _ in chain):
        assert rdd.take(3) == expected[:3]
