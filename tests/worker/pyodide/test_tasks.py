"""The Python side of a tab's Worker, with a page made of plain objects; it runs in CPython and in Pyodide alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from tabswarm.ids import BlockId, BlockKind
from tabswarm.plan.operators import CodeRef, Map, Operator, Range, TextLines
from tabswarm.plan.task import (
    BlockSource,
    DriverSource,
    FailureKind,
    FromSource,
    FromStep,
    PartitionSink,
    Step,
    TaskSpec,
)
from tabswarm.shipping.block_hash import root_hash, segment_hash
from tabswarm.shipping.records import read_records, write_records
from tabswarm.wire.messages import Assign, Failed, Finished
from tabswarm.worker.pyodide import host
from tabswarm.worker.pyodide.host import JsBytes, JsList
from tabswarm.worker.pyodide.tasks import Application

OUT = BlockId("a1", BlockKind.PARTITION, 2, 0, 0)
IN = BlockId("a1", BlockKind.PARTITION, 1, 0, 0)


@dataclass
class Buffer:
    """A `Uint8Array`."""

    data: bytes

    def to_bytes(self) -> bytes:
        return self.data


@dataclass
class Array:
    """A JavaScript array of plain values."""

    values: list[str | int]

    def to_py(self) -> list[str | int]:
        return self.values


class Blocks:
    """A JavaScript array of block ids."""

    def __init__(self, *blocks: BlockId) -> None:
        self._blocks = [list(msgspec.structs.astuple(block)) for block in blocks]

    def to_py(self) -> list[list[str | int]]:
        return self._blocks


NONE = Blocks()


@dataclass
class JsPiece:
    data: JsBytes
    hashes: JsBytes
    root: JsBytes
    block: JsList
    index: int = 0
    holder: str = "v2"


class Page:
    """Remembers what the task told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def output(self, stream: str, text: str, partition: int, dropped: int, /) -> None:
        self.told.append(("output", stream, text, partition, dropped))

    def block(self, data: object, sizes: object, hashes: object, /) -> None:
        self.told.append(("block", data, sizes, hashes))

    def finished(self, message: object, /) -> None:
        self.told.append(("finished", msgspec.msgpack.decode(message, type=Finished)))  # type: ignore[call-overload]

    def failed(self, message: object, /) -> None:
        self.told.append(("failed", msgspec.msgpack.decode(message, type=Failed)))  # type: ignore[call-overload]

    def corrupt(self, block: str, reason: str, /) -> None:
        self.told.append(("corrupt", block, reason))


def run(spec: TaskSpec, *inputs: Sequence[host.JsPiece], code: dict[str, bytes] | None = None) -> Page:
    """Run one task in a fresh Worker's Python; what JavaScript would get stays Python's own objects."""
    page = Page()
    assign = Assign(spec=spec, code=tuple(code or ()), locations=())
    blobs = [(name, Buffer(blob)) for name, blob in (code or {}).items()]
    Application(lambda value: value).run(Buffer(msgspec.msgpack.encode(assign)), blobs, inputs, NONE, page)
    return page


def task(operators: dict[int, Operator], steps: tuple[Step, ...], *sources: BlockSource | DriverSource) -> TaskSpec:
    return TaskSpec(
        application="a1",
        job="j1",
        task=7,
        attempt=1,
        operators=operators,
        names={2: "range at job.py:3"},
        steps=steps,
        sources=sources,
        sinks=(PartitionSink(len(steps) - 1, OUT),),
    )


def piece_of(data: bytes, root: bytes | None = None) -> JsPiece:
    hashes = segment_hash(data)
    block: list[str | int] = ["a1", "rdd", 1, 0, 0]
    return JsPiece(Buffer(data), Buffer(hashes), Buffer(root_hash(hashes) if root is None else root), Array(block))


def test_a_task_hands_over_its_blocks_before_it_is_finished() -> None:
    page = run(task({2: Range(0, 5, 1, 1)}, (Step(2, 0),)))
    (block, data, sizes, hashes), (word, finished) = page.told
    assert (block, word) == ("block", "finished")
    assert list(read_records(data)) == [0, 1, 2, 3, 4]
    assert (sizes, hashes) == ([len(data)], segment_hash(data))
    assert (finished.task, finished.attempt, finished.sinks[0].block) == (7, 1, OUT)
    assert finished.sinks[0].root == root_hash(hashes)


def test_blocks_from_elsewhere_are_read_where_their_hashes_hold() -> None:
    block = write_records(["a", "b"])
    spec = task({1: Range(0, 1, 1, 1), 2: TextLines()}, (Step(1, 0, (FromSource(0),)),), BlockSource(IN))
    page = run(spec, [piece_of(block)])
    assert list(read_records(page.told[0][1])) == ["a", "b"]


def test_other_bytes_than_the_hash_says_name_the_block_and_blame_no_task() -> None:
    block = write_records(["a", "b"])
    spec = task({1: Range(0, 1, 1, 1)}, (Step(1, 0, (FromSource(0),)),), BlockSource(IN))
    page = run(spec, [piece_of(block, root=b"x" * 16)])
    ((word, named, reason),) = page.told
    assert (word, named) == ("corrupt", "a1/rdd/1/0/0")
    assert "hash" in reason


def test_bytes_inside_the_assignment_need_no_piece() -> None:
    text = b"one\ntwo\r\nthree"
    spec = task({2: TextLines()}, (Step(2, 0, (FromSource(0),)),), DriverSource(IN, inline=text))
    page = run(spec, [])
    assert list(read_records(page.told[0][1])) == ["one", "two", "three"]


def test_a_failure_is_told_as_text_and_the_next_task_runs() -> None:
    spec = task(
        {1: Range(0, 3, 1, 1), 2: Map(CodeRef("missing", ("missing",)))}, (Step(1, 0), Step(2, 0, (FromStep(0),)))
    )
    page = run(spec)
    ((word, failed),) = page.told
    assert (word, failed.task, failed.attempt) == ("failed", 7, 1)
    assert failed.failure.kind is FailureKind.CODE_REFUSED


def test_an_assignment_that_is_none_is_an_error_of_the_worker_itself() -> None:
    with pytest.raises(msgspec.DecodeError):
        Application(lambda value: value).run(Buffer(b"\xc1"), [], [], NONE, Page())
