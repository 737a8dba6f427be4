"""The whole build in order, skipped where nothing has changed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from webbuild import stamp
from webbuild.pack import PAGES, Wheels, pack
from webbuild.pages import build_pages, install_packages
from webbuild.tab_python import CONSOLE_MODULES, build_console_wheel, build_tab_wheel, tab_files
from webbuild.wheels import COMPLETION, fetch_wheels


def build(root: Path) -> Path:
    """Builds src/tabswarm/web below the checkout `root` (or the unpacked sdist) and returns it.

    A second call on unchanged sources reads and compares hashes, some tens of milliseconds; it needs neither Node nor
    the network. Raises SystemExit, saying what to do, when a step fails.
    """
    web, target = root / "web", root / "src" / "tabswarm" / "web"
    inputs = stamp.files_below(web, root / "scripts" / "webbuild", root / "pyproject.toml")
    package = root / "src" / "tabswarm"
    inputs += [*tab_files(package), *tab_files(package, CONSOLE_MODULES)]
    digest = stamp.digest_of(root, inputs)
    mark = target / "stamp"
    if stamp.is_current(mark, digest) and all((target / page).is_file() for page in PAGES):
        return target

    modules = install_packages(web)
    dist = build_pages(web)
    with tempfile.TemporaryDirectory() as scratch:
        own = Path(scratch) / "tab"
        own.mkdir()
        wheels = Wheels(
            [*fetch_wheels(web), build_tab_wheel(root, own)],
            [build_console_wheel(root, own)],
            fetch_wheels(web, COMPLETION),
        )
        pack(dist, modules / "pyodide", wheels, web / ".cache" / "compressed", target)
    stamp.write(mark, digest)
    print(f"webbuild: {target} is ready", flush=True)
    return target


def clean(root: Path) -> None:
    """Removes what `build` made, the caches too."""
    for folder in (
        root / "src" / "tabswarm" / "web",
        *(root / "web" / name for name in ("dist", "node_modules", ".cache")),
    ):
        shutil.rmtree(folder, ignore_errors=True)
