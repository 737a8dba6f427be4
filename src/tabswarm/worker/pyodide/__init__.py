"""The Python side inside a tab's Worker: what `web/src/frame/python_worker.ts` calls.

host.py    what JavaScript gives and takes, as types
doors.py   takes from Python the ways back into JavaScript
event_loop.py  lets a task run coroutines to their end
tasks.py   runs one task after the other, for one application

The Worker belongs to one application and to one only: what its functions imported, cached or patched goes with it.
"""

from tabswarm.worker.pyodide.doors import close_doors
from tabswarm.worker.pyodide.tasks import run

__all__ = ["close_doors", "run"]
