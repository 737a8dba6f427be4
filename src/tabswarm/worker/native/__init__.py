"""A volunteer of native processes: a supervisor that never runs a user's code, and worker processes that do.

run.py              `tabswarm worker`: joins by link, survives a lost connection, ends on a signal
volunteer.py        one session with the coordinator: messages in, reports out
task_runner.py      a task's way: sources, a turn, a process, a report
source_fetcher.py   brings a task's sources here
block_store.py      blocks as files; block_directory.py: the folder they lie in
process_pool.py     which process runs whose tasks; worker_process.py: one process, seen from the supervisor
process.py          the process itself; frames.py: what the two say to each other

No sandbox: the processes run the code of whoever has the swarm's driver link, with the rights of who started them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tabswarm.worker.native.run import run_worker
    from tabswarm.worker.native.volunteer import NativeVolunteer

__all__ = ["NativeVolunteer", "run_worker"]


def __getattr__(name: str) -> object:
    """Import late: a worker process passes through here and needs neither asyncio nor a socket's library."""
    if name == "run_worker":
        from tabswarm.worker.native.run import run_worker

        return run_worker
    if name == "NativeVolunteer":
        from tabswarm.worker.native.volunteer import NativeVolunteer

        return NativeVolunteer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
