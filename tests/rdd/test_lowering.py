"""Lineages become the plans they should: nodes, dependencies, names, and nothing that is no ancestor."""

from __future__ import annotations

import linecache
from operator import add
from typing import Any

import pytest
from tests.rdd.recording_engine import RecordingEngine, plan_of, shown

from tabswarm.plan.lineage import check
from tabswarm.plan.operators import TextLines
from tabswarm.plan.storage_level import StorageLevel
from tabswarm.rdd.call_site import CODE_LENGTH
from tabswarm.rdd.engine_context import EngineContext
from tabswarm.rdd.operation import Plain
from tabswarm.rdd.rdd import RDD
from tabswarm.rdd.source_data import SourceData


@pytest.fixture
def sc() -> EngineContext:
    return EngineContext(RecordingEngine())


def text(sc: EngineContext, *blocks: bytes) -> RDD[Any]:
    return sc._source(Plain(TextLines()), SourceData.of_bytes(blocks))


def split_words(line: str) -> list[str]:
    return line.split()


def pair(word: str) -> tuple[str, int]:
    return word, 1


def same(anything: Any) -> Any:
    return anything


def test_a_word_count_becomes_four_nodes_and_one_shuffle(sc: EngineContext) -> None:
    counts = text(sc, b"to be\n", b"or not\n").flatMap(split_words).map(pair).reduceByKey(add)
    plan = plan_of(counts)
    check(plan)
    assert shown(plan) == [
        "0 RDD TextLines(use_unicode=True) x2",
        "1 flatMap FlatMap(f=CodeRef(root='split_words', blobs=('split_words',), broadcasts=())) x2 "
        "<- OneToOne(parent=0)",
        "2 map Map(f=CodeRef(root='pair', blobs=('pair',), broadcasts=())) x2 <- OneToOne(parent=1)",
        "4 reduceByKey Shuffled() x2 <- Shuffle(parent=2, shuffle=3, partitioner=HashPartitioner(partitions=2), "
        "aggregator=CombineValues(create=None, merge_value=CodeRef(root='add', blobs=('add',), broadcasts=()), "
        "merge_combiners=CodeRef(root='add', blobs=('add',), broadcasts=())), map_side=True)",
    ]


def test_a_plan_holds_ancestors_only_and_each_once(sc: EngineContext) -> None:
    base = text(sc, b"a\n")
    shared = base.map(pair)
    base.map(str.upper)  # nobody asks for it
    joined = shared.union(shared.filter(bool))
    plan = plan_of(joined)
    check(plan)
    assert [node.id for node in plan.nodes] == [0, 1, 3, 4]


def test_nodes_are_named_by_what_the_user_called_and_where(sc: EngineContext) -> None:
    plan = plan_of(sc.range(3).keyBy(abs).setName("by size"))
    assert [node.name for node in plan.nodes] == ["range", "by size"]
    assert plan.nodes[0].call_site.startswith("tests/rdd/test_lowering.py:")
    assert plan.nodes[0].code == 'plan = plan_of(sc.range(3).keyBy(abs).setName("by size"))'


def test_a_line_that_nobody_can_read_has_no_code_and_a_long_one_is_cut(sc: EngineContext) -> None:
    made: dict[str, Any] = {"sc": sc}
    exec(compile("rdd = sc.range(3)", "<nowhere>", "exec"), made)
    assert (made["rdd"]._site.line, made["rdd"]._site.code) == ("<nowhere>:1", "")
    text = f"rdd = sc.range(3)  #{'x' * 999}\n"
    linecache.cache["<cell 1>"] = (len(text), None, [text], "<cell 1>")
    exec(compile(text, "<cell 1>", "exec"), made)
    assert made["rdd"]._site.code == text[:CODE_LENGTH]


def test_a_second_operation_by_the_same_key_needs_no_second_shuffle(sc: EngineContext) -> None:
    counts = text(sc, b"a\n", b"b\n").map(pair).reduceByKey(add, 3)
    again = counts.mapValues(abs).reduceByKey(max).groupByKey().filter(bool)
    plan = plan_of(again)
    check(plan)
    assert sum("Shuffle(" in line for line in shown(plan)) == 1
    assert again.partitioner == counts.partitioner
    assert counts.partitionBy(3) is counts


def test_a_function_that_may_change_keys_loses_the_partitioner(sc: EngineContext) -> None:
    counts = text(sc, b"a\n").map(pair).reduceByKey(add, 3)
    assert counts.map(same).partitioner is None
    assert counts.map(same, preservesPartitioning=True).partitioner == counts.partitioner
    assert counts.flatMapValues(same).partitioner == counts.partitioner
    assert sum("Shuffle(" in line for line in shown(plan_of(counts.map(same).reduceByKey(add)))) == 2


def test_rdds_of_one_partitioner_unite_partition_by_partition(sc: EngineContext) -> None:
    left, right = (text(sc, b"a\n").map(pair).reduceByKey(add, 2) for _ in range(2))
    both = left.union(right)
    assert (both.getNumPartitions(), both.partitioner) == (2, left.partitioner)
    plain = left.union(right.map(same))
    assert (plain.getNumPartitions(), plain.partitioner) == (4, None)
    check(plan_of(both))
    check(plan_of(plain))


def test_a_union_lays_its_parents_partitions_one_after_the_other(sc: EngineContext) -> None:
    united = sc.union([text(sc, b"a\n", b"b\n"), text(sc, b"c\n"), text(sc, b"d\n", b"e\n")])
    assert shown(plan_of(united))[-1].split(" x5 <- ")[1] == (
        "Span(parent=0, in_start=0, out_start=0, length=2) <- Span(parent=1, in_start=0, out_start=2, length=1) "
        "<- Span(parent=2, in_start=0, out_start=3, length=2)"
    )


def test_coalesce_takes_neighbours_and_never_makes_more(sc: EngineContext) -> None:
    base = text(sc, *[b"x\n"] * 5)
    assert shown(plan_of(base.coalesce(2)))[-1].endswith("Edges(parent=0, edges=((0, 1), (2, 3, 4)))")
    assert base.coalesce(9).getNumPartitions() == 5
    check(plan_of(base.coalesce(9)))
    with pytest.raises(ValueError, match="Number of partitions must be positive"):
        base.coalesce(0)


def test_split_is_narrow_and_multiplies_partitions(sc: EngineContext) -> None:
    halves = text(sc, b"x\n", b"y\n").split(3)
    assert shown(plan_of(halves))[-1].endswith("split Split(n=3) x6 <- Strided(parent=0, divisor=3, modulo=2)")
    check(plan_of(halves))


def test_zip_refuses_other_numbers_of_partitions(sc: EngineContext) -> None:
    with pytest.raises(ValueError, match="same number of partitions"):
        sc.range(4, numSlices=2).zip(sc.range(4, numSlices=3))
    numbers = sc.range(4, numSlices=2)
    check(plan_of(numbers.zip(numbers.map(str))))


def test_persisted_nodes_carry_their_level(sc: EngineContext) -> None:
    kept = sc.range(3).map(abs).persist(StorageLevel.MEMORY_AND_DISK)
    assert plan_of(kept.map(str)).nodes[1].storage == StorageLevel.MEMORY_AND_DISK
    with pytest.raises(ValueError, match="unpersist"):
        kept.persist(StorageLevel.MEMORY_ONLY)
    kept.unpersist()
    assert plan_of(kept).nodes[1].storage is None


def test_a_lineage_of_five_thousand_steps_is_lowered_and_let_go(sc: EngineContext) -> None:
    rdd = text(sc, b"x\n")
    for _ in range(5_000):
        rdd = rdd.map(str.upper)
    plan = plan_of(rdd)
    check(plan)
    assert len(plan.nodes) == 5_001
    assert rdd.toDebugString().count(b"\n") == 5_000
    del rdd
    assert len(sc._handles.take_gone()) == 5_001


def test_arguments_that_are_no_functions_are_refused_where_they_are_given(sc: EngineContext) -> None:
    numbers = sc.range(3)
    for method in ("map", "filter", "reduceByKey", "mapPartitions", "foreach", "reduce"):
        with pytest.raises(TypeError, match="must be a function, not int"):
            getattr(numbers, method)(3)
