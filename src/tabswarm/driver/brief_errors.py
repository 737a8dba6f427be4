"""Under `tabswarm run`, what goes wrong is told in one line: the error and the user's own line, not our stack.

Errors that the program itself raises keep their traceback. Plain `python JOB.py` is left alone.
"""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

from tabswarm.driver.plain_text import harmless
from tabswarm.errors import TabswarmError

VARIABLE = "TABSWARM_BRIEF_ERRORS"
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def install_brief_errors() -> None:
    """Tell errors briefly from now on, where `tabswarm run` asked for it."""
    if os.environ.get(VARIABLE) and sys.excepthook is sys.__excepthook__:
        sys.excepthook = tell_briefly


def tell_briefly(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An exception hook: one line, and what the task said below it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("tabswarm: interrupted; the job was cancelled\n")
        return
    frames = traceback.extract_tb(trace)
    if not (isinstance(error, TabswarmError) or (frames and frames[-1].filename.startswith(_PACKAGE))):
        sys.__excepthook__(kind, error, trace)
        return
    own = next((frame for frame in reversed(frames) if not frame.filename.startswith(_PACKAGE)), None)
    where = f"{os.path.basename(own.filename)}:{own.lineno}: " if own is not None else ""
    sys.stderr.write(f"tabswarm: {where}{kind.__name__}: {harmless(str(error))}\n")
    for note in getattr(error, "__notes__", ()):
        sys.stderr.write(f"{harmless(str(note))}\n")
