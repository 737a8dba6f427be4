"""The plain word count, both sides of its shuffle."""

from __future__ import annotations

import operator
from collections import Counter
from typing import Any

import pytest

from tabswarm.plan.operators import FlatMap, Map, Shuffled, TextLines
from tabswarm.plan.partitioner import CombineValues
from tabswarm.plan.task import Run

from .tasks import Program

TEXTS = [b"the quick brown fox\njumps over the dog\r\n", b"the end\rof the fox", b""]
EXPECTED = Counter(b" ".join(TEXTS).decode().split())


def map_side(text: bytes, partition: int, add: Any, reducers: int) -> tuple[list[bytes], list[Run]]:
    program = Program()
    lines = program.step(TextLines(), program.text(text), node=1, partition=partition)
    words = program.step(FlatMap(program.code(lambda line: line.split())), lines, node=2, partition=partition)
    pairs = program.step(Map(program.code(lambda word: (word, 1))), words, node=3, partition=partition)
    ref = program.code(add)
    program.spread(pairs, reducers, CombineValues(None, ref, ref))
    result = program.run()
    assert result.sinks[0].report.segments == reducers
    assert result.sinks[0].report.records == len(set(text.split()))
    return result.sinks[0].segments, result.runs


@pytest.mark.parametrize("add", [operator.add, lambda a, b: a + b, lambda a, b: sum((a, b))])
@pytest.mark.parametrize("reducers", [1, 3])
def test_a_word_count_is_exact_whatever_the_reducer_looks_like(add: Any, reducers: int) -> None:
    outputs = [map_side(text, partition, add, reducers)[0] for partition, text in enumerate(TEXTS)]
    counted: list[tuple[str, int]] = []
    for partition in range(reducers):
        program = Program()
        ref = program.code(add)
        source = program.shuffle(outputs, partition, CombineValues(None, ref, ref))
        program.keep(program.step(Shuffled(), source, node=4, partition=partition))
        counted += program.records()
    assert len(counted) == len(EXPECTED)
    assert dict(counted) == EXPECTED


def test_each_step_is_in_the_ledger_once() -> None:
    _, runs = map_side(TEXTS[0], 5, operator.add, 2)
    assert runs == [Run(1, 5, -1, False), Run(2, 5, -1, False), Run(3, 5, -1, False)]
