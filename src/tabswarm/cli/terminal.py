"""What the commands say: one line for an error, links with a QR code, and text of strangers made harmless."""

from __future__ import annotations

import io

import segno
from rich.console import Console

from tabswarm.errors import TabswarmError

out = Console(highlight=False, soft_wrap=True)
"""Where results go."""
err = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where everything else goes, so that a program can read stdout."""


def complain(problem: TabswarmError | str) -> None:
    """Say on stderr, in one line where it has one, what went wrong."""
    err.print("tabswarm: ", style="bold red", end="")
    err.print(str(problem), markup=False)


def qr_code(link: str) -> str:
    """The link as a QR code of half blocks, for a phone to read off the screen."""
    picture = io.StringIO()
    segno.make(link, error="l", micro=False).terminal(picture, compact=True, border=2)
    return picture.getvalue()


def show_links(*, invite: str, driver: str | None = None, operator: str | None = None, url: str | None = None) -> None:
    """The links of a swarm, each with what it is for, and the invite link as a QR code as well."""
    if url:
        out.print(f"Coordinator   {url}", markup=False)
    if driver:
        out.print("Driver link   ", end="", markup=False)
        out.print(driver, style="cyan", markup=False)
        out.print(
            "              secret: opens the console in a browser, and runs programs on the swarm",
            style="dim",
            markup=False,
        )
    if operator:
        out.print("Operator link ", end="", markup=False)
        out.print(operator, style="cyan", markup=False)
        out.print("              secret: makes further swarms, and reads /metrics", style="dim", markup=False)
    out.print("Invite link   ", end="", markup=False)
    out.print(invite, style="cyan", markup=False)
    out.print("              every tab that opens it can join; share it", style="dim", markup=False)
    out.print(qr_code(invite), markup=False)
