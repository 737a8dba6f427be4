"""Counters against the definitions, and merged in every way."""

from __future__ import annotations

import doctest
import math
import statistics

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabswarm import bounded_float, stat_counter
from tabswarm.bounded_float import BoundedFloat
from tabswarm.shipping.records import read_records, write_records
from tabswarm.stat_counter import StatCounter

NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=40)


@pytest.mark.parametrize("module", [stat_counter, bounded_float])
def test_the_examples_are_true(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted and not result.failed


@given(NUMBERS, NUMBERS)
def test_merged_counters_know_what_one_counter_would(some: list[float], others: list[float]) -> None:
    merged = StatCounter(some).mergeStats(StatCounter(others))
    values = some + others
    assert merged.count() == len(values)
    assert (merged.min(), merged.max()) == (min(values, default=math.inf), max(values, default=-math.inf))
    if values:
        assert merged.mean() == pytest.approx(statistics.fmean(values), abs=1e-6)
        assert merged.variance() == pytest.approx(statistics.pvariance(values), rel=1e-6, abs=1e-3)
    if len(values) > 1:
        assert merged.sampleStdev() == pytest.approx(statistics.stdev(values), rel=1e-6, abs=1e-2)


def test_a_counter_merged_with_itself_counts_everything_twice() -> None:
    counter = StatCounter([1.0, 3.0])
    assert counter.mergeStats(counter) is counter
    assert (counter.count(), counter.sum(), counter.variance()) == (4, 8.0, 1.0)


def test_a_copy_goes_its_own_way() -> None:
    counter = StatCounter([1.0])
    counter.copy().merge(5.0)
    assert counter.count() == 1


def test_a_counter_without_values_has_no_spread() -> None:
    empty = StatCounter()
    assert (empty.count(), empty.mean(), empty.sum()) == (0, 0.0, 0.0)
    assert math.isnan(empty.variance()) and math.isnan(empty.stdev()) and math.isnan(StatCounter([1]).sampleVariance())


def test_only_counters_can_be_merged() -> None:
    with pytest.raises(TypeError, match="Can only merge StatCounter"):
        StatCounter().mergeStats([1, 2])  # type: ignore[arg-type]


def test_arrays_are_described_element_by_element() -> None:
    stats = StatCounter([numpy.array([1.0, 10.0]), numpy.array([3.0, 0.0])])
    assert stats.mean().tolist() == [2.0, 5.0]
    assert (stats.max().tolist(), stats.min().tolist()) == ([3.0, 10.0], [1.0, 0.0])
    assert stats.stdev().tolist() == [1.0, 5.0]


def test_counters_and_bounded_floats_travel_as_records() -> None:
    counter, bounded = read_records(write_records([StatCounter([1, 2, 4]), BoundedFloat(1.0, 0.9, 0.5, 2.0)]))
    assert counter.asDict() == StatCounter([1, 2, 4]).asDict()
    assert (bounded, bounded.confidence, bounded.low, bounded.high) == (1.0, 0.9, 0.5, 2.0)
    assert type(bounded) is BoundedFloat
