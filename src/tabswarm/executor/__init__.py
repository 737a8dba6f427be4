"""Runs one task: the same files in CPython and in a tab's Pyodide, with no thread, no socket and no asyncio.

run.py         run_task: from a TaskSpec and its inputs to the blocks of its sinks
evaluation.py  steps fused into iterator chains, and what is computed once for several
operators.py   one function for each operator
sources.py     reading inputs (piece.py: proving them first; file_records.py, text_lines.py: what files hold)
shelf.py       the worker's broadcasts
map_output.py  writing a map output; combining.py: values put together by key
failures.py    from an exception to text that may travel
task_output.py what a task prints
"""

from tabswarm.executor.failures import SourceCorrupt, TaskFailed
from tabswarm.executor.piece import Piece
from tabswarm.executor.run import TaskResult, WrittenSink, run_task
from tabswarm.executor.shelf import BroadcastShelf

__all__ = ["BroadcastShelf", "Piece", "SourceCorrupt", "TaskFailed", "TaskResult", "WrittenSink", "run_task"]
