"""Puts the pages, Pyodide and the wheels together in src/tabswarm/web/, as web/README.md describes the outcome.

Whatever may be cached for ever has the hash of its content in its name. The runtime's files must keep their names
(Pyodide asks for them below one folder), so there the folder carries the hash of them all.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypedDict

# What loadPyodide() asks for. The rest of the npm package is for Node, for consoles and for reading.
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")

PAGES = ("index.html", "volunteer.html", "console.html", "operator.html", "frame.html")

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".whl": "application/zip",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
# Zip files and pictures are compressed already.
_COMPRESSED_SUFFIXES = {".css", ".js", ".json", ".mjs", ".svg", ".wasm"}


class Runtime(TypedDict):
    """What the frame's worker has to load; stands in the manifest and, for `__RUNTIME__`, in the pages."""

    base: str
    pyodide: str
    wheels: list[str]
    console: list[str]
    completion: list[str]


class Wheels(NamedTuple):
    """What every Worker loads, what a console's loads besides, and what that loads when completion is asked for."""

    tab: Sequence[Path]
    console: Sequence[Path] = ()
    completion: Sequence[Path] = ()


def pack(dist: Path, pyodide: Path, wheels: Wheels, cache: Path, target: Path) -> None:
    """Replaces `target` (src/tabswarm/web) by the pages of `dist` with the runtime; compressed files come from `cache`.

    Raises SystemExit when a page or a file of Pyodide is missing: a wheel without them would install and not work.
    """
    runtime_files = [pyodide / name for name in PYODIDE_FILES]
    runtime_files += [wheel for kind in wheels for wheel in kind]
    missing = [str(path) for path in [*(dist / page for page in PAGES), *runtime_files] if not path.is_file()]
    if missing:
        raise SystemExit("webbuild: these must be there and are not: " + ", ".join(missing))

    fresh = target.with_name("web.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(dist, fresh)

    state = hashlib.blake2b(digest_size=6)
    for path in runtime_files:
        state.update(path.name.encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    base = f"static/runtime-{state.hexdigest()}"
    (fresh / base).mkdir(parents=True)
    for path in runtime_files:
        shutil.copyfile(path, fresh / base / path.name)

    version: str = json.loads((pyodide / "package.json").read_text(encoding="utf-8"))["version"]
    tab, console, completion = ([path.name for path in kind] for kind in wheels)
    runtime = Runtime(base=f"/{base}/", pyodide=version, wheels=tab, console=console, completion=completion)
    for page in PAGES:
        text = (fresh / page).read_text(encoding="utf-8")
        (fresh / page).write_text(text.replace("__RUNTIME__", json.dumps(runtime)), encoding="utf-8")

    static = sorted(path for path in (fresh / "static").rglob("*") if path.is_file())
    with ThreadPoolExecutor() as threads:
        encodings = list(threads.map(lambda path: _compress(path, cache), static))
    files = {
        path.relative_to(fresh).as_posix(): {
            "type": _MEDIA_TYPES[path.suffix],
            "size": path.stat().st_size,
            "encodings": encoded,
        }
        for path, encoded in zip(static, encodings, strict=True)
    }
    manifest = {"version": 1, "pages": list(PAGES), "runtime": runtime, "files": files}
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _compress(path: Path, cache: Path) -> list[str]:
    """Writes path.br and path.gz where they save a tenth; each content is compressed once, ever (it takes seconds)."""
    import brotli

    content = path.read_bytes()
    if path.suffix not in _COMPRESSED_SUFFIXES or len(content) < 1024:
        return []
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    ways: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
        "br": (".br", lambda data: bytes(brotli.compress(data, quality=11 if len(data) < 1 << 20 else 10))),
        "gzip": (".gz", lambda data: gzip.compress(data, 9, mtime=0)),
    }
    written = []
    for encoding, (suffix, compress) in ways.items():
        cached = cache / (digest + suffix)
        if not cached.is_file():
            cached.parent.mkdir(parents=True, exist_ok=True)
            unfinished = cached.with_suffix(suffix + ".new")
            unfinished.write_bytes(compress(content))
            unfinished.replace(cached)
        if cached.stat().st_size < 0.9 * len(content):
            shutil.copyfile(cached, path.with_name(path.name + suffix))
            written.append(encoding)
    return written
