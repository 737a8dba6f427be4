"""The process between us and a browser. It ends the browser and removes its profile when we end, however we end.

It waits for two things: the browser's end, and the end of its standard input, which is a pipe that only we hold open.
The kernel closes that pipe also when we are killed with -9, so no browser outlives its user. It runs as a program of
its own (`python -I guard.py PROFILE FD -- COMMAND...`), needs the standard library alone and starts in some 20 ms.

FD is an open socket to be the browser's files 3 and 4 (where Chromium expects its DevTools pipe), or -1.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time


def main(profile: str, pipe: int, command: list[str]) -> int:
    """Runs the browser to its end and returns its exit status."""
    inherited: tuple[int, ...] = ()
    if pipe >= 0:
        spare = os.dup(pipe)  # `pipe` itself may be 3 or 4
        os.dup2(spare, 3)
        os.dup2(spare, 4)
        inherited = (3, 4)
    browser = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=inherited,
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )
    for number in inherited:
        os.close(number)
    threading.Thread(target=_kill_at_end_of_input, args=(browser,), daemon=True).start()
    status = browser.wait()
    _kill_group(browser.pid)  # its renderers, if it crashed
    _remove(profile)
    return status if status >= 0 else 128 - status


def _die_with_parent() -> None:
    # If the guard itself is killed: PR_SET_PDEATHSIG is 1 in linux/prctl.h.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _kill_at_end_of_input(browser: subprocess.Popen[bytes]) -> None:
    # Not sys.stdin: its lock, held by this thread, would abort the interpreter when the main thread leaves.
    while os.read(0, 1 << 12):
        pass
    _kill_group(browser.pid)


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # all gone; macOS says the second of a group of zombies
        pass


def _remove(profile: str) -> None:
    # A dying process of the browser may still write a file for a moment.
    for _ in range(50):
        shutil.rmtree(profile, ignore_errors=True)
        if not os.path.exists(profile):
            return
        time.sleep(0.1)


if __name__ == "__main__":
    split = sys.argv.index("--")
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[split + 1 :]))
