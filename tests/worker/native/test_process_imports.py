"""A worker process starts with what it needs and no more."""

from __future__ import annotations

import subprocess
import sys


def test_a_worker_process_loads_no_network_library() -> None:
    program = "import sys, tabswarm.worker.native.process; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"asyncio", "websockets", "psutil", "ssl"} & set(loaded)
