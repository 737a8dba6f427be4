"""The Python side inside a tab's Worker: what `web/src/frame/python_worker.ts` calls.

host.py    what JavaScript gives and takes, as types
event_loop.py  lets a task run coroutines to their end
tasks.py   runs one task after the other, for one application

The Worker belongs to one application and to one only: what its functions imported, cached or patched goes with it.
The ways back into JavaScript are taken from it first (`tabswarm/pyodide_doors.py`).
"""

from tabswarm import pyodide_doors
from tabswarm.worker.pyodide.tasks import run

__all__ = ["close_doors", "run"]


def close_doors() -> str:
    """Shut the ways into JavaScript for tasks; returns Python's version."""
    return pyodide_doors.close_doors("a task: a tab's tasks reach neither the page nor the network")
