"""Runs one task after the other in a tab's Worker.

The law: every `run` ends in exactly one of `finished`, `failed` and `corrupt`; an error that leaves it means that this
Python is not to be trusted any more, and the page ends the Worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tabswarm.executor import BroadcastShelf, Piece, SourceCorrupt, TaskFailed, TaskResult, run_task
from tabswarm.ids import BlockId
from tabswarm.plan.task import TaskSpec
from tabswarm.shipping.code_reader import CodeReader
from tabswarm.wire.messages import Assign, Failed, Finished
from tabswarm.worker.pyodide.event_loop import own_loops
from tabswarm.worker.pyodide.host import Host, JsBlocks, JsBytes, JsCode, JsInputs, JsPiece

if TYPE_CHECKING:
    from collections.abc import Callable

_assign_of = msgspec.msgpack.Decoder(Assign).decode
_pack = msgspec.msgpack.Encoder().encode


class Application:
    """What a Worker keeps for its one application: the code blobs, and what was loaded from them."""

    def __init__(self, to_js: Callable[[object], object]) -> None:
        self._to_js = to_js
        self._blobs: dict[str, bytes] = {}
        self._code = CodeReader(self._blobs)
        self._shelf = BroadcastShelf()

    def run(self, assign: JsBytes, code: JsCode, inputs: JsInputs, forget: JsBlocks, host: Host) -> None:
        """Run the task of an `Assign` and tell `host` how it went. Broadcasts in `forget` were dropped."""
        self._shelf.forget(msgspec.convert(forget.to_py(), list[BlockId]))
        spec = _assign_of(assign.to_bytes()).spec
        for digest, blob in code:
            self._blobs[digest] = blob.to_bytes()
        pieces = [[_piece(piece) for piece in source] for source in inputs]
        try:
            with own_loops():
                result = run_task(spec, pieces, self._code, host.output, classes=self._code.classes, shelf=self._shelf)
        except SourceCorrupt as corrupt:
            host.corrupt(str(corrupt.block), corrupt.reason)
        except TaskFailed as failed:
            host.failed(self._message(Failed(task=spec.task, attempt=spec.attempt, failure=failed.failure)))
        else:
            self._tell(spec, result, host)

    def _tell(self, spec: TaskSpec, result: TaskResult, host: Host) -> None:
        for sink in result.sinks:
            data = sink.segments[0] if len(sink.segments) == 1 else b"".join(sink.segments)
            host.block(self._to_js(data), self._to_js([len(part) for part in sink.segments]), self._to_js(sink.hashes))
        host.finished(
            self._message(
                Finished(
                    task=spec.task,
                    attempt=spec.attempt,
                    sinks=tuple(sink.report for sink in result.sinks),
                    runs=tuple(result.runs),
                    seconds=result.seconds,
                    updates=tuple(result.updates),
                )
            )
        )

    def _message(self, message: Finished | Failed) -> object:
        return self._to_js(_pack(message))


def _piece(piece: JsPiece) -> Piece:
    return Piece(
        data=piece.data.to_bytes(),
        hashes=piece.hashes.to_bytes(),
        root=piece.root.to_bytes(),
        block=msgspec.convert(piece.block.to_py(), BlockId),
        index=piece.index,
        holder=piece.holder,
    )


_application: Application | None = None


def run(assign: JsBytes, code: JsCode, inputs: JsInputs, forget: JsBlocks, host: Host) -> None:
    """What JavaScript calls for each task of this Worker's application."""
    global _application
    if _application is None:
        from pyodide.ffi import to_js  # only Pyodide has it

        _application = Application(to_js)
    _application.run(assign, code, inputs, forget, host)
