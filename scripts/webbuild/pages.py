"""The pages: npm ci by the lock file, then vite. web/src -> web/dist."""

from __future__ import annotations

from pathlib import Path

from webbuild import stamp
from webbuild.node import npm_command, run


def install_packages(web: Path) -> Path:
    """Makes web/node_modules what package-lock.json says (checked by its hashes), and returns that folder."""
    modules = web / "node_modules"
    digest = stamp.digest_of(web, [web / "package.json", web / "package-lock.json"])
    mark = modules / ".tabswarm-stamp"
    if not stamp.is_current(mark, digest):
        print("webbuild: npm ci", flush=True)
        run([*npm_command(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], web)
        stamp.write(mark, digest)
    return modules


def build_pages(web: Path) -> Path:
    """Builds web/dist where its sources changed, and returns that folder."""
    install_packages(web)
    dist = web / "dist"
    digest = stamp.digest_of(web, stamp.files_below(web))
    mark = web / ".cache" / "pages"
    if not (stamp.is_current(mark, digest) and (dist / "index.html").is_file()):
        print("webbuild: vite build", flush=True)
        run([*npm_command(), "run", "--silent", "build"], web)
        stamp.write(mark, digest)
    return dist
