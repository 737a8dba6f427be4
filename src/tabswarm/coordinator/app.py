"""The ASGI application: the table of routes, behind the look at Host and Origin."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from tabswarm.coordinator.access import AccessGuard, hosts_of
from tabswarm.coordinator.coordinator import Coordinator
from tabswarm.coordinator.limits import Gate
from tabswarm.coordinator.pages import Pages, built_folder
from tabswarm.coordinator.routes import Answers, build


def make_app(
    coordinator: Coordinator, origins: tuple[str, ...], *, folder: Path | None = None, gate: Gate | None = None
) -> ASGIApp:
    """The application for a coordinator that is reached under `origins`, with the pages in `folder`."""
    pages = Pages(folder or built_folder())
    app = Starlette(routes=build(Answers(coordinator, pages, gate or Gate())))
    app.router.redirect_slashes = False
    return AccessGuard(app, hosts_of(origins), pages.runtime)
