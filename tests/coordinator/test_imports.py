"""What `local[N]` embeds imports no web server: each would cost every local program its start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
HEAVY = {"starlette", "uvicorn", "structlog", "limits", "websockets", "httptools", "uvloop", "anyio"}


def test_the_coordinator_itself_imports_no_web_server() -> None:
    program = f"""
import sys
sys.path.insert(0, {str(SOURCE)!r})
import tabswarm.coordinator.coordinator, tabswarm.scheduler.scheduler
import tabswarm.transport.session, tabswarm.transport.relay, tabswarm.transport.memory
print(*sorted({HEAVY!r} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
