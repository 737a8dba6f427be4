"""The built pages and the files that they load, as `web/README.md` describes them: `manifest.json` says what there is.

Only what the manifest names is served, so a path can lead nowhere else. Pages are never cached and get a fresh nonce
each time; files have the hash of their content in their name and may be cached for ever.
"""

from __future__ import annotations

import re
import secrets
from importlib import resources
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from tabswarm.coordinator.access import own_origin
from tabswarm.coordinator.csp import SERVICE_WORKER, fetched_for_jobs, frame_policy, page_policy


class _File(msgspec.Struct, frozen=True):
    type: str
    size: int
    encodings: tuple[str, ...]


class _Runtime(msgspec.Struct, frozen=True):
    base: str


class _Manifest(msgspec.Struct, frozen=True):
    pages: tuple[str, ...]
    runtime: _Runtime
    files: dict[str, _File]


_SUFFIXES = {"br": ".br", "gzip": ".gz"}
_SERVICE_WORKER = re.compile(r"static/service_worker-[\w-]+\.js$")
"""The installed app's; it may look after the page that it is of, though it lies with the files."""
_FOR_EVER = "public, max-age=31536000, immutable"


def built_folder() -> Path:
    """Where the build puts the pages: `web` in this package."""
    return Path(str(resources.files("tabswarm"))) / "web"


class Pages:
    """Serves the pages of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        self._runtime = "/static/"
        try:
            manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
        except FileNotFoundError:
            return  # a source tree whose pages were not built: peers without a browser work all the same
        self._files = manifest.files
        self._runtime = manifest.runtime.base
        self._texts = {name: (folder / name).read_text(encoding="utf-8") for name in manifest.pages}

    @property
    def runtime(self) -> str:
        """The path of the runtime's folder, which alone an opaque origin may read."""
        return self._runtime

    def page(self, request: Request, name: str) -> Response:
        """One page, under a fresh nonce."""
        text = self._texts.get(name)
        if text is None:
            return PlainTextResponse("The pages were not built: run `make web`.\n", 503)
        nonce = secrets.token_urlsafe(16)
        if name == "frame.html":
            policy = frame_policy(nonce, own_origin(request.scope) + self._runtime)
        else:
            volunteers = name == "volunteer.html"
            policy = page_policy(
                nonce,
                fetched_for_jobs(own_origin(request.scope)) if volunteers else "",
                styles_by_nonce=name == "console.html",
            )
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
        return HTMLResponse(text.replace("__NONCE__", nonce), headers=headers)

    def file(self, request: Request) -> Response:
        """One file, in the smallest form that the browser takes."""
        path = request.scope["path"].removeprefix("/")
        file = self._files.get(path)
        if file is None:
            return PlainTextResponse("Not found.\n", 404)
        headers = {"Cache-Control": _FOR_EVER, "Content-Type": file.type, "Vary": "Accept-Encoding"}
        if f"/{path}".startswith(self._runtime):
            headers["Access-Control-Allow-Origin"] = "*"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if _SERVICE_WORKER.match(path):
            headers["Service-Worker-Allowed"] = "/join"
            headers["Content-Security-Policy"] = SERVICE_WORKER
        accepted = _accepted(request.headers.get("accept-encoding", ""))
        for encoding in file.encodings:
            if encoding in accepted and encoding in _SUFFIXES:
                headers["Content-Encoding"] = encoding
                return FileResponse(self._folder / (path + _SUFFIXES[encoding]), headers=headers)
        return FileResponse(self._folder / path, headers=headers)


def _accepted(header: str) -> set[str]:
    """The codings that an Accept-Encoding header takes.

    >>> sorted(_accepted("gzip, br;q=0, zstd;q=0.5"))
    ['gzip', 'zstd']
    """
    found = set()
    for part in header.split(","):
        coding, _, weight = part.partition(";")
        if weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            found.add(coding.strip().lower())
    return found
