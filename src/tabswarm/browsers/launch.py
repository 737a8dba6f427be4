"""Starts a browser and ends it: the one way in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tabswarm.browsers.chromium import ChromiumBrowser
from tabswarm.browsers.errors import BrowserMissing
from tabswarm.browsers.find import Kind, find_browser
from tabswarm.browsers.firefox import FirefoxBrowser
from tabswarm.browsers.install import command_for
from tabswarm.browsers.page import Browser


@asynccontextmanager
async def launch(
    kind: Kind, executable: Path | str | None = None, *, arguments: tuple[str, ...] = (), dark: bool = False
) -> AsyncIterator[Browser]:
    """Starts a headless browser with a new profile, and ends it at the end of the block.

    Its processes and its profile go with it, also when this process is killed. `executable` is the program to start,
    by default the one that `find_browser` finds; `dark` asks every page for its dark colours. Raises BrowserMissing
    where there is none, and BrowserError where it does not start.

    >>> async with launch("firefox") as browser:  # doctest: +SKIP
    ...     page = await browser.open("data:text/html,<title>hello</title>")
    ...     assert await page.evaluate("document.title") == "hello"
    """
    if executable is None:
        found = find_browser(kind)
        if found is None:
            raise BrowserMissing(f"There is no {kind.capitalize()} on this machine. To get one: {command_for(kind)}")
        executable = found.executable
    browser: Browser
    if kind == "chromium":
        browser = await ChromiumBrowser.start(Path(executable), arguments, dark)
    else:
        browser = await FirefoxBrowser.start(Path(executable), arguments, dark)
    try:
        yield browser
    finally:
        await browser.close()
