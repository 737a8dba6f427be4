"""Headless tabs of a browser on this machine, which join a swarm by its invite link.

Nothing computes in a tab before Start, so the demo clicks Start for its user, on his own machine and nowhere else: by
a real click in the browser, not by a switch in the link that a stranger could set.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tabswarm.browsers import BrowserMissing, FoundBrowser, find_browser, get_browser, launch
from tabswarm.browsers.find import KINDS
from tabswarm.cli.terminal import err

START_BUTTON = "#start"


def browser_for_tabs(*, required: bool) -> FoundBrowser | None:
    """A browser of this machine, got first where there is none; None where there can be none and none is required."""
    for kind in KINDS:
        if found := find_browser(kind):
            return found
    try:
        return get_browser("chromium", say=lambda line: err.print(line, markup=False))
    except BrowserMissing as missing:
        if required:
            raise
        err.print(f"{missing}\nGoing on without tabs, with the native worker alone.", markup=False)
        return None


@asynccontextmanager
async def open_tabs(browser: FoundBrowser, invite_link: str, count: int) -> AsyncIterator[None]:
    """That many started tabs for the length of the block."""
    async with launch(browser.kind, browser.executable) as running:
        for _ in range(count):
            page = await running.open(invite_link)
            await page.click(START_BUTTON)
        yield
