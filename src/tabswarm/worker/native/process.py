"""A worker process: runs the tasks of one application, one after the other, and ends with its supervisor.

Started as `python -m tabswarm.worker.native.process FD PARENT`. It dies with its supervisor in two ways: the kernel
kills it (Linux), and a thread that reads the supervisor's socket leaves the process when that ends.
"""

from __future__ import annotations

import ctypes
import faulthandler
import mmap
import os
import platform
import queue
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import overload

from tabswarm.executor import BroadcastShelf, Piece, SourceCorrupt, TaskFailed, WrittenSink, run_task
from tabswarm.plan.task import Failure, FailureKind
from tabswarm.shipping.code_reader import CodeReader
from tabswarm.worker.native.frames import (
    LENGTH,
    Broke,
    Corrupt,
    Done,
    FromProcess,
    Portion,
    Printed,
    Ready,
    RunTask,
    Wrote,
    decode_task,
    framed,
)

_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> None:
    """Serve the supervisor at the socket FD until it hangs up."""
    descriptor, parent = int(arguments[0]), int(arguments[1])
    _die_with(parent)
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    crashes = os.fdopen(os.dup(2), "w")  # the supervisor reads what a crash left there
    faulthandler.enable(crashes)
    tasks: queue.SimpleQueue[RunTask] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, tasks), daemon=True, name="tabswarm supervisor").start()
    _send(connection, Ready(platform.python_version()))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    blobs: dict[str, bytes] = {}
    code = CodeReader(blobs)
    shelf = BroadcastShelf()
    while True:
        task = tasks.get()
        blobs.update(task.code)
        shelf.forget(task.forget)
        _send(connection, _run(task, code, shelf, connection))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _receive(connection: socket.socket, tasks: queue.SimpleQueue[RunTask]) -> None:
    try:
        while True:
            (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
            tasks.put(decode_task(_exactly(connection, length)))
    finally:
        os._exit(0)


def _exactly(connection: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        got = connection.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return data


def _send(connection: socket.socket, message: FromProcess) -> None:
    try:
        connection.sendall(framed(message))
    except OSError:
        os._exit(0)


def _run(task: RunTask, code: CodeReader, shelf: BroadcastShelf, connection: socket.socket) -> Done | Broke | Corrupt:
    def tell(stream: str, text: str, partition: int, dropped: int) -> None:
        _send(connection, Printed(stream, text, partition, dropped))

    try:
        inputs = [_Pieces(portions) for portions in task.inputs]
        result = run_task(task.spec, inputs, code, tell, classes=code.classes, shelf=shelf)
    except SourceCorrupt as corrupt:
        return Corrupt(corrupt.block, corrupt.holder, corrupt.reason)
    except TaskFailed as failed:
        return Broke(failed.failure)
    try:
        wrote = [_write(sink, f"{task.prefix}{index}") for index, sink in enumerate(result.sinks)]
    except OSError as error:
        reason = f"the volunteer has no room for the task's blocks: {error.strerror or error}"
        return Broke(Failure(kind=FailureKind.OUT_OF_MEMORY, type_name="OSError", message=reason))
    return Done(wrote, result.runs, result.seconds, tuple(result.updates))


def _write(sink: WrittenSink, path: str) -> Wrote:
    with open(path, "wb", buffering=0) as file:
        for segment in sink.segments:
            view = memoryview(segment)
            while view:
                view = view[file.write(view) :]
    return Wrote(sink.report, path, tuple(map(len, sink.segments)), sink.hashes)


class _Pieces(Sequence[Piece]):
    """The pieces of one source; a file is mapped when its piece is read, and let go after."""

    def __init__(self, portions: Sequence[Portion]) -> None:
        self._portions = portions

    def __len__(self) -> int:
        return len(self._portions)

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Piece]: ...
    def __getitem__(self, index: int | slice) -> Piece | Sequence[Piece]:
        if isinstance(index, slice):
            return _Pieces(self._portions[index])
        portion = self._portions[index]
        data, in_place = (_data(portion), False) if portion.unchanged is None else (_read_in_place(portion), True)
        return Piece(data, portion.hashes, portion.root, portion.block, portion.index, portion.holder, in_place)


def _data(portion: Portion) -> bytes | memoryview:
    if not portion.path:
        return portion.data
    if not portion.length:
        return b""
    try:
        with open(portion.path, "rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SourceCorrupt(portion.block, portion.holder, f"block {portion.block} cannot be read: {error}") from None
    if len(mapped) < portion.offset + portion.length:
        raise SourceCorrupt(portion.block, portion.holder, f"block {portion.block} is shorter than it was")
    return memoryview(mapped)[portion.offset : portion.offset + portion.length]


def _read_in_place(portion: Portion) -> bytes:
    """Part of a file of the user's. It is read, not mapped: who shortens a mapped file ends those who look at it."""
    try:
        with open(portion.path, "rb") as file:
            status = os.fstat(file.fileno())
            if (status.st_size, status.st_mtime_ns) == portion.unchanged:
                file.seek(portion.offset)
                data = file.read(portion.length)
                if len(data) == portion.length:
                    return data
    except OSError as error:
        raise SourceCorrupt(portion.block, portion.holder, f"{portion.path} cannot be read: {error}") from None
    raise SourceCorrupt(portion.block, portion.holder, f"{portion.path} has changed since the driver looked at it")


if __name__ == "__main__":
    main(sys.argv[1:])
