"""A coordinator behind a free port, with pages of its own, and a client that sends what no library will."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tabswarm.coordinator.bounds import Bounds
from tabswarm.coordinator.serve import RunningServer, serve

RUNTIME = "/static/runtime-0123abcd/"


def write_pages(folder: Path) -> None:
    """The least that the build would make: four pages, a script, and a runtime of one file."""
    files: dict[str, dict[str, Any]] = {}

    def add(name: str, content: bytes, kind: str, encodings: tuple[str, ...] = ()) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        for encoding in encodings:
            path.with_name(path.name + {"br": ".br", "gzip": ".gz"}[encoding]).write_bytes(encoding.encode() + content)
        files[name] = {"type": kind, "size": len(content), "encodings": encodings}

    for page in ("index.html", "volunteer.html", "console.html", "frame.html", "operator.html"):
        (folder / page).write_text(f'<!doctype html><title>{page}</title><script nonce="__NONCE__"></script>')
    add("static/page-abc.js", b"export {};", "text/javascript; charset=utf-8", ("br", "gzip"))
    add("static/service_worker-abc.js", b"export {};", "text/javascript; charset=utf-8")
    add(RUNTIME[1:] + "pyodide.mjs", b"export {};", "text/javascript; charset=utf-8")
    (folder / "secret.txt").write_text("not in the manifest")
    manifest = {
        "version": 1,
        "pages": ["index.html", "volunteer.html", "console.html", "frame.html", "operator.html"],
        "runtime": {"base": RUNTIME, "pyodide": "0", "wheels": [], "console": [], "completion": []},
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


class WebClient:
    """Requests to one running coordinator."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.host = server.url.partition("//")[2]
        self.port = int(self.host.rpartition(":")[2])
        self._client = httpx.AsyncClient(base_url=server.url, trust_env=False, headers={"Accept-Encoding": "identity"})

    async def request(self, method: str, path: str, **named: Any) -> httpx.Response:
        return await self._client.request(method, path, **named)

    async def raw(self, data: bytes) -> bytes:
        """Send bytes as they are, and read until the other end closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        answer = await reader.read()
        writer.close()
        return answer

    async def close(self) -> None:
        await self._client.aclose()


@asynccontextmanager
async def served(bounds: Bounds | None = None) -> AsyncIterator[WebClient]:
    """A coordinator behind a free port; a failure of its own fails the test."""
    failures: list[BaseException] = []

    def notice(event: str, **facts: object) -> None:
        if isinstance(error := facts.get("error"), BaseException):
            failures.append(error)

    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder))
        server = await serve(bounds=bounds, folder=Path(folder), notice=notice, title="a test")
        client = WebClient(server)
        try:
            yield client
        finally:
            await client.close()
            await server.close()
    if failures:
        raise failures[0]
