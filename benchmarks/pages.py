"""Pages of the benchmarks' own, built by npm's tools into a folder and served from it on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[1]


def npm_exec(*command: str) -> None:
    """Run a tool of `web/`'s packages there, and say nothing of what it prints unless it complains."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    npm = [sys.executable, "-m", "webbuild", "npm", "exec", "--", *command]
    subprocess.run(npm, check=True, env=environment, stdout=subprocess.DEVNULL)


@contextmanager
def served(folder: str) -> Iterator[str]:
    """The folder's address, while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass
