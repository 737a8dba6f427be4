"""Blocking work is done beside the loop, and also at a program's end, where Python 3.12 starts no thread any more."""

from __future__ import annotations

import subprocess
import sys
import threading
from textwrap import dedent

import pytest

from tabswarm.transport.threads import in_thread

AT_THE_END = dedent("""
    import asyncio, threading
    import concurrent.futures.thread
    from tabswarm.transport.threads import in_thread

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    async def powers():
        return await asyncio.gather(*(in_thread(pow, 2, exponent) for exponent in range(5)))

    def work():
        print(asyncio.run_coroutine_threadsafe(powers(), loop).result(30), flush=True)

    threading._register_atexit(work)
""")


async def test_it_runs_in_another_thread_and_raises_what_the_function_raises() -> None:
    assert await in_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 1, 0)
    with pytest.raises(RuntimeError, match="of its own"):
        await in_thread(_raise)


@pytest.mark.parametrize("before", ["", "work()"])
def test_it_works_at_the_programs_end(before: str) -> None:
    done = subprocess.run([sys.executable, "-c", AT_THE_END + before], capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["[1, 2, 4, 8, 16]"], "")


def _raise() -> None:
    raise RuntimeError("of its own")
