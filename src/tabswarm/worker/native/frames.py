"""What a supervisor and its worker processes say to each other: msgpack with a length before it, over a socket pair.

    supervisor                        process
                              <-      Ready            imported everything, waits
    RunTask                   ->
                              <-      Printed          any number
                              <-      Done | Broke | Corrupt     exactly one

Blocks do not travel here but for small ones: both sides see the same files.
"""

from __future__ import annotations

import struct

import msgspec

from tabswarm.ids import BlockId
from tabswarm.plan.task import Failure, Run, SinkReport, TaskSpec, Update

LENGTH = struct.Struct(">I")
FRAME_LIMIT = 1 << 30


class Portion(msgspec.Struct, frozen=True, array_like=True):
    """One piece of a source: its bytes right here, or where they lie in a file.

    `unchanged` is what a file of the user's, read where it always lay, must still have: size, and modification time in
    nanoseconds. Such a piece has no hashes.
    """

    block: BlockId
    index: int
    holder: str
    hashes: bytes
    root: bytes
    data: bytes = b""
    path: str = ""
    offset: int = 0
    length: int = 0
    unchanged: tuple[int, int] | None = None


class RunTask(msgspec.Struct, frozen=True, tag=True):
    """Run this task. `code` holds the blobs that this process does not have yet; sinks go to files whose names start
    with `prefix`. `forget` are broadcasts that were dropped since the last task."""

    spec: TaskSpec
    inputs: list[list[Portion]]
    code: dict[str, bytes]
    prefix: str
    forget: tuple[BlockId, ...] = ()


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The process has started."""

    python: str


class Printed(msgspec.Struct, frozen=True, tag=True):
    """The task printed or logged."""

    stream: str
    text: str
    partition: int
    dropped: int


class Wrote(msgspec.Struct, frozen=True, array_like=True):
    """One sink: its report, the file with its segments back to back, their sizes and hashes."""

    report: SinkReport
    path: str
    sizes: tuple[int, ...]
    hashes: bytes


class Done(msgspec.Struct, frozen=True, tag=True):
    """The task is done."""

    sinks: list[Wrote]
    runs: list[Run]
    seconds: float
    updates: tuple[Update, ...] = ()


class Broke(msgspec.Struct, frozen=True, tag=True):
    """The task failed."""

    failure: Failure


class Corrupt(msgspec.Struct, frozen=True, tag=True):
    """A source has other bytes than its commit promised."""

    block: BlockId
    holder: str
    reason: str


FromProcess = Ready | Printed | Done | Broke | Corrupt
_encode = msgspec.msgpack.Encoder().encode
decode_task = msgspec.msgpack.Decoder(RunTask).decode
decode_answer: msgspec.msgpack.Decoder[FromProcess] = msgspec.msgpack.Decoder(FromProcess)


def framed(message: RunTask | FromProcess) -> bytes:
    """A message with its length before it."""
    data = _encode(message)
    return LENGTH.pack(len(data)) + data
