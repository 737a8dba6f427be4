"""Reading inputs: proven before they are read, put together in map-partition order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from tabswarm.executor import Piece, SourceCorrupt, TaskFailed
from tabswarm.executor.text_lines import byte_lines_of, lines_of
from tabswarm.plan import operators as op
from tabswarm.plan.partitioner import Aggregator, CombineValues, FunctionPartitioner, GroupValues, HashPartitioner
from tabswarm.plan.task import DriverSource, FailureKind
from tabswarm.result_iterable import ResultIterable
from tabswarm.shipping.records import read_records, write_records
from tabswarm.shipping.stable_hash import partition_of

from .tasks import Program, partition_block, piece_of


def reading(change: Callable[[Piece], Piece]) -> Program:
    program = Program()
    program.keep(program.step(op.Keys(), program.stored([("a", 1)])))
    program.inputs[0] = [change(program.inputs[0][0])]
    return program


def test_a_sound_piece_is_read() -> None:
    assert reading(lambda piece: replace(piece, data=memoryview(piece.data))).records() == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        lambda piece: replace(piece, data=bytes(len(piece.data))),
        lambda piece: replace(piece, data=piece.data[:-1]),
        lambda piece: replace(piece, data=bytes(piece.data) + b"\0"),
        lambda piece: replace(piece, hashes=bytes(16)),
        lambda piece: replace(piece, hashes=piece.hashes + bytes(16)),
        lambda piece: replace(piece, hashes=b""),
        lambda piece: replace(piece, index=1),
        lambda piece: replace(piece, root=bytes(16)),
    ],
)
def test_a_piece_that_is_not_what_its_commit_promised_is_the_holders_fault(change: Callable[[Piece], Piece]) -> None:
    with pytest.raises(SourceCorrupt) as corrupt:
        reading(change).run()
    assert (corrupt.value.block, corrupt.value.holder) == (partition_block(902), "v2")


def test_bytes_that_are_no_records_are_an_error_and_run_nothing() -> None:
    program = Program()
    program.keep(program.step(op.Keys(), program.stored([])))
    program.inputs[0] = [piece_of(partition_block(902), [b"\x00" * 40])]
    with pytest.raises(TaskFailed) as failed:
        program.run()
    assert failed.value.failure.type_name.startswith("tabswarm.errors.Record")


def test_the_drivers_values_are_not_read_without_a_promised_hash() -> None:
    program = Program()
    source = program.text(write_records([1]))
    program.keep(program.step(op.Parallelize(), source))
    with pytest.raises(TaskFailed, match="promised no hash") as failed:
        program.run()
    assert failed.value.failure.kind is FailureKind.CODE_REFUSED


def test_the_drivers_values_are_proven_before_they_are_read() -> None:
    program = Program()
    program.keep(program.step(op.Parallelize(), program.stored([1])))
    program.sources[0] = DriverSource(partition_block(902))
    assert program.records() == [1]
    program.inputs[0] = [replace(program.inputs[0][0], data=b"other bytes")]
    with pytest.raises(SourceCorrupt):
        program.run()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\r", ["a"]),
        (b"a\rb\nc\r\nd", ["a", "b", "c", "d"]),
        (b"\r\r\n\n", ["", "", ""]),
        ("é\u2028\x0b\x85\x1c".encode(), ["é\u2028\x0b\x85\x1c"]),
        (b"\xff\xe2\x82\n\xac\r\xf0\x9f", ["\ufffd\ufffd", "\ufffd", "\ufffd"]),
    ],
)
def test_lines_are_cut_on_bytes_at_lf_cr_and_crlf_only(data: bytes, lines: list[str]) -> None:
    assert lines_of(data) == lines
    assert [line.decode("utf-8", "replace") for line in byte_lines_of(data)] == lines


def test_text_is_read_as_lines_or_as_bytes() -> None:
    for unicode, expected in ((True, ["a", "b"]), (False, [b"a", b"b"])):
        program = Program()
        program.keep(program.step(op.TextLines(unicode), program.text(b"a\nb")))
        assert program.records() == expected


PAIRS = [
    [("b", 1), ("a", 2), ("b", 3)],
    [("a", 4), ("c", 5)],
    [],
    [("c", 6), ("b", 7)],
]
ALL_PAIRS = list(chain.from_iterable(PAIRS))


def shuffled(aggregator: Callable[[Program], Aggregator | None], map_side: bool, partitions: int = 2) -> list[Any]:
    """What the reducers get of PAIRS, through both sides of a shuffle."""
    outputs = []
    for partition, pairs in enumerate(PAIRS):
        program = Program()
        step = program.step(op.Parallelize(), program.values(pairs), partition=partition)
        program.spread(step, partitions, aggregator(program), map_side)
        outputs.append(program.run().sinks[0].segments)
    got = []
    for partition in range(partitions):
        program = Program()
        source = program.shuffle(outputs, partition, aggregator(program), map_side)
        step = program.step(op.Shuffled(), source, partition=partition)
        program.keep(program.step(op.Map(program.code(plain)), step, partition=partition))
        records = program.records()
        assert all(partition_of(key, partitions) == partition for key, _ in records)
        got += records
    return got


def plain(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    key, value = pair
    if isinstance(value, ResultIterable):
        assert len(value) == len(list(value)) == value.maxindex and value.index == 0 and value.data == list(value)
    return key, list(value) if isinstance(value, ResultIterable) else value


@pytest.mark.parametrize("map_side", [True, False])
def test_groups_stand_in_map_partition_order(map_side: bool) -> None:
    got = shuffled(lambda program: GroupValues(), map_side)
    assert dict(got) == {"a": [2, 4], "b": [1, 3, 7], "c": [5, 6]}


@pytest.mark.parametrize("map_side", [True, False])
def test_combiners_are_made_merged_and_joined_in_order(map_side: bool) -> None:
    def aggregator(program: Program) -> Aggregator:
        return CombineValues(
            program.code(lambda v: f"[{v}]"),
            program.code(lambda c, v: f"{c}{v}"),
            program.code(lambda c, d: f"{c}+{d}"),
        )

    expected = {"a": "[2]+[4]", "b": "[1]3+[7]", "c": "[5]+[6]"}
    if not map_side:
        expected = {"a": "[2]4", "b": "[1]37", "c": "[5]6"}
    assert dict(shuffled(aggregator, map_side)) == expected


@pytest.mark.parametrize("map_side", [True, False])
@pytest.mark.parametrize("function", [lambda a, b: a + b, min, max, lambda a, b: min(a, b), lambda x, y: y])
def test_a_reducer_gives_what_a_loop_over_all_values_gives(map_side: bool, function: Any) -> None:
    def aggregator(program: Program) -> Aggregator:
        ref = program.code(function)
        return CombineValues(None, ref, ref)

    expected: dict[str, int] = {}
    for key, value in ALL_PAIRS:
        expected[key] = function(expected[key], value) if key in expected else value
    assert dict(shuffled(aggregator, map_side)) == expected


def test_without_an_aggregator_every_pair_arrives_in_map_partition_order() -> None:
    got = shuffled(lambda program: None, True)
    for key in "abc":
        assert [pair for pair in got if pair[0] == key] == [pair for pair in ALL_PAIRS if pair[0] == key]


def test_keys_that_are_equal_meet_whatever_their_type() -> None:
    program = Program()
    step = program.step(op.Parallelize(), program.values([(1, "a"), (1.0, "b"), (True, "c")]))
    program.spread(step, 5, GroupValues())
    segments = [read_records(segment) for segment in program.run().sinks[0].segments]
    assert [segment for segment in segments if segment] == [[(1, ["a", "b", "c"])]]


def test_a_partitioner_of_the_users_own_decides() -> None:
    program = Program()
    step = program.step(op.Parallelize(), program.values([(n, n) for n in range(6)]))
    program.spread(step, FunctionPartitioner(3, program.code(lambda key: -key)))
    (segments,) = program.segments()
    assert [[key for key, _ in segment] for segment in segments] == [[0, 3], [2, 5], [1, 4]]


def test_records_of_a_segment_stand_in_the_order_of_their_keys_first_sight() -> None:
    program = Program()
    step = program.step(op.Parallelize(), program.values([(n % 7, n) for n in range(100)]))
    add = program.code(lambda a, b: a + b)
    program.spread(step, HashPartitioner(1), CombineValues(None, add, add))
    (segments,) = program.segments()
    assert [key for key, _ in segments[0]] == [0, 1, 2, 3, 4, 5, 6]


def test_a_first_value_that_can_change_still_belongs_to_the_user() -> None:
    shared = [1]
    program = Program()
    step = program.step(
        op.Map(program.code(lambda n: ("a", shared))), program.step(op.Parallelize(), program.values([1, 2]))
    )
    add = program.code(lambda a, b: a + b)
    program.spread(step, 1, CombineValues(None, add, add))
    assert program.segments() == [[[("a", [1, 1])]]]
    assert shared == [1]


def test_files_of_records_need_no_promised_hash_and_are_read_by_the_record_reader() -> None:
    program = Program()
    program.keep(program.step(op.StoredRecords(), program.text(write_records([1, ("a", None)]))))
    assert program.records() == [1, ("a", None)]


def test_records_of_one_length_are_cut_from_a_files_bytes() -> None:
    program = Program()
    program.keep(program.step(op.FixedRecords(3), program.text(b"aaabbb")))
    assert program.records() == [b"aaa", b"bbb"]
